"""The names that people gave for themselves, which no answer may tell.

Whoever gives a name may write it in any case; an answer is taken to name somebody where it has the whole name, or a part of it
as a name is written: with a capital, or in a script that has none.
"""

from collections.abc import Iterable
from itertools import chain

from chalicelib.model import SessionView, Thread
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.text import tokens
from chalicelib.text.matching import find_words
from chalicelib.text.normalise import fold_twins
from chalicelib.text.quotation_marks import find_sentences
from chalicelib.text.stop_words import GRAMMAR

_LEAST_LETTERS = 2  # of a part of a name; a shorter one says nothing by itself
_LEAST_CHARACTERS = 3  # of a name in a script without spaces in which the family name is told from the other
_OF_A_NAME = 2  # characters of either of these
_ARABIC_PREFIXES = "وفبلك"
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
        self._several_words = {name.casefold() for name in self._whole if " " in name}
        parts = {word.text.casefold() for name in names for word in tokens.read_written_words(name)}
        self._parts = {it for it in parts - GRAMMAR - self._hosts if len(it) >= _LEAST_LETTERS and not it.isdecimal()}
        runs = {part for name in names for run in tokens.find_runs(name) for part in _split_run(run)}
        self._runs = {it for it in runs if it not in hosts}

    def cut(self, text: str) -> str:
        """A text without the sentences that name somebody."""
        kept = (text[start:end] for start, end in find_sentences(text))
        return "".join(it for it in kept if not self._names_somebody(it)).strip()

    def _names_somebody(self, sentence: str) -> bool:
        written = (word.text for word in tokens.read_written_words(sentence) if _may_be_name(word.text))
        words = {it for word in written for it in _read_ways(word.casefold())} & self._parts
        folded = fold_twins(sentence)
        found = chain(
            words,
            (name for name in self._whole if find_words(name, folded) >= 0),
            (name for name in self._several_words if find_words(name, folded.casefold()) >= 0),
            (run for run in self._runs if run in folded),
        )
        return any(not self._is_common(it) for it in found)

    def _is_common(self, word: str) -> bool:
        """Whether several people write it."""
        folded = word.casefold()
        writers = {
            thread_id
            for thread_id, point in self._aggregate.points
            if find_words(folded, " ".join((point.quote, *point.own)).casefold()) >= 0
        }
        return self._aggregate.count_people(writers) >= _SEVERAL


def _may_be_name(word: str) -> bool:
    """Whether a word begins with a capital, or with a letter that has none."""
    return not word[:1].islower()


def _read_ways(word: str) -> tuple[str, ...]:
    """A word, and what is left of it without an Arabic prefix, as of "and Mohammed"."""
    return (word, word[1:]) if word[:1] in _ARABIC_PREFIXES else (word,)


def _split_run(run: str) -> tuple[str, ...]:
    """The parts of a name in a script without spaces that are names by themselves: all but its first character, its last two, and
    of a longer one its first two."""
    if len(run) < _LEAST_CHARACTERS:
        return ()
    first = (run[:_OF_A_NAME],) if len(run) > _LEAST_CHARACTERS else ()
    return (*first, run[1:], run[-_OF_A_NAME:])
