"""A model's prose, held against what is known: no quote that nobody said, no number of people that nobody counted, no address.

A sentence with any of these is left out. A few words in quotation marks that nobody said lose their marks: they are a term,
not a quote. So do the host's own words, however many: whoever reads them in marks takes them for a participant's. Only the
topic may stand in marks, as the title that it is.
"""

import unicodedata
from collections.abc import Sequence

from chalicelib.services import wording
from chalicelib.services.synthesis.claims import claims_a_count, has_address
from chalicelib.services.synthesis.marks import sentences, spans
from chalicelib.services.synthesis.quotes import find_words
from chalicelib.store.records import Quote

MOST_OF_A_TERM = 3  # words; in scripts without spaces twice as many characters
_TITLES = "《"  # marks a title, not words that somebody said
_EDGES = " .,;:!?…。，、；：！？"


class Prose:
    """Checks one summary's prose; `used` are the quotes found in it."""

    def __init__(self, quotes: Sequence[Quote], topic: str = "", hosts: Sequence[str] = ()) -> None:
        self._quotes = [(_folded(quote.text), quote) for quote in quotes]
        self._topic, self._hosts = _folded(topic), [_folded(text) for text in (topic, *hosts)]
        self.used: dict[tuple[str, str], Quote] = {}

    def check(self, text: str) -> str:
        """One paragraph without the sentences that claim what is not known; what takes shape where marks went is checked again."""
        while (kept := self._once(text)) != text:
            text = kept
        return kept

    def _once(self, text: str) -> str:
        kept = [sentence for start, end in sentences(text) if (sentence := self._checked(text[start:end]))]
        return " ".join("".join(kept).split())

    def _checked(self, sentence: str) -> str:
        found = list(spans(sentence))
        plain, last = [], 0
        for span in found:
            plain.append(sentence[last : span.start])
            last = span.end
        own = " ".join([*plain, sentence[last:]])
        if claims_a_count(own) or has_address(own):
            return ""
        for span in reversed(found):
            said = span.said(sentence)
            if sentence[span.start] in _TITLES or (span.closed and self._may_stand(said)):
                continue
            if _is_long(said) and not self._is_hosts(said):
                return ""
            sentence = sentence[: span.start] + said + sentence[span.end :]
        return sentence

    def _may_stand(self, said: str) -> bool:
        """Whether this may be quoted: it is the topic, or somebody said so."""
        whole = _folded(said)
        wanted = whole.strip(_EDGES)
        if not wanted or whole == self._topic:
            return bool(wanted)
        text, quote = next(((text, quote) for text, quote in self._quotes if find_words(wanted, text) >= 0), ("", None))
        if quote:
            cut = whole if find_words(whole, text) >= 0 else wanted
            self.used.setdefault((cut, quote.message_id), Quote(cut, quote.thread_id, quote.message_id))
        return quote is not None

    def _is_hosts(self, said: str) -> bool:
        wanted = _folded(said).strip(_EDGES)
        return any(find_words(wanted, text) >= 0 for text in self._hosts)


def without_quotes(text: str, topic: str = "") -> str:
    """The text without the sentences that have something in quotation marks, but for the topic."""
    return "\n\n".join(filter(None, (_unquoted(paragraph, _folded(topic)) for paragraph in text.split("\n\n"))))


def _unquoted(paragraph: str, topic: str) -> str:
    found = (paragraph[start:end] for start, end in sentences(paragraph))
    return "".join(it for it in found if all(_folded(span.said(it)) == topic for span in spans(it))).strip()


def _is_long(said: str) -> bool:
    """Whether this is more than a term."""
    words, characters = wording.amount(said)
    return words + characters / 2 > MOST_OF_A_TERM


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
