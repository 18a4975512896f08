"""Words as they are compared, in any script: what two texts have in common, as far as one gets without understanding them.

Scripts that put no space between words are compared by pairs of characters.
"""

import re
import unicodedata
from collections.abc import Iterator

_RANGES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{_RANGES}]+")
_MARKS = (
    "!-/:-@\\[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u060c\u061b\u061f\u06d4\u0964\u0965"
    "\u2000-\u206f\u3001-\u3004\u3008-\u303f"
)
_LETTERS = rf"[^\s{_MARKS}{_RANGES}]+"
_WRITTEN = re.compile(rf"(?P<run>[{_RANGES}]+)|(?P<word>{_LETTERS}(?:['’]{_LETTERS})*)")
_SENTENCE_END = re.compile(r"[.!?…\n。।۔؟]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_ENDINGS = ("ies", "ing", "ers", "er", "ed", "es", "s", "y", "e")
LEAST_STEM = 3


def words(text: str) -> list[str]:
    """The words of a text that parts them by spaces, without case, plural and the commonest endings."""
    return [_stem(word) for word in spaced(text)]


def spaced(text: str) -> list[str]:
    """The words of a text that parts them by spaces, folded."""
    return _WORD.findall(_UNSPACED.sub(" ", _folded(text)))


def written(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text as they are written, marks above and below them too, and whether each opens a sentence."""
    text, end = unicodedata.normalize("NFKC", text), 0
    for found in _WRITTEN.finditer(text):
        opens = end == 0 or bool(_SENTENCE_END.search(text, end, found.start()))
        end = found.end()
        if found["word"]:
            yield _POSSESSIVE.sub("", found["word"]), opens


def runs(text: str) -> list[str]:
    """What a text has in scripts without spaces, run by run."""
    return _UNSPACED.findall(_folded(text))


def pairs(run: str) -> list[str]:
    """Two neighbours each of a run; a run of one character is its only one."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def units(text: str) -> set[str]:
    """All by which a text can be compared: its words, and the pairs of its runs."""
    return {*words(text), *(pair for run in runs(text) for pair in pairs(run))}


def content(text: str, least: int = 4) -> set[str]:
    """The units that carry a text's matter: without words shorter than so many letters."""
    carried = {_stem(word) for word in spaced(text) if len(word) >= least}
    return carried | {pair for run in runs(text) for pair in pairs(run)}


def amount(text: str) -> tuple[int, int]:
    """How much a text says: its words, and its characters in scripts without spaces."""
    return len(spaced(text)), sum(map(len, runs(text)))


def questions_in(text: str) -> Iterator[str]:
    """Every sentence of a text that ends with a question mark, without what marks it as an entry of a list."""
    for found in re.finditer(r"[^.!?？。！\n]+[?？]", text):
        asked = re.sub(r"^[\s\-*#>\d)]+", "", found[0]).strip()
        if asked.strip("?？ "):
            yield asked


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _stem(word: str) -> str:
    word = _POSSESSIVE.sub("", word)
    while ending := next((it for it in _ENDINGS if word.endswith(it) and len(word) - len(it) >= LEAST_STEM), ""):
        word = word[: -len(ending)]
    return word
