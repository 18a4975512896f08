"""The names that people gave for themselves, which no answer may tell."""

from collections.abc import Iterable

from chalicelib.model import SessionView, Thread
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.text import tokens
from chalicelib.text.matching import find_words
from chalicelib.text.normalise import fold_twins
from chalicelib.text.quotation_marks import find_sentences

_LEAST_LETTERS = 3  # of a part of a name; a shorter one says nothing by itself
_SEVERAL = 2


class ParticipantNames:
    """The names of these people, whole and in parts. A part that the host writes, or several people, is a word like any other."""

    def __init__(self, heads: Iterable[Thread], aggregate: Aggregate, view: SessionView) -> None:
        session = view.session
        hosts = "\n".join(filter(None, (session.topic, session.goal, session.critical, view.context)))
        self._hosts = {word.text.casefold() for word in tokens.read_written_words(hosts)}
        self._aggregate = aggregate
        names = {fold_twins(head.name).strip() for head in heads if head.name}
        self._whole = {name for name in names if name and name.casefold() not in self._hosts}
        self._parts = {
            word.text
            for name in names
            for word in tokens.read_written_words(name)
            if len(word.text) >= _LEAST_LETTERS and word.text[:1].isupper() and word.text.casefold() not in self._hosts
        }

    def cut(self, text: str) -> str:
        """A text without the sentences that name somebody."""
        kept = (text[start:end] for start, end in find_sentences(text))
        return "".join(it for it in kept if not self._names_somebody(it)).strip()

    def _names_somebody(self, sentence: str) -> bool:
        words = {word.text for word in tokens.read_written_words(sentence)} & self._parts
        if any(not self._is_common(word) for word in words):
            return True
        folded = fold_twins(sentence)
        return any(find_words(name, folded) >= 0 and not self._is_common(name) for name in self._whole)

    def _is_common(self, word: str) -> bool:
        """Whether several people write it."""
        folded = word.casefold()
        writers = {
            thread_id
            for thread_id, point in self._aggregate.points
            if find_words(folded, " ".join((point.quote, *point.own)).casefold()) >= 0
        }
        return self._aggregate.count_people(writers) >= _SEVERAL
