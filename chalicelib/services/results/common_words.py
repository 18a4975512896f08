"""The words that several people used, of all the texts that they wrote."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from chalicelib.services.results.counted import Group
from chalicelib.text.language import detect_language
from chalicelib.text.stop_words import GRAMMAR, stop_words
from chalicelib.text.tokens import is_unspaced, split_spaced_words

SHOWN: Final = 20
SHORTEST: Final = 3  # letters of a word that is counted
_SAMPLED: Final = 40  # texts by which the languages are told that people write in


def count_words(texts: Mapping[str, str], least: int) -> tuple[Group, ...]:
    """The words that so many people used at least, with who did, by their texts; the most widely used first.

    Scripts without spaces have none that code could tell.
    """
    empty = _stop_words(list(texts.values()))
    users: defaultdict[str, list[str]] = defaultdict(list)
    for thread_id, text in texts.items():
        if not is_unspaced(text):
            for word in set(split_spaced_words(text)) - empty:
                if len(word) >= SHORTEST and not word.isdecimal():
                    users[word].append(thread_id)
    several = [Group(word, tuple(threads)) for word, threads in users.items() if len(threads) >= least]
    return tuple(sorted(several, key=lambda group: (-group.count, group.label))[:SHOWN])


def _stop_words(texts: list[str]) -> frozenset[str]:
    """The words that say nothing of the matter, in the languages that an even sample of these texts is in."""
    step = max(1, len(texts) // _SAMPLED)
    tags = {detect_language(text) for text in texts[::step]}
    return GRAMMAR.union(*(stop_words(tag) for tag in tags if tag))
