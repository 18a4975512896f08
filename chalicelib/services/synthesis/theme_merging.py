"""Registered themes that are one and the same matter: a model says which, and their labels have to bear it out.

A merge is for ever, and a model may do what a participant tells it. So labels have to share a word that says what they
are about; other themes can still stand together in a theme of one summary.
"""

from collections.abc import Iterator, Sequence

from chalicelib.model import ThemeRegistry
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.shared_registry import alias_themes
from chalicelib.text import tokens
from chalicelib.text.stop_words import GRAMMAR

MAX_MERGES, MAX_MERGED = 10, 4  # of one answer: groups, and themes in one
_LEAST_LETTERS = 3  # letters of a word that can say what a theme is about


def merge_themes(book: EvidenceBook, given: object, topic: str) -> ThemeRegistry:
    """The registry in which what the model says is the same is one theme, the most widely carried of them.

    Each theme is merged once at most, and only into one whose label shares a word, or in scripts without spaces a pair of
    characters, that the session's topic has not.
    """
    merges = list(_confirmed(book, given if isinstance(given, list) else [], topic))
    return alias_themes(book.registry, merges) if merges else book.registry


def _confirmed(book: EvidenceBook, given: Sequence[object], topic: str) -> Iterator[list[str]]:
    taken: set[str] = set()
    common = tokens.find_content(topic, _LEAST_LETTERS).union(tokens.list_stems(" ".join(GRAMMAR)))
    for named in given[:MAX_MERGES]:
        found = book.themes(named)
        if len(found) > MAX_MERGED:
            continue
        ranked = sorted(set(found) - taken, key=lambda name: (-len(book.stances([name])), int(name[1:])))
        if not ranked:
            continue
        about = {name: _about(book, name) - common for name in ranked}
        alike = [name for name in ranked[1:] if about[name] & about[ranked[0]]]
        if alike:
            taken.update((ranked[0], *alike))
            yield [ranked[0], *alike]


def _about(book: EvidenceBook, name: str) -> set[str]:
    theme = book.registry.resolve(name)
    return tokens.find_content(theme.label, _LEAST_LETTERS) if theme else set()
