"""A model's prose, held against what is known: no quote that nobody said, no number of people that nobody counted, no address.

A sentence with any of these is left out. A few words in quotation marks that nobody said lose their marks: they are a term,
not a quote. So do the host's own words, however many: whoever reads them in marks takes them for a participant's. Only the
topic may stand in marks, as the title that it is. Typographic twins are the same: what stands in marks is then written as
it was said.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate

from chalicelib.model import Quote
from chalicelib.services.synthesis.claims import claims_a_count, find_numerals, has_link
from chalicelib.text import tokens
from chalicelib.text.matching import FoldedText, find_words
from chalicelib.text.normalise import fold_twins
from chalicelib.text.quotation_marks import find_quoted_spans, find_sentences

MOST_OF_A_TERM = 3  # words; in scripts without spaces twice as many characters
_TITLES = "《"  # marks a title, not words that somebody said
_EDGES = " .,;:!?…。，、；：！？"
LEAST_WORDS = 3  # of an overview; less says nothing of a session
_MOST_ROUNDS = 8  # of checking what took shape where marks went


class ProseCheck:
    """Checks one summary's prose; `used` are the quotes found in it.

    `numbers` are those that it may name where it is in a language of which we have no list of claims; None in one of ours.
    """

    def __init__(
        self,
        quotes: Sequence[Quote],
        topic: str = "",
        hosts: Sequence[str] = (),
        numbers: Collection[int] | None = None,
    ) -> None:
        self._numbers = numbers
        self._quotes = [(quote, fold_twins(quote.text)) for quote in quotes]
        self._said = "\n".join(text for _, text in self._quotes)
        self._ends = list(accumulate(len(text) + 1 for _, text in self._quotes))
        self._topic, self._hosts = fold_twins(topic), "\n".join(map(fold_twins, (topic, *hosts)))
        self.used: dict[tuple[str, str], Quote] = {}

    def check(self, text: str) -> str:
        """One paragraph without the sentences that claim what is not known; what takes shape where marks went is checked again.

        Nothing of one in which something goes on taking shape.
        """
        for _ in range(_MOST_ROUNDS):
            if (kept := self._once(text)) == text:
                return kept
            text = kept
        return ""

    def _once(self, text: str) -> str:
        kept = [sentence for start, end in find_sentences(text) if (sentence := self._checked(text[start:end]))]
        return " ".join("".join(kept).split())

    def _checked(self, sentence: str) -> str:
        found = list(find_quoted_spans(sentence))
        plain, last = [], 0
        for span in found:
            plain.append(sentence[last : span.start])
            last = span.end
        plain.append(sentence[last:])
        own = " ".join(plain)
        if claims_a_count(own) or has_link(own) or self._has_unknown_number(own):
            return ""
        kept = [plain[0]]
        for span, after in zip(found, plain[1:], strict=True):
            said = span.said(sentence)
            if sentence[span.start] in _TITLES:
                kept += (sentence[span.start : span.end], after)
            elif span.closed and (written := self._may_stand(said)):
                kept += (sentence[span.start], written, sentence[span.end - 1], after)
            elif _is_long(said) and not self._is_hosts(said):
                return ""
            else:
                kept += (said, after)
        return "".join(kept)

    def _has_unknown_number(self, text: str) -> bool:
        return self._numbers is not None and any(number not in self._numbers for number in find_numerals(text))

    def _may_stand(self, said: str) -> str:
        """How this may be quoted: the topic as it is, what somebody said as they wrote it; empty for anything else."""
        whole = fold_twins(said)
        wanted = whole.strip(_EDGES)
        if whole == self._topic and wanted:
            return said
        place = find_words(wanted, self._said) if any(map(str.isalnum, wanted)) else -1
        if place < 0:
            return ""
        quote, _ = self._quotes[bisect_right(self._ends, place)]
        source = FoldedText(quote.text)
        exact = source.cut(whole)
        if cut := exact or source.cut(wanted):
            self.used.setdefault((cut, quote.message_id), Quote(cut, quote.thread_id, quote.message_id))
        lead, tail = (len(said) - len(said.lstrip(_EDGES)), len(said.rstrip(_EDGES)))
        return exact or (f"{said[:lead]}{cut}{said[tail:]}" if cut else "")

    def _is_hosts(self, said: str) -> bool:
        return find_words(fold_twins(said).strip(_EDGES), self._hosts) >= 0


def is_usable(overview: str) -> bool:
    """Whether an overview says anything."""
    return tokens.count_words(overview) >= LEAST_WORDS


def without_quotes(text: str, topic: str = "", withheld: Collection[str] = ()) -> str:
    """The text without the sentences that have something in quotation marks, but for the topic, and without those withheld."""
    kept = (_kept(paragraph, fold_twins(topic), withheld) for paragraph in text.split("\n\n"))
    return "\n\n".join(filter(None, kept))


def _kept(paragraph: str, topic: str, withheld: Collection[str]) -> str:
    found = (paragraph[start:end] for start, end in find_sentences(paragraph))
    told = (it for it in found if it.strip() not in withheld)
    return "".join(
        it for it in told if all(fold_twins(span.said(it)) == topic for span in find_quoted_spans(it))
    ).strip()


def _is_long(said: str) -> bool:
    """Whether this is more than a term."""
    words, characters = tokens.measure_amount(said)
    return words + characters / 2 > MOST_OF_A_TERM
