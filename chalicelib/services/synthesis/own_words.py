"""Which words of a model's points are the participant's own, beside what is quoted.

A summary is made from points, so whatever it repeats of a person's words stood in theirs. The digest is where their messages
are at hand: what is found there stays with the point, and no summary has to read messages again.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from chalicelib.text.names import is_odd_capital, key_of, read_words
from chalicelib.text.shared_runs import cut_runs, find_shared_stretches
from chalicelib.text.stop_words import GRAMMAR
from chalicelib.text.tokens import read_written_words

MOST = 20  # of one point
LONGEST = 100  # characters of one word with the one before it
_GRAMMAR = frozenset(map(key_of, GRAMMAR))


class OwnWords:
    """The words of one participant's messages, and of what they wrote in the form."""

    def __init__(self, messages: Iterable[str]) -> None:
        self._runs: set[str] = set()
        self._written: dict[str, str] = {}
        self._names: set[str] = set()
        for message in messages:
            self._runs |= cut_runs(message)
            self._read(message)

    def of_point(self, text: str, topic: str, quote: str) -> tuple[str, ...]:
        """What a point has of them that its quote has not: runs of words, and words with a capital on either side, each as it
        was written, behind the word before it."""
        known = {key_of(word.text) for word in read_written_words(quote)}
        found = [
            *find_shared_stretches(text, self._runs - cut_runs(quote)),
            *self._words(text, known),
            *self._words(topic, known),
        ]
        return tuple(islice(dict.fromkeys(found), MOST))

    def _read(self, message: str) -> None:
        before = ""
        for word in read_written_words(message):
            key, odd = key_of(word.text), is_odd_capital(word.text, opens=word.opens)
            if odd and key not in self._names:
                self._names.add(key)
                self._written[key] = f"{before} {word.text}"
            self._written.setdefault(key, word.text)
            before = word.text

    def _words(self, text: str, known: set[str]) -> Iterator[str]:
        for word in read_words(text):
            tells = word.key in self._names or (word.is_capital and word.key not in _GRAMMAR)
            if tells and word.key in self._written and word.key not in known:
                yield self._written[word.key][-LONGEST:]
