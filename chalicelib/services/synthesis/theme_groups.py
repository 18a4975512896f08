"""The themes of a summary: each gathers registered themes, stands for those who carry them, and quotes some of them.

What many people carry is there, whatever a model left out or gathered under one label; what one person alone said is no theme.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import RegisteredTheme, Theme
from chalicelib.services.synthesis.aggregate import count_stances
from chalicelib.services.synthesis.coverage import MajorThemes
from chalicelib.services.synthesis.evidence import Evidence, EvidenceBook, pick_quotes
from chalicelib.services.synthesis.prose import ProseCheck
from chalicelib.services.synthesis.shared_registry import MAX_DESCRIPTION
from chalicelib.text import normalise
from chalicelib.text.normalise import fold
from chalicelib.text.quotation_marks import split_paragraphs

MAX_GIVEN = 12  # themes of a model's
MAX_LABEL = 80
MAX_TEXT = 800


class ThemeGroup(Struct, frozen=True):
    """A theme of the summary, the registered themes in it, and what it says of the one that stands for it; `name` is its label where a
    model wrote that, and nothing of it is somebody's words. `largest` is how many carry the most widely carried of them."""

    theme: Theme
    themes: tuple[str, ...]
    description: str = ""
    name: str = ""
    largest: int = 0


class _GivenTheme(Struct):
    label: str
    statement: str
    description: str
    themes: list[str] = []
    evidence: list[Evidence] = []


def group_themes(
    given: object, book: EvidenceBook, prose: ProseCheck, before: Sequence[str], major: MajorThemes
) -> list[ThemeGroup]:
    """The themes that somebody carries, the most widely carried first: the model's, and what it left out of those. One that gathers
    several ranks by the widest of them, so that leftovers under one label are not before what many speak of.

    Themes of one label are one theme; a registered theme counts for the first that names it. What stood for a theme
    `before` goes on doing so.
    """
    read = [found for found in _read(given, book) if not major.too_many(found.themes)]
    groups = sorted((_group(found, book, prose, before, major) for found in read), key=_rank)[:MAX_GIVEN]
    left_out = major.besides({name for group in groups for name in group.themes})
    return sorted([*groups, *(_alone(theme, book, major) for theme in left_out)], key=_rank)


def one_line(value: object, limit: int) -> str:
    """Text of at most `limit` characters on one line, without marks of markdown; empty for anything else."""
    return normalise.one_line(" ".join(split_paragraphs(value)), limit) if isinstance(value, str) else ""


def _read(given: object, book: EvidenceBook) -> list[_GivenTheme]:
    """What the model handed in, as far as it names themes that somebody carries, or points of such themes."""
    read: dict[str, _GivenTheme] = {}
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
        new = _GivenTheme(label, one_line(statement, MAX_TEXT), one_line(description, MAX_DESCRIPTION))
        found = read.setdefault(fold(label), new)
        found.themes += themes
        found.evidence += [entry for entry in evidence if entry not in found.evidence]
    return list(read.values())


def _rank(group: ThemeGroup) -> tuple[int, int]:
    return -group.largest, -group.theme.participants


def _group(
    found: _GivenTheme, book: EvidenceBook, prose: ProseCheck, before: Sequence[str], major: MajorThemes
) -> ThemeGroup:
    lead = max(found.themes, key=lambda name: (name in before, len(book.stances([name])), -int(name[1:])))
    carriers = book.stances(found.themes)
    telling = [it for it in found.evidence if it.theme in found.themes or it.thread_id in carriers]
    registered = book.registry.resolve(lead)
    theme = _theme(lead, found.label, prose.check(found.statement), found.themes, telling, book)
    name = found.label if prose.clean(found.label) == found.label else ""
    if registered and not name:
        theme = _renamed(theme, registered, major)
    plain = prose.clean(found.description)
    gathered = major.gathered(found.themes, theme.label, theme.statement)
    told = plain if plain == found.description else ""
    largest = max(len(book.stances([it])) for it in found.themes)
    return ThemeGroup(replace(theme, gathered=gathered), tuple(found.themes), told, name, largest)


def _alone(registered: RegisteredTheme, book: EvidenceBook, major: MajorThemes) -> ThemeGroup:
    """A registered theme that stands for itself."""
    theme = _theme(registered.id, "", major.description(registered), [registered.id], (), book)
    return ThemeGroup(_renamed(theme, registered, major), (registered.id,), largest=theme.participants)


def _renamed(theme: Theme, registered: RegisteredTheme, major: MajorThemes) -> Theme:
    """A theme under the name of a registered one."""
    return replace(theme, label=major.label(registered), members_only=not major.may_tell(registered))


def _theme(
    lead: str, label: str, statement: str, ids: Sequence[str], telling: Sequence[Evidence], book: EvidenceBook
) -> Theme:
    """A theme with the people who carry these registered ones, and some of their words, the most telling first; those of a test
    run last, so that they take nobody's place. Nobody is quoted where one person alone speaks of it: all would know who that is."""
    stances = book.stances(ids)
    said = sorted([*telling, *book.of_themes(ids)], key=lambda entry: entry.thread_id in book.aggregate.tests)
    return Theme(
        label=label,
        statement=statement,
        participants=len(stances),
        quotes=() if len(stances) == 1 else pick_quotes(said, stances),
        id=lead,
        stances=count_stances(stances.values()),
        sources=book.aggregate.count_people(stances),
        gathers=tuple(ids),
    )
