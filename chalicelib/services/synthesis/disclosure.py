"""What of a theme may be told to other participants: nothing that could come from a few people only.

A theme's label is first written from one participant's words, and whatever a model makes of those, it may be a name, a
place or a turn of phrase that tells who it was. So every word of what is told, a short one and a number too, has to be
one that three participants at least really wrote just so, by their quotes, or that the host's topic, goal or critical
uses. A name may be on everybody's lips: what anybody writes with a capital inside a sentence is taken for one, as is
what nobody writes without. That is too strict for the nouns of German, which are told where the host uses them.

A description is a model's sentence about what many said, and hardly ever made of words that three of them wrote. In it, the
common words of its language are nobody's own either; names and numbers are as in a label.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from chalicelib.model import Session
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.text import tokens
from chalicelib.text.common_words import is_common
from chalicelib.text.language import detect_language
from chalicelib.text.names import NOUNS_HAVE_CAPITALS, is_capital, is_odd_capital
from chalicelib.text.normalise import fold
from chalicelib.text.stop_words import GRAMMAR

SHARED_BY = 3  # people who make a word nobody's own
_PARTICLES = frozenset("的與和及與跟在是了或之對对与為为於于の を は が に と も で や")
_TELLING = re.compile(r"\d{4}|@|https?:|www\.|\w\.\w{2,}", re.IGNORECASE)


class SharedWords:
    """The words of a session that belong to nobody alone."""

    def __init__(self, aggregate: Aggregate, session: Session) -> None:
        hosts = f"{session.topic}\n{session.goal}\n{session.critical or ''}"
        self._hosts = {fold(word.text) for word in tokens.read_written_words(hosts)}
        self._names: set[str] = set()
        plain: set[str] = set()
        by: defaultdict[str, set[str]] = defaultdict(set)
        for thread_id, point in aggregate.points:
            people, shouted = aggregate.people([thread_id]), point.quote.isupper()
            if not people:
                continue
            for word in tokens.read_written_words(point.quote):
                folded = fold(word.text)
                by[folded] |= people
                if not is_capital(word.text):
                    plain.add(folded)
                elif not shouted and is_odd_capital(word.text, opens=word.opens):
                    self._names.add(folded)
            for unit in _units(point.quote):
                by[unit] |= people
        shared = {unit for unit, people in by.items() if len(people) >= SHARED_BY}
        self._words = (shared & plain) | GRAMMAR
        self._unspaced = shared | set(_units(hosts))

    def may_tell(self, label: str) -> bool:
        """Whether others may be told this label."""
        return self._may_tell(label, "")

    def may_tell_description(self, text: str) -> bool:
        """Whether others may be told this description of what a group carries."""
        return self._may_tell(text, detect_language(text) or "")

    def _may_tell(self, text: str, language: str) -> bool:
        """Whether all of a text is nobody's own; `language` is the tag of the one whose common words are everybody's, empty for none."""
        if not text.strip() or _TELLING.search(text):
            return False
        words, runs = tokens.read_written_words(text), tokens.find_runs(text)
        return all(self._knows(word) or self._is_common(word, language) for word in words) and all(
            map(self._covers, runs)
        )

    def _is_common(self, word: tokens.WrittenWord, language: str) -> bool:
        """Whether a word is everybody's in this language, and no name: where nouns have capitals, only the list tells of names."""
        if not language:
            return False
        told = language == NOUNS_HAVE_CAPITALS or (
            fold(word.text) not in self._names and not is_odd_capital(word.text, opens=word.opens)
        )
        return told and is_common(word.text, language)

    def _knows(self, word: tokens.WrittenWord) -> bool:
        """Whether a word is the host's, or everybody's and no name."""
        folded = fold(word.text)
        if folded in self._hosts:
            return True
        return folded in self._words and folded not in self._names and not is_odd_capital(word.text, opens=word.opens)

    def _covers(self, run: str) -> bool:
        """Whether every character of a run stands in a pair that is common, or is one that grammar needs."""
        known = [character in _PARTICLES or (len(run) == 1 and run in self._unspaced) for character in run]
        for at in range(len(run) - 1):
            if run[at : at + 2] in self._unspaced:
                known[at] = known[at + 1] = True
        return all(known)


def _units(text: str) -> Iterable[str]:
    """What a text makes known in scripts without spaces: pairs of characters, and single ones."""
    found = tokens.find_runs(text)
    return {pair for run in found for pair in tokens.cut_pairs(run)} | {character for run in found for character in run}
