"""Registered themes that are one and the same matter, under several names or in several languages, as a model says.

A merge is for ever, and a model may do what a participant tells it. So it takes two summaries in a row: what the first one says is
noted only, and what the next one says again becomes an alias; until then such themes can stand together in a theme of a summary, which
names them. Themes on which people take opposite sides are never one, and an answer that names a theme twice, gathers many, or would
make most themes disappear is not believed at all.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from chalicelib.model import RegisteredTheme, ThemeRegistry
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.shared_registry import alias_themes

MAX_MERGES, MAX_MERGED = 10, 4  # of one answer: groups, and themes in one
SHARE = 0.25  # of the themes that somebody carries, that one answer may make disappear; one in any case


def merge_themes(book: EvidenceBook, given: object) -> ThemeRegistry:
    """The registry with what a model says is the same: aliases where the summary before said so, else a note for the next one."""
    groups = list(_groups(book, given if isinstance(given, list) else []))
    noted = {name: group[0] for group in groups for name in group[1:]}
    confirmed = [[group[0], *(name for name in group[1:] if _is_said_again(book, name, group[0]))] for group in groups]
    merged = alias_themes(book.registry, [group for group in confirmed if len(group) > 1])

    def note(theme: RegisteredTheme) -> RegisteredTheme:
        same = noted.get(theme.id, "") if theme.alias_of is None else ""
        return replace(theme, same_as=same) if same != theme.same_as else theme

    themes = tuple(map(note, merged.themes))
    return replace(merged, themes=themes) if themes != book.registry.themes else book.registry


def _groups(book: EvidenceBook, given: Sequence[object]) -> Iterator[list[str]]:
    """What may be one, the most widely carried first of each."""
    named = [found for it in given[:MAX_MERGES] if len(found := book.themes(it)) > 1]
    gone = sum(len(found) - 1 for found in named)
    twice = len(set(chain.from_iterable(named))) < sum(map(len, named))
    if twice or any(len(it) > MAX_MERGED for it in named) or gone > max(1, SHARE * len(book.carried)):
        return
    for found in named:
        alike: list[str] = []
        for name in sorted(found, key=lambda it: (-len(book.stances([it])), int(it[1:]))):
            if not any(_are_opposed(book, name, other) for other in alike):
                alike.append(name)
        if len(alike) > 1:
            yield alike


def _is_said_again(book: EvidenceBook, name: str, lead: str) -> bool:
    """Whether the summary before took the two for one, whichever of them led then, or both for a third."""

    def told(theme_id: str) -> str:
        theme = book.registry.resolve(theme_id)
        live = book.registry.resolve(theme.same_as) if theme and theme.same_as else theme
        return live.id if live else theme_id

    return told(name) == told(lead)


def _are_opposed(book: EvidenceBook, one: str, other: str) -> bool:
    """Whether people take opposite sides on two themes: somebody who speaks of both, or most of those who speak of either."""
    here, there = book.stances([one]), book.stances([other])
    if any({here[person], there[person]} == {"for", "against"} for person in here.keys() & there.keys()):
        return True
    return _leaning(here) * _leaning(there) < 0


def _leaning(stances: Mapping[str, str]) -> int:
    """How many more are for it than against."""
    counted = Counter(stances.values())
    return counted["for"] - counted["against"]
