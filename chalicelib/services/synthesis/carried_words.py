"""Whether a summary's sentence has a word that could tell of one person: one that fewer than three of them brought up.

A model words what many hold, in words of its own. Of these, what nobody's points have is the model's, what three people's have is a
group's, and common words of its language are everybody's. What is left was brought up by one or two, or by people who want nothing passed
on, and so may tell who it was. A name is
somebody's whoever brought it up, but for the host's; as in `disclosure.py`, whatever anybody writes with a capital inside a sentence is
taken for one, where a language does not write its nouns so.
"""

import re
from collections import defaultdict

from chalicelib.model import Session
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.services.synthesis.disclosure import SHARED_BY, SharedWords
from chalicelib.text import tokens
from chalicelib.text.common_words import is_common
from chalicelib.text.contact_details import has_address, has_telephone
from chalicelib.text.language import detect_language
from chalicelib.text.names import NOUNS_HAVE_CAPITALS, is_odd_capital
from chalicelib.text.normalise import fold

_NUMBER = re.compile(r"\d{4}")


class CarriedWords:
    """Who brought up which words in a session."""

    def __init__(self, aggregate: Aggregate, session: Session) -> None:
        hosts = f"{session.topic}\n{session.goal}\n{session.critical or ''}"
        self._hosts = {fold(word.text) for word in tokens.read_written_words(hosts)}
        self._shared = SharedWords(aggregate, session)
        self._names: set[str] = set()
        self._by: defaultdict[str, set[str]] = defaultdict(set)
        for thread_id, point in aggregate.points:
            people = aggregate.people([thread_id]) or {
                thread_id
            }  # a test run is nobody's, and its words are not a group's
            for text in (point.quote, point.text, point.topic, point.group):
                for word in tokens.read_written_words(text):
                    folded = fold(word.text)
                    self._by[folded] |= people
                    if not text.isupper() and is_odd_capital(word.text, opens=word.opens):
                        self._names.add(folded)

    def may_tell(self, text: str) -> bool:
        """Whether nothing in a sentence, or a label, could tell of one person."""
        if not text.strip() or _NUMBER.search(text) or has_address(text) or has_telephone(text):
            return False
        if tokens.find_runs(text):  # scripts without spaces, in which no word is told from its neighbours
            return self._shared.may_tell_description(text)
        language = detect_language(text) or ""
        return all(self._is_nobodys(word, language) for word in tokens.read_written_words(text))

    def _is_nobodys(self, word: tokens.WrittenWord, language: str) -> bool:
        folded = fold(word.text)
        if folded in self._hosts:
            return True
        is_name = is_odd_capital(word.text, opens=word.opens) or folded in self._names
        if is_name and language != NOUNS_HAVE_CAPITALS:
            return False
        if language and is_common(word.text, language):
            return True
        people = self._by.get(folded)
        return not people or len(people & self._group) >= SHARED_BY
