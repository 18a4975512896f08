"""A model's prose, held against what is known: no quote that nobody said, no number of people that nobody counted.

A sentence with either is left out. A few words in quotation marks that nobody said lose their marks: they are a term, not
a quote.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.llm.language import count_chinese, count_words
from chalicelib.services.synthesis.claims import claims_a_count
from chalicelib.store.records import Quote

MOST_OF_A_TERM = 3  # words; in Chinese twice as many characters
_OPENING = {"“": "”", "„": "“”", "«": "»", "‹": "›", "「": "」", "『": "』", "《": "》"}
_LOOSE = {'"': '"', "'": "'", "‘": "’"}  # also an apostrophe, or the same at both ends
_TITLES = "《"  # marks a title, not words that somebody said
_ENDS = ".!?。！？"
_EDGES = " .,;:!?…。，、；：！？"


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch in quotation marks, by where its marks stand."""

    start: int
    end: int


class Prose:
    """Checks one summary's prose; `used` are the quotes found in it."""

    def __init__(self, quotes: Sequence[Quote], given: Iterable[str] = ()) -> None:
        self._quotes = [(_folded(quote.text), quote) for quote in quotes]
        self._given = [_folded(text) for text in given]
        self.used: dict[tuple[str, str], Quote] = {}

    def check(self, text: str) -> str:
        """One paragraph without the sentences that claim what is not known; what takes shape where marks went is checked again."""
        while (kept := self._once(text)) != text:
            text = kept
        return kept

    def _once(self, text: str) -> str:
        kept = [sentence for start, end in _sentences(text) if (sentence := self._checked(text[start:end]))]
        return " ".join(" ".join(kept).split()) if count_words(text) else "".join(kept).strip()

    def _checked(self, sentence: str) -> str:
        spans = list(_spans(sentence))
        plain, last = [], 0
        for span in spans:
            plain.append(sentence[last : span.start])
            last = span.end
        if claims_a_count(" ".join([*plain, sentence[last:]])):
            return ""
        for span in reversed(spans):
            said = sentence[span.start + 1 : span.end - 1]
            if sentence[span.start] in _TITLES or self._is_known(said):
                continue
            if count_words(said) + count_chinese(said) / 2 > MOST_OF_A_TERM:
                return ""
            sentence = sentence[: span.start] + said + sentence[span.end :]
        return sentence

    def _is_known(self, said: str) -> bool:
        whole = _folded(said)
        wanted = whole.strip(_EDGES)
        if not wanted or any(wanted in text for text in self._given):
            return True
        text, quote = next(((text, quote) for text, quote in self._quotes if wanted in text), ("", None))
        if quote:
            cut = whole if whole in text else wanted
            self.used.setdefault((cut, quote.message_id), Quote(cut, quote.thread_id, quote.message_id))
        return quote is not None


def without_quotes(text: str, given: str = "") -> str:
    """The text without the sentences that have something in quotation marks, but for what was given."""
    return "\n\n".join(filter(None, (_unquoted(paragraph, _folded(given)) for paragraph in text.split("\n\n"))))


def _unquoted(paragraph: str, given: str) -> str:
    sentences = (paragraph[start:end] for start, end in _sentences(paragraph))
    return "".join(sentence for sentence in sentences if all(said in given for said in _inside(sentence))).strip()


def _inside(sentence: str) -> Iterator[str]:
    return (_folded(sentence[span.start + 1 : span.end - 1]) for span in _spans(sentence))


def _spans(text: str) -> Iterator[_Span]:
    """The outermost stretches in quotation marks; a mark without its partner is a character like any other."""
    place = 0
    while place < len(text):
        mark = text[place]
        end = -1
        if mark in _OPENING:
            end = _closing(text, place, _OPENING[mark])
        elif mark in _LOOSE and not text[place - 1 : place].isalnum():
            end = _loose_closing(text, place, _LOOSE[mark])
        if end < 0:
            place += 1
            continue
        yield _Span(place, end + 1)
        place = end + 1


def _closing(text: str, start: int, closing: str) -> int:
    depth = 0
    for place in range(start, len(text)):
        if text[place] in closing and place > start:
            depth -= 1
            if depth == 0:
                return place
        elif text[place] == text[start]:
            depth += 1
    return -1


def _loose_closing(text: str, start: int, closing: str) -> int:
    """Where the same kind of mark stands again, not as an apostrophe."""
    for place in range(start + 2, len(text)):
        if text[place] == closing and not text[place + 1 : place + 2].isalnum():
            return place
    return -1


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a paragraph; what stands in quotation marks is never cut."""
    inside = {place for span in _spans(text) for place in range(span.start, span.end - 1)}
    start = 0
    for place in range(len(text)):
        after = text[place + 1 : place + 3]
        ends = text[place] in _ENDS or (place > 0 and place - 1 in inside and text[place - 1] in _ENDS)
        gap = not after or text[place] in "。！？" or (after[0].isspace() and not after[1:].islower())
        if place not in inside and ends and gap and text[start : place + 1].strip():
            yield start, place + 1
            start = place + 1
    if text[start:].strip():
        yield start, len(text)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
