"""A model's prose, held against what is known: no quote that nobody said, no number of people that nobody counted, no address.

A sentence that quotes nobody is left out. One with a number of people loses the number or the clause where the rest says something by
itself, and else goes, too; an address is replaced. One or two words in quotation marks lose their marks, whoever said them, and so do
three that nobody said: they are a term, not a quote. So do the host's own words, however many: whoever reads them in marks takes
them for a participant's. Only the topic may stand in marks, as the title that it is. Typographic twins are the same: what stands in
marks is then written as it was said.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate

from chalicelib.model import Quote
from chalicelib.services.synthesis.claims import (
    LEFT_OUT,
    claims_a_count,
    find_numerals,
    has_link,
    mend_counts,
    replace_links,
)
from chalicelib.services.synthesis.unquotable import UnquotableWords
from chalicelib.text import tokens
from chalicelib.text.matching import FoldedText, find_words
from chalicelib.text.normalise import fold_twins
from chalicelib.text.quotation_marks import find_quoted_spans, find_sentences

MOST_OF_A_TERM = 3  # words; in scripts without spaces twice as many characters
LEAST_OF_A_QUOTE = 3  # words; less is a term, and would be found in what anybody said
_TITLES = "《"  # marks a title, not words that somebody said
_EDGES = " .,;:!?…。，、；：！？"
LEAST_WORDS = 3  # of an overview, and beside an address; less says nothing
_COVER = "\x01"  # in the place of what stands in marks, where numbers are looked for
_MOST_ROUNDS = 8  # of checking what took shape where marks went


class ProseCheck:
    """Checks one summary's prose; `used` are the quotes found in it.

    `refused` are the sentences that were left out.

    `unquotable` are words that may not be repeated, in marks or without: a sentence that does is left out.
    `numbers` are those that it may name where it is in a language of which we have no list of claims; None in one of ours.
    """

    def __init__(
        self,
        quotes: Sequence[Quote],
        topic: str = "",
        hosts: Sequence[str] = (),
        numbers: Collection[int] | None = None,
        unquotable: UnquotableWords | None = None,
    ) -> None:
        self._numbers, self._unquotable = numbers, unquotable or UnquotableWords(())
        self._quotes = [(quote, fold_twins(quote.text)) for quote in quotes]
        self._said = "\n".join(text for _, text in self._quotes)
        self._ends = list(accumulate(len(text) + 1 for _, text in self._quotes))
        self._topic, self._hosts = fold_twins(topic), "\n".join(map(fold_twins, (topic, *hosts)))
        self.used: dict[tuple[str, str], Quote] = {}
        self.refused: set[str] = set()

    def check(self, text: str) -> str:
        """One paragraph as `clean` leaves it, whose sentences that are left out are told to whoever reads the rest."""
        kept, refused = self._clean(text)
        self.refused |= refused
        return kept

    def clean(self, text: str) -> str:
        """One paragraph without the sentences that claim what is not known; what takes shape where marks went is checked again.

        Nothing of one in which something goes on taking shape.
        """
        return self._clean(text)[0]

    def _clean(self, text: str) -> tuple[str, set[str]]:
        refused: set[str] = set()
        for _ in range(_MOST_ROUNDS):
            if (kept := self._once(text, refused)) == text:
                # Of words that go through several sentences, none of those sentences stays.
                return ("", refused | {text}) if self._unquotable.are_in(text) else (kept, refused)
            text = kept
        return "", refused | {text}

    def _once(self, text: str, refused: set[str]) -> str:
        kept = []
        for start, end in find_sentences(text):
            if (sentence := self._checked(text[start:end])) and not self._unquotable.are_in(sentence):
                kept.append(sentence)
            elif tokens.count_words(text[start:end]):
                refused.add(text[start:end].strip())
        return " ".join("".join(kept).split())

    def _checked(self, sentence: str) -> str:
        sentence = self._mended(sentence)
        found = list(find_quoted_spans(sentence))
        plain, last = [], 0
        for span in found:
            plain.append(sentence[last : span.start])
            last = span.end
        plain.append(sentence[last:])
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

    def _mended(self, sentence: str) -> str:
        """The sentence without addresses and numbers of people, but for what stands in quotation marks."""
        pieces, last = [], 0
        for span in find_quoted_spans(sentence):
            pieces += [replace_links(sentence[last : span.start]), sentence[span.start : span.end]]
            last = span.end
        sentence = "".join([*pieces, replace_links(sentence[last:])])
        hidden = _cover_quotes(sentence)
        if has_link(hidden) or (LEFT_OUT in hidden and tokens.count_words(hidden.replace(LEFT_OUT, "")) < LEAST_WORDS):
            return ""
        space = sentence[len(sentence.rstrip()) :]
        mended = mend_counts(sentence, hidden, lambda text: claims_a_count(text) or self._has_unknown_number(text))
        return f"{mended.rstrip()}{space}" if mended.strip() else ""

    def _has_unknown_number(self, text: str) -> bool:
        return self._numbers is not None and any(number not in self._numbers for number in find_numerals(text))

    def _may_stand(self, said: str) -> str:
        """How this may be quoted: the topic as it is, what somebody said as they wrote it; empty for anything else."""
        whole = fold_twins(said)
        wanted = whole.strip(_EDGES)
        if whole == self._topic and wanted:
            return said
        place = find_words(wanted, self._said) if tokens.count_words(wanted) >= LEAST_OF_A_QUOTE else -1
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
    """The text without the sentences that quote somebody, and without those withheld; the topic stays in marks, and a term loses them."""
    kept = (_kept(paragraph, fold_twins(topic), withheld) for paragraph in text.split("\n\n"))
    return "\n\n".join(filter(None, kept))


def _kept(paragraph: str, topic: str, withheld: Collection[str]) -> str:
    found = (paragraph[start:end] for start, end in find_sentences(paragraph))
    return "".join(_without_marks(it, topic) for it in found if it.strip() not in withheld).strip()


def _without_marks(sentence: str, topic: str) -> str:
    """The sentence with the topic in marks and its terms without; empty where it quotes more."""
    kept, last = "", 0
    for span in find_quoted_spans(sentence):
        said = span.said(sentence)
        is_topic = fold_twins(said) == topic
        if not is_topic and (not span.closed or _is_long(said)):
            return ""
        kept += sentence[last : span.start] + (sentence[span.start : span.end] if is_topic else said)
        last = span.end
    # Nothing but marks and what is in them is a quote, however short.
    return kept + sentence[last:] if last == 0 or tokens.count_words(_cover_quotes(sentence)) else ""


def _cover_quotes(sentence: str) -> str:
    """The sentence, as long as it is, with what stands in quotation marks covered."""
    covered = list(sentence)
    for span in find_quoted_spans(sentence):
        covered[span.start : span.end] = _COVER * (span.end - span.start)
    return "".join(covered)


def _is_long(said: str) -> bool:
    """Whether this is more than a term; what is left of words that were taken out is none."""
    words, characters = tokens.measure_amount(said)
    return LEFT_OUT in said or words + characters / 2 > MOST_OF_A_TERM
