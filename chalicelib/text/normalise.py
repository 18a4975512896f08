"""Texts as they are compared, shown on one line, and told from blank ones.

Everything here is linear in the text. Python's own normalisation is not: it sorts a run of combining marks by insertion,
so runs longer than any language writes are broken up first, as the Unicode standard's stream-safe format asks.
"""

import re
import unicodedata
from typing import Literal

_MAX_MARKS = 30  # combining marks in one run, as in Unicode Standard Annex 15, section 13
_JOINER = "\u034f"  # the combining grapheme joiner: invisible, and ends a run of marks
_LONG_RUN = re.compile(rb"[^\0]{%d}(?=[^\0])" % _MAX_MARKS)

_APOSTROPHES = "\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u02b9\u02bb\u02bc\u02bd\u02c8\u00b4\uff07"
_QUOTATION_MARKS = "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\u301d\u301e\u301f\u275d\u275e\uff02"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
# Default-ignorable code points: invisible wherever they are known.
_IGNORABLE_RANGES = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IGNORABLE = re.compile(f"[{_IGNORABLE_RANGES}]+")
_BLANK_LETTERS = "\u2800"  # a Braille cell without dots
_TWINS = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_QUOTATION_MARKS, '"'),
        **dict.fromkeys(_DASHES, "-"),
        "\u2026": "...",
    }
)
_NEAR = 0.5  # of the limit: how much of a line a gap must leave for the line to be cut there


def fold(text: str) -> str:
    """The text as it is compared: without case, width, typographic twins, invisible characters and surplus white space."""
    if not text.isascii():
        text = normalise(_IGNORABLE.sub("", text).translate(_TWINS), "NFKC")
        text = normalise(text.casefold(), "NFKC").translate(_TWINS)
        return " ".join(_IGNORABLE.sub("", text).split())
    return " ".join(text.casefold().split())


def fold_twins(text: str) -> str:
    """The text as its words are written, case too: only typographic twins, invisible characters and white space are folded."""
    if not text.isascii():
        text = _IGNORABLE.sub("", normalise(text.translate(_TWINS), "NFC"))
    return " ".join(text.split())


def fold_twins_of(cluster: str) -> str:
    """What `fold_twins` makes of a few characters that compose; white space stays as it is."""
    return cluster if cluster.isascii() else _IGNORABLE.sub("", normalise(cluster.translate(_TWINS), "NFC"))


def is_ignorable(character: str) -> bool:
    """Whether a character is invisible wherever it is known, as soft hyphens and variation selectors are."""
    return not character.isascii() and bool(_IGNORABLE.match(character))


def normalise(text: str, form: Literal["NFC", "NFKC", "NFKD"]) -> str:
    """The text in a normal form. Runs of more combining marks than any language has are broken up by an invisible mark."""
    if text.isascii():
        return text
    classes = bytes(map(unicodedata.combining, text))
    if cuts := [found.end() for found in _LONG_RUN.finditer(classes)]:
        text = _JOINER.join(text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))
    return unicodedata.normalize(form, text)


def one_line(text: str, limit: int | None = None) -> str:
    """The text with its white space folded; a longer one than `limit` characters is cut at a gap near its end, with "…"."""
    line = " ".join(text.split())
    if limit is None or len(line) <= limit:
        return line
    head = line[: max(limit - 1, 0)]
    gap = -1 if line[len(head)] == " " else head.rfind(" ")
    return (head[:gap] if gap > len(head) * _NEAR else head).rstrip() + "…"


def is_blank(text: str) -> bool:
    """Whether a text has nothing that can be seen: white space, controls, and characters that are invisible everywhere."""
    return not any(map(_is_visible, text))


def _is_visible(character: str) -> bool:
    """Whether there is something to see. What is not in this Python's Unicode, as new emoji are not, is shown as a box at least."""
    category = unicodedata.category(character)
    if category != "Cn" and category[0] in "ZC":
        return False
    return character not in _BLANK_LETTERS and not is_ignorable(character)
