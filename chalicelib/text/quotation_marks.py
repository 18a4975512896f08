"""Where sentences and stretches in quotation marks begin and end, in any script, and text without marks of markdown."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct

from chalicelib.text import sentences as ends
from chalicelib.text.tokens import is_unspaced

_OPENING = {
    **{"“": "”", "‟": "”", "„": "“”‟", "‚": "‘’", "«": "»", "»": "«", "‹": "›", "›": "‹"},
    **{"「": "」", "『": "』", "｢": "｣", "《": "》", "〝": "〞〟", "❝": "❞"},
}
_ALIKE = {'"': '"', "＂": "＂", "”": "”"}  # the same at both ends
_APOSTROPHES = {"'": "'", "‘": "’"}  # which may stand alone
_MARK = re.compile(f"[{''.join((*_OPENING, *_ALIKE, *_APOSTROPHES))}]")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s[^()]*)?\)|\[[^\[\]]*\])")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--(?:(?!<!--|-->).)*-->")
_EMPHASIS = re.compile(r"\*\*|__|~~|`+|(?<![\w*])[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?![\w*])")
_LEAD = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•]\s+|>\s*)+")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")
_DOUBLED = re.compile(r"``(?!`)|(?<!')''(?!')")  # as typesetters write quotation marks
_ITEM = re.compile(r"\n\s*\n|\n(?=\s*(?:#{1,6}\s|[-*+•]\s|\d{1,2}[.)]\s))")


class QuotedSpan(Struct, frozen=True):
    """A stretch in quotation marks, by where its marks stand; `end` is behind the closing one, or behind the sentence where
    that is missing."""

    start: int
    end: int
    closed: bool = True

    def said(self, text: str) -> str:
        """What stands between the marks."""
        return text[self.start + 1 : self.end - self.closed]


def find_quoted_spans(text: str) -> Iterator[QuotedSpan]:
    """The outermost stretches in quotation marks; an apostrophe without its partner is a character like any other."""
    marks, end = _Marks(text), 0
    for mark in _MARK.finditer(text):
        if mark.start() >= end and (found := marks.span(mark.start())):
            end = found.end
            yield found


def find_sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a paragraph; what stands in quotation marks is never cut."""
    return ends.find_spans(text, ((span.start, span.end) for span in find_quoted_spans(text)))


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text with markdown, each without its marks; an entry of a list is one, and so is a heading."""
    return [line for piece in _ITEM.split(text) if (line := strip_markdown(piece))]


def strip_markdown(text: str) -> str:
    """A paragraph on one line without marks of markdown, but for what stands in quotation marks: that is as it was written."""
    line = " ".join(_DOUBLED.sub('"', _LEAD.sub("", text)).split())
    pieces, last = [], 0
    for span in find_quoted_spans(line):
        pieces += [_bare(line[last : span.start]), line[span.start : span.end]]
        last = span.end
    return " ".join("".join([*pieces, _bare(line[last:])]).split())


def _bare(text: str) -> str:
    return _EMPHASIS.sub("", _TAG.sub("", _IMAGE_OR_LINK.sub(r"\1", text)))


class _Marks:
    """The quotation marks of one text; which of them belong together is worked out once for each kind."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._partners: dict[str, dict[int, int]] = {}
        self._last: dict[str, list[int]] = {}

    def span(self, start: int) -> QuotedSpan | None:
        """The stretch that begins here, if one does; without a closing mark it goes on to the end of its sentence."""
        text, mark = self._text, self._text[start]
        before, after = text[max(start - 1, 0) : start], text[start + 1 : start + 2]
        if mark in _APOSTROPHES:
            end = -1 if after.isdigit() or _is_spaced_letter(before) else self._closing(start, _APOSTROPHES[mark])
            return QuotedSpan(start, end + 1) if end > 0 else None
        if mark in _ALIKE:
            opens = not after.isspace() and not before.isdigit()
            end = text.find(_ALIKE[mark], start + 2) if opens else -1
        else:
            opens = mark not in "»›" or not after.isspace()
            end = self._partner(start)
        if end > 0:
            return QuotedSpan(start, end + 1)
        if not opens:
            return None
        over = _SENTENCE_END.search(text, start)
        return QuotedSpan(start, over.end() if over else len(text), closed=False)

    def _closing(self, start: int, closing: str) -> int:
        """Where the same kind of mark stands again, not as an apostrophe."""
        if closing not in self._last:
            found = (place.start() for place in re.finditer(closing, self._text))
            self._last[closing] = [it for it in found if not _is_spaced_letter(self._text[it + 1 : it + 2])]
        at = bisect_left(self._last[closing], start + 2)
        return self._last[closing][at] if at < len(self._last[closing]) else -1

    def _partner(self, start: int) -> int:
        """Where the mark that opens here is closed, whatever of its kind stands between."""
        opening = self._text[start]
        if opening not in self._partners:
            partners: dict[int, int] = {}
            unclosed: list[int] = []
            for found in re.finditer(f"[{opening}{_OPENING[opening]}]", self._text):
                if found[0] == opening:
                    unclosed.append(found.start())
                elif unclosed:
                    partners[unclosed.pop()] = found.start()
            self._partners[opening] = partners
        return self._partners[opening].get(start, -1)


def _is_spaced_letter(character: str) -> bool:
    """Whether this is a letter or digit of a script that parts its words by spaces."""
    return character.isalnum() and not is_unspaced(character)
