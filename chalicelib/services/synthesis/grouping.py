"""The themes of a summary: each gathers registered themes, stands for those who carry them, and quotes some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.services.synthesis.evidence import Evidence, EvidenceBook, pick_quotes
from chalicelib.services.synthesis.hearing import count_stances
from chalicelib.services.synthesis.prose import Prose
from chalicelib.services.synthesis.register import MAX_DESCRIPTION, fold
from chalicelib.store.records import Theme

MAX_THEMES = 12
MAX_LABEL = 80
MAX_TEXT = 800


@dataclass(frozen=True, slots=True)
class Group:
    """A theme of the summary, and what it says of the registered theme that stands for it."""

    theme: Theme
    description: str


@dataclass(slots=True)
class _Given:
    label: str
    statement: str
    description: str
    themes: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


def group_themes(given: object, book: EvidenceBook, prose: Prose, before: Sequence[str]) -> list[Group]:
    """The themes that somebody carries, the most widely carried first.

    Themes of one label are one theme; a registered theme counts for the first that names it. What stood for a theme
    `before` goes on doing so.
    """
    groups = [_group(found, book, prose, before) for found in _read(given, book)]
    return sorted(groups, key=lambda group: -group.theme.participants)[:MAX_THEMES]


def one_line(value: object, limit: int) -> str:
    """Text of at most `limit` characters, its white space folded; empty for anything else."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _read(given: object, book: EvidenceBook) -> list[_Given]:
    """What the model handed in, as far as it names themes that somebody carries, or points of such themes."""
    read: dict[str, _Given] = {}
    taken: set[str] = set()
    for item in given if isinstance(given, list) else []:
        fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
        label, evidence = one_line(fields.get("label"), MAX_LABEL), book.find(fields.get("evidence"))
        named = book.themes(fields.get("themes")) or [entry.theme for entry in evidence if entry.theme]
        themes = [theme for theme in dict.fromkeys(named) if theme not in taken]
        if not label or not themes:
            continue
        taken.update(themes)
        statement, description = fields.get("statement"), fields.get("description")
        new = _Given(label, one_line(statement, MAX_TEXT), one_line(description, MAX_DESCRIPTION))
        found = read.setdefault(fold(label), new)
        found.themes += themes
        found.evidence += [entry for entry in evidence if entry not in found.evidence]
    return list(read.values())


def _group(found: _Given, book: EvidenceBook, prose: Prose, before: Sequence[str]) -> Group:
    stances = book.stances(found.themes)
    lead = max(found.themes, key=lambda name: (name in before, len(book.stances([name])), -int(name[1:])))
    telling = [entry for entry in found.evidence if entry.theme in found.themes]
    registered = book.registry.resolve(lead)
    label = found.label if prose.check(found.label) == found.label or not registered else registered.label
    theme = Theme(
        label=label,
        statement=prose.check(found.statement),
        participants=len(stances),
        quotes=pick_quotes([*telling, *book.of_themes(found.themes)]),
        id=lead,
        stances=count_stances(stances.values()),
    )
    plain = prose.check(found.description)
    return Group(theme, plain if plain == found.description else "")
