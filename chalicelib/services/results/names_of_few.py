"""Names that stand in one conversation alone: what is written for all has none of them, since it would point at somebody."""

from collections import defaultdict

from chalicelib.text import tokens
from chalicelib.text.language import detect_language
from chalicelib.text.names import NOUNS_HAVE_CAPITALS, key_of, read_words

_SEVERAL = 2


class NamesOfFew:
    """The words of some conversations, by which of them have each, and how each is written there."""

    def __init__(self) -> None:
        self._threads: defaultdict[str, set[str]] = defaultdict(set)
        self._names: set[str] = set()
        self._plain: set[str] = set()
        self._nouns: set[str] = set()
        self._hosts: set[str] = set()

    def read(self, text: str, thread_id: str) -> None:
        """Note what is written in a conversation."""
        for word in read_words(text, detect_language(text)):
            self._threads[word.key].add(thread_id)
            if word.is_name:
                self._names.add(word.key)
            elif word.is_noun:
                self._nouns.add(word.key)
            elif not word.is_capital:
                self._plain.add(word.key)

    def read_hosts(self, text: str) -> None:
        """Note what the host wrote, and so may be told."""
        self._hosts |= set(map(key_of, tokens.split_spaced_words(text)))

    def are_in(self, text: str, *, is_title: bool = False) -> bool:
        """Says whether a text has a name that fewer than two conversations have, and the host has not written."""
        language = detect_language(text)
        for word in read_words(text, language, is_title=is_title):
            if word.key in self._hosts or not 0 < len(self._threads.get(word.key, ())) < _SEVERAL:
                continue
            if word.is_name or word.key in self._names - self._plain:
                return True
            may_be_noun = word.opens or not word.is_capital or word.is_noun or word.key in self._nouns
            if language == NOUNS_HAVE_CAPITALS and not may_be_noun:
                return True
        return False
