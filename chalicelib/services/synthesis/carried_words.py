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
from chalicelib.services.synthesis.aggregate import Aggregate, without_kept_back
from chalicelib.services.synthesis.disclosure import SHARED_BY, SharedWords
from chalicelib.text import tokens
from chalicelib.text.common_words import is_common
from chalicelib.text.contact_details import has_address, has_telephone
from chalicelib.text.language import detect_language
from chalicelib.text.names import NOUNS_HAVE_CAPITALS, is_capital, is_odd_capital
from chalicelib.text.normalise import fold
from chalicelib.text.stop_words import GRAMMAR

_NUMBER = re.compile(r"\d{4}")


class CarriedWords:
    """Who brought up which words in a session; `language` is the tag of the one that its summary is in."""

    def __init__(self, aggregate: Aggregate, session: Session, context: str = "", language: str = "") -> None:
        self._language = language
        hosts = f"{session.topic}\n{session.goal}\n{session.critical or ''}"
        self._hosts = {fold(word.text) for word in tokens.read_written_words(hosts)}
        self._kept = {fold(word.text) for word in tokens.read_written_words(context)}  # for the facilitator alone
        self._shared = SharedWords(without_kept_back(aggregate), session)
        self._names: set[str] = set()
        self._by: defaultdict[str, set[str]] = defaultdict(set)
        away = aggregate.people(aggregate.kept_back)
        self._group = aggregate.people(aggregate.counts) - away  # whose words make a group's
        for thread_id, point in aggregate.points:
            people = aggregate.people([thread_id]) - away or {thread_id}  # of a test run, too, its words are nobody's
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
        language = self._language or detect_language(text) or ""
        return all(self._is_nobodys(word, language) for word in tokens.read_written_words(text))

    def _is_nobodys(self, word: tokens.WrittenWord, language: str) -> bool:
        folded = fold(word.text)
        if folded in self._hosts:
            return True
        is_name = is_odd_capital(word.text, opens=word.opens) or folded in self._names
        if is_name and language != NOUNS_HAVE_CAPITALS:
            return False
        if folded in GRAMMAR or (language and is_common(word.text, language)):
            return True
        if people := self._by.get(folded):
            return len(people & self._group) >= SHARED_BY
        # The model's own word, unless it is a name that a sentence begins with.
        is_own = language == NOUNS_HAVE_CAPITALS or not is_capital(word.text)
        return is_own and folded not in self._kept
