"""Where sentences and stretches in quotation marks begin and end, in any script, and text without marks of markdown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.services import wording

_OPENING = {
    **{"“": "”", "‟": "”", "„": "“”‟", "‚": "‘’", "«": "»", "»": "«", "‹": "›", "›": "‹"},
    **{"「": "」", "『": "』", "｢": "｣", "《": "》", "〝": "〞〟", "❝": "❞"},
}
_ALIKE = {'"': '"', "＂": "＂", "”": "”"}  # the same at both ends
_APOSTROPHES = {"'": "'", "‘": "’"}  # which may stand alone
_ENDS = ".!?。！？"
_WIDE_ENDS = "。！？"
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s[^()]*)?\)|\[[^\[\]]*\])")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->")
_EMPHASIS = re.compile(r"\*\*|__|~~|`+|(?<![\w*])[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?![\w*])")
_LEAD = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•]\s+|>\s*)+")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")
_DOUBLED = re.compile(r"``(?!`)|(?<!')''(?!')")  # as typesetters write quotation marks
_ITEM = re.compile(r"\n\s*\n|\n(?=\s*(?:#{1,6}\s|[-*+•]\s|\d{1,2}[.)]\s))")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in quotation marks, by where its marks stand; `end` is behind the closing one, or behind the sentence where
    that is missing."""

    start: int
    end: int
    closed: bool = True

    def said(self, text: str) -> str:
        """What stands between the marks."""
        return text[self.start + 1 : self.end - self.closed]


def spans(text: str) -> Iterator[Span]:
    """The outermost stretches in quotation marks; an apostrophe without its partner is a character like any other."""
    place = 0
    while place < len(text):
        found = _span(text, place)
        place = found.end if found else place + 1
        if found:
            yield found


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a paragraph; what stands in quotation marks is never cut."""
    inside = {place for span in spans(text) for place in range(span.start, span.end - 1)}
    start = 0
    for place in range(len(text)):
        after = text[place + 1 : place + 3]
        ends = text[place] in _ENDS or (place > 0 and place - 1 in inside and text[place - 1] in _ENDS)
        gap = not after or text[place] in _WIDE_ENDS or (after[0].isspace() and not after[1:].islower())
        if place not in inside and ends and gap and text[start : place + 1].strip():
            yield start, place + 1
            start = place + 1
    if text[start:].strip():
        yield start, len(text)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text with markdown, each without its marks; an entry of a list is one, and so is a heading."""
    return [line for piece in _ITEM.split(text) if (line := plain(piece))]


def plain(text: str) -> str:
    """A paragraph on one line without marks of markdown, but for what stands in quotation marks: that is as it was written."""
    line = " ".join(_DOUBLED.sub('"', _LEAD.sub("", text)).split())
    pieces, last = [], 0
    for span in spans(line):
        pieces += [_bare(line[last : span.start]), line[span.start : span.end]]
        last = span.end
    return " ".join("".join([*pieces, _bare(line[last:])]).split())


def _bare(text: str) -> str:
    return _EMPHASIS.sub("", _TAG.sub("", _IMAGE_OR_LINK.sub(r"\1", text)))


def _span(text: str, start: int) -> Span | None:
    """The stretch that begins here, if one does; without a closing mark it goes on to the end of its sentence."""
    mark = text[start]
    if mark in _APOSTROPHES:
        years = text[start + 1 : start + 2].isdigit()
        end = -1 if years or _joined(text, start) else _closing(text, start, _APOSTROPHES[mark])
        return Span(start, end + 1) if end > 0 else None
    if mark in _ALIKE:
        opens = not text[start + 1 : start + 2].isspace() and not text[start - 1 : start].isdigit()
        end = text.find(_ALIKE[mark], start + 2) if opens else -1
    elif mark in _OPENING:
        opens = mark not in "»›" or not text[start + 1 : start + 2].isspace()
        end = _nested_closing(text, start, _OPENING[mark])
    else:
        return None
    if end > 0:
        return Span(start, end + 1)
    if not opens:
        return None
    over = _SENTENCE_END.search(text, start)
    return Span(start, over.end() if over else len(text), closed=False)


def _joined(text: str, place: int) -> bool:
    """Whether the mark here stands right behind a word."""
    before = text[place - 1 : place]
    return before.isalnum() and not wording.runs(before)


def _closing(text: str, start: int, closing: str) -> int:
    """Where the same kind of mark stands again, not as an apostrophe."""
    for place in range(start + 2, len(text)):
        after = text[place + 1 : place + 2]
        if text[place] == closing and not (after.isalnum() and not wording.runs(after)):
            return place
    return -1


def _nested_closing(text: str, start: int, closing: str) -> int:
    depth = 0
    for place in range(start, len(text)):
        if text[place] in closing and place > start:
            depth -= 1
            if depth == 0:
                return place
        elif text[place] == text[start]:
            depth += 1
    return -1
