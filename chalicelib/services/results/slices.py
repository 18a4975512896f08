"""Slices: what people say of themes or chose in a widget, told apart by what they answered in the form.

A slice parts those who said something into groups; what a cell may show, `suppression.py` says. Who answered nothing is a group of their
own, so that the groups are everybody. A group of fewer than ten can have no two cells of five, so nothing of it could be shown, and
numbers of another would be hidden with it: such groups are put together, and where they still are fewer, with the largest.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Invalid
from chalicelib.model import STANCES, SessionView, ThemeRegistry
from chalicelib.services.access.join_sources import group_by_source
from chalicelib.services.facilitation.widgets import SCALE
from chalicelib.services.results.answers import Answers
from chalicelib.services.results.counted import Group
from chalicelib.services.results.suppression import FEWEST, Cell, Table, find_hidden
from chalicelib.services.results.widget_answers import WidgetAnswers

THEMES = "themes"  # what a slice is of that has all of them
LEAST_GROUP = 2 * FEWEST  # people of a group of which something is shown
MOST_THEMES = 12  # in such a slice: those that most people speak of
_OUTER = 0.36  # of a scale's values: how many are low, and how many are high

SliceKind = Literal["themes", "stances", "choices", "scale", "first"]
Stances = Mapping[str, Mapping[str, str]]  # by theme, and by thread


class Column(Struct, frozen=True):
    """What people of one column have in common; `rest` are all who are in none of the others. `id` names a theme or a stance."""

    label: str
    id: str = ""
    rest: bool = False


class Row(Struct, frozen=True):
    """The people who gave one of these answers, and how many are in each column; None for what is not shown.

    `rest`: those who did not answer are among them. `others`: and people with answers that are not named.
    """

    answers: tuple[str, ...]
    rest: bool
    people: int | None
    cells: tuple[int | None, ...]
    others: bool = False


class Slice(Struct, frozen=True):
    """A table of people. Where `parts`, each is in one column only, `rest` among them; else in as many as apply, or in none.

    `whole` is everybody in one row.
    """

    kind: SliceKind
    label: str
    by: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    whole: Row
    parts: bool

    @property
    def is_empty(self) -> bool:
        """Whether no cell of a group is shown."""
        return all(cell is None for row in self.rows for cell in row.cells)


class _Group(Struct):
    """People who gave one of these answers, by thread."""

    answers: tuple[str, ...]
    threads: tuple[str, ...]
    rest: bool = False

    def __add__(self, other: "_Group") -> "_Group":
        return _Group((*self.answers, *other.answers), (*self.threads, *other.threads), self.rest or other.rest)


class _Columns(Struct):
    """The columns of a slice, with who is in each."""

    kind: SliceKind
    label: str
    columns: list[Column]
    members: list[Collection[str]]
    parts: bool


def list_themes(stances: Stances, registry: ThemeRegistry) -> list[Column]:
    """The themes that most people speak of; of the same number the older first."""
    carried = [it for it in registry.live if it.label and stances.get(it.id)]
    carried.sort(key=lambda it: (-len(stances[it.id]), it.number))
    return [Column(it.label, it.id) for it in carried[:MOST_THEMES]]


def make_slice(of: str, by: str, answers: Answers, stances: Stances, registry: ThemeRegistry) -> Slice:
    """The slice of all `themes`, one theme or one widget by a question, all by their ids. Raises Invalid for what is none."""
    spoke = [name for name, head in answers.counted.items() if head.message_count > 0]
    groups, question = _find_groups(by, answers, spoke)
    found = _find_columns(of, answers, stances, registry, spoke)
    counts = [[len(set(group.threads).intersection(it)) for it in found.members] for group in groups]
    sizes = [len(group.threads) for group in groups]
    everything = frozenset((row, column) for row, _ in enumerate(groups) for column, _ in enumerate(found.columns))
    hidden = _hide(found, counts, sizes) if min(sizes, default=0) >= LEAST_GROUP else everything
    rows = [
        Row(
            told := tuple(filter(None, group.answers)),
            group.rest,
            _shown(sizes[row]),
            tuple(None if (row, column) in hidden else it for column, it in enumerate(counts[row])),
            others=told != group.answers,
        )
        for row, group in enumerate(groups)
    ]
    whole = Row((), False, _shown(len(spoke)), tuple(_shown(len(it)) for it in found.members))
    return Slice(found.kind, found.label, question, tuple(found.columns), tuple(rows), whole, found.parts)


def make_open_slice(of: str, by: str, answers: Answers, view: SessionView) -> Slice | None:
    """The slice of a widget as others than members are shown it, whose cells are all of five people who are different ones for
    certain, as are those who gave an answer that a row is named by; else None, and for themes, whose names may be one person's words.
    Raises Invalid as `make_slice` does."""
    sources = {} if view.session.shared_network else group_by_source(answers.counted.values())
    one_of_each = {sources.get(name, name): name for name in answers.counted}
    certain = replace(answers, counted={name: answers.counted[name] for name in one_of_each.values()})
    found = [make_slice(of, by, those, {}, ThemeRegistry()) for those in (certain, answers)]
    cells = [cell for it in found for row in it.rows for cell in (row.people, *row.cells)]
    return None if of == THEMES or None in cells else _name_by_many(found[-1], by, certain)


def _name_by_many(made: Slice, by: str, certain: Answers) -> Slice:
    """The slice with its rows named by answers that five of these people gave: of several options, each set of them is an answer."""
    spoke = {name for name, head in certain.counted.items() if head.message_count > 0}
    given = (group for it in certain.questions if it.id == by for group in it.dividing)
    named = {it.label for it in given if len(spoke.intersection(it.threads)) >= FEWEST}
    told = [tuple(it for it in row.answers if it in named) for row in made.rows]
    rows = [replace(row, answers=it, others=it != row.answers) for row, it in zip(made.rows, told, strict=True)]
    return replace(made, rows=tuple(rows))


def _shown(people: int) -> int | None:
    return people if people >= FEWEST else None


def _find_groups(by: str, answers: Answers, spoke: Sequence[str]) -> tuple[list[_Group], str]:
    """The groups of those who spoke, the one without an answer last, with the text of the question."""
    question = next((it for it in answers.questions if it.id == by), None)
    groups = question.dividing if question else ()
    if question is None or not groups:
        raise Invalid(
            "by must be the id of a question with options or few different answers: one that `slices_by` names"
        )
    there = set(spoke)
    told = [_Group((it.label,), tuple(there.intersection(it.threads))) for it in groups]
    silent = tuple(there.difference(*(it.threads for it in told)))
    return _put_together([it for it in (*told, _Group((), silent, rest=True)) if it.threads]), question.text


def _put_together(groups: Sequence[_Group]) -> list[_Group]:
    """Groups of LEAST_GROUP people at least; the same ones as before, where there would not be two."""
    large = [it for it in groups if len(it.threads) >= LEAST_GROUP]
    small = [it for it in groups if len(it.threads) < LEAST_GROUP]
    together = reduce(_Group.__add__, small, _Group((), ()))
    if len(together.threads) >= LEAST_GROUP:
        large.append(together)
    elif small and large:
        place = max(range(len(large)), key=lambda it: len(large[it].threads))
        large[place] += together
    return large if len(large) > 1 else list(groups)


def _find_columns(
    of: str, answers: Answers, stances: Stances, registry: ThemeRegistry, spoke: Sequence[str]
) -> _Columns:
    """The columns that somebody is in."""
    if of == THEMES:
        themes = list_themes(stances, registry)
        members: list[Collection[str]] = [stances[it.id] for it in themes]
        return _Columns("themes", "", themes, members, parts=False)
    if (theme := registry.resolve(of)) and theme.label:
        taken = stances.get(theme.id, {})
        by_stance = [Group(stance, tuple(name for name, it in taken.items() if it == stance)) for stance in STANCES]
        return _parted("stances", theme.label, by_stance, spoke, named=True)
    widget = next((it for it in answers.widgets if it.id == of), None)
    if widget is None:
        raise Invalid("of must be themes, or the id of a theme or a widget of this session")
    there = set(spoke)
    groups = [Group(it.label, tuple(there.intersection(it.threads))) for it in _bands(widget)]
    if widget.type == "MultiSelect":
        chosen = [it for it in groups if it.threads]
        return _Columns(
            "choices", widget.label, [Column(it.label) for it in chosen], [it.threads for it in chosen], parts=False
        )
    kinds: dict[str, SliceKind] = {SCALE: "scale", "RankingList": "first"}
    return _parted(kinds.get(widget.type, "choices"), widget.label, groups, spoke)


def _parted(
    kind: SliceKind, label: str, groups: Sequence[Group], spoke: Sequence[str], named: bool = False
) -> _Columns:
    """Columns of which everybody is in one: these, as far as somebody is in them, and the rest."""
    rest = tuple(set(spoke).difference(*(it.threads for it in groups)))
    told = [it for it in groups if it.threads]
    columns = [Column(it.label, it.label if named else "") for it in told]
    members: list[Collection[str]] = [it.threads for it in told]
    if rest:
        columns.append(Column("", rest=True))
        members.append(rest)
    return _Columns(kind, label, columns, members, parts=True)


def _bands(widget: WidgetAnswers) -> Sequence[Group]:
    """What people chose; the values of a scale in three bands, low, middle and high, where there are more than three."""
    size = len(widget.groups)
    if widget.type != SCALE or size <= len(("low", "middle", "high")):
        return widget.groups
    outer = max(1, round(size * _OUTER))
    cuts = [widget.groups[:outer], widget.groups[outer : size - outer], widget.groups[size - outer :]]
    return [_join(cut) for cut in cuts]


def _join(values: Sequence[Group]) -> Group:
    """Neighbours on a scale as one group."""
    first, last = values[0].label, values[-1].label
    label = first if first == last else f"{first}–{last}"
    return Group(label, tuple(name for it in values for name in it.threads))


def _hide(found: _Columns, counts: Table, sizes: Sequence[int]) -> frozenset[Cell]:
    """The cells that are hidden. Columns that do not part people are judged one by one, each against the others of its group.

    Of a theme, who speaks of it at all is judged before where they stand: the slice of all themes tells that much of it. A group of
    which that is hidden shows no stance, and counts with the others of that kind as one: together they can be worked out.
    """
    if not found.parts:
        alone = (_hidden_in(counts, sizes, column) for column in range(len(found.columns)))
        return frozenset((row, column) for column, rows in enumerate(alone) for row in rows)
    if found.kind != "stances" or not found.columns[-1].rest:
        return find_hidden(counts)
    rest = len(found.columns) - 1
    unknown = _hidden_in(counts, sizes, rest)
    known = [row for row in range(len(counts)) if row not in unknown]
    hidden = {(row, column) for row in unknown for column in range(rest + 1)}
    together = [sum(counts[row][column] for row in unknown) for column in range(rest)]
    table = [*(counts[row][:rest] for row in known), *([together] if unknown else [])]
    if known and rest > 1:
        hidden |= {(known[row], column) for row, column in find_hidden(table) if row < len(known)}
    return frozenset(hidden)


def _hidden_in(counts: Table, sizes: Sequence[int], column: int) -> set[int]:
    """The rows that are hidden of a column, with how many of a row are not in it judged as well."""
    pairs = [[line[column], size - line[column]] for line, size in zip(counts, sizes, strict=True)]
    whole = [sum(it) for it in zip(*pairs, strict=True)]
    if not whole[1]:
        return set() if all(it[0] >= FEWEST for it in pairs) else {row for row, _ in enumerate(pairs)}
    return {row for row, _ in find_hidden(pairs)}
