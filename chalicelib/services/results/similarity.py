"""How alike the people of a session are in what they speak of and where they stand: no model is asked, and nobody is named.

A person is a vector with two coordinates for each theme: the side (for 1, against -1), and, at right angles to it, that somebody
speaks of it without taking one side (mixed and neutral 1). So who is for a thing and who is against it are opposites, and who takes
no side is like neither of them. It is of length 1: who speaks of much weighs no more than who speaks of little.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import islice
from math import ceil
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import STANCES, Point, RegisteredTheme, SessionView, Stance, Summary, ThemeRegistry, Thread
from chalicelib.services.results.groups import Groups, Place, find_groups
from chalicelib.services.results.vectors import Dense, Vector, add_up, make_unit, measure_cohesion, project
from chalicelib.services.synthesis.aggregate import (
    Aggregate,
    aggregate_heads,
    stances_by_theme,
    without_names_of_the_gone,
)
from chalicelib.services.synthesis.unquotable import hide_words
from chalicelib.services.synthesis.visibility import LEAST
from chalicelib.store import digests

LEAST_COMPARED: Final = 4  # people
SHARED: Final = 1 / 3  # of a group's people who share what it is told to share
APART: Final = 0.25  # between the leanings of a group and of the others, which are 2 apart at most
MOST_SHARED, MOST_DIVIDING, MOST_STATEMENTS = 4, 3, 5

Readiness = Literal["ready", "few", "no_sides"]
_SIDES: Final[Mapping[str, float]] = {"for": 1.0, "against": -1.0}
_OPPOSITES: Final[Mapping[Stance, Stance]] = {"for": "against", "against": "for"}


class SharedTheme(Struct, frozen=True):
    """What a group has in common: these of its people take this stance on a theme, and so many of everybody."""

    theme: RegisteredTheme
    stance: Stance
    people: frozenset[str]
    of_all: int


class DividingTheme(Struct, frozen=True):
    """A theme on which a group stands elsewhere than the others: who takes which stance in it, and who does outside it."""

    theme: RegisteredTheme
    here: Mapping[str, str]
    elsewhere: Mapping[str, str]


class Group(Struct, frozen=True):
    """People who are like each other, by thread; `cohesion` is how much, 0 to 1, and `middle` where they are on the map."""

    people: frozenset[str]
    cohesion: float
    middle: Place
    shared: tuple[SharedTheme, ...] = ()
    dividing: tuple[DividingTheme, ...] = ()


class Position(Struct, frozen=True):
    """One side of a theme, and who takes it; `similarity` is the mean cosine of it to everybody but `author`, -1 to 1.

    The author is the one of them who is about it the most, whose words stand for it; whoever is not to be quoted comes last.
    """

    theme: RegisteredTheme
    stance: Stance
    people: frozenset[str]
    opposed: frozenset[str]
    author: str
    similarity: float


class Dot(Struct, frozen=True):
    """So many people of a group, by its place in the list, at one place of the map; without a group, of none."""

    x: float
    y: float
    group: int | None
    people: int


class Similarity(Struct, frozen=True):
    """How alike people are. `places` are where they stand on the map, by thread, and `shown` is the share of their differences that
    it shows. Unless `ready`, nothing was compared: too `few` speak of any theme, or nobody takes a side on one.

    `total` is how many people said something that was read, `compared` how many of them speak of a theme; `positions`
    begin with the most widely shared. `sources` names what several threads have in common that may be one person's. Others are not told
    how many were compared, or how large groups are, unless it `tells` so.
    """

    readiness: Readiness
    total: int
    compared: int = 0
    cohesion: float = 0.0
    groups: tuple[Group, ...] = ()
    places: Mapping[str, Place] = {}
    shown: float = 0.0
    positions: tuple[Position, ...] = ()
    sources: Mapping[str, str] = {}
    unquotable: Set[str] = frozenset()
    tells_compared: bool = True
    tells_sizes: bool = True

    @property
    def most(self) -> tuple[Position, ...]:
        """The few that most people share, the first of them first."""
        return tuple(it for it in self.positions if it.similarity > 0 and len(it.people) > 1)[:MOST_STATEMENTS]

    @property
    def fewest(self) -> tuple[Position, ...]:
        """The few that fewest people share, the last of them first; none that is among those that most share."""
        most = self.most
        return tuple(islice((it for it in reversed(self.positions) if it not in most), MOST_STATEMENTS))

    def count_people(self, thread_ids: Iterable[str]) -> int:
        """How many people these threads are of for certain."""
        return len({self.sources.get(thread_id, thread_id) for thread_id in thread_ids})


class _People(Struct, frozen=True):
    """Who is compared, in the order of their ids, with the live themes that they speak of, and who stands where on each."""

    ids: list[str]
    units: list[Vector]
    themes: list[RegisteredTheme]
    carriers: Mapping[str, Mapping[str, str]]
    unquotable: Set[str]

    @property
    def size(self) -> int:
        """How many coordinates a vector has."""
        return 2 * len(self.themes)


def compare_people(view: SessionView, heads: Iterable[Thread], registry: ThemeRegistry) -> Similarity:
    """How alike those are who count in the results, by their heads alone. Test runs are nobody."""
    aggregate = aggregate_heads(view, heads)
    people = _read_people(aggregate, without_names_of_the_gone(registry, aggregate))
    if len(people.ids) < LEAST_COMPARED:
        return Similarity("few", aggregate.participants)
    if not any(stance in _SIDES for taken in people.carriers.values() for stance in taken.values()):
        return Similarity("no_sides", aggregate.participants)
    places, shown = project(people.units, people.size)
    groups = find_groups(people.units, people.size, places, {at: at // 2 for at in range(people.size)})
    return Similarity(
        "ready",
        aggregate.participants,
        len(people.ids),
        measure_cohesion(people.units, people.size),
        tuple(_describe(people, places, groups)),
        dict(zip(people.ids, places, strict=True)),
        shown,
        tuple(_rank_positions(people, add_up(people.units, people.size))),
        aggregate.sources,
        aggregate.unquotable,
    )


def read_words(
    session_id: str, positions: Sequence[Position], registry: ThemeRegistry, unquotable: Set[str] = frozenset()
) -> dict[tuple[str, str], Point]:
    """The words that stand for each of these positions, by theme and stance: a point of its author's; of those who are `unquotable` none
    that repeats them."""
    found = {it.thread_id: it for it in digests.of_threads(session_id, sorted({it.author for it in positions}))}
    words = {}
    for position in positions:
        own = found[position.author].points if position.author in found else ()
        own = hide_words(own) if position.author in unquotable else own
        on_side = (it for it in own if it.text and it.stance == position.stance)
        said = [it for it in on_side if (live := registry.resolve(it.theme)) and live.id == position.theme.id]
        if point := next((it for it in said if it.quote), next(iter(said), None)):
            words[position.theme.id, str(position.stance)] = point
    return words


def labels_for_others(summary: Summary | None, registry: ThemeRegistry) -> dict[str, str]:
    """What others read of this summary as the names of themes, by live id: of those alone whose sides it tells them, and that gather no
    other theme, whose people the name stands for as well."""
    labels = {}
    for theme in summary.themes if summary else ():
        found = {live.id for it in (theme.id, *theme.gathers) if (live := registry.resolve(it))}
        if theme.stances and len(found) == 1:
            labels[found.pop()] = theme.label
    return labels


def for_others(similarity: Similarity, labels: Mapping[str, str]) -> Similarity:
    """What of it points at nobody: no place on the map, no words, no number of fewer than LEAST people nor one from which such a number
    follows, and themes by these labels only, by id."""
    if similarity.readiness == "ready" and similarity.count_people(similarity.places) < LEAST:
        return Similarity("few", similarity.total)

    def tell(theme: RegisteredTheme) -> RegisteredTheme:
        return replace(theme, label=labels[theme.id], description="")

    def may_tell(it: SharedTheme | Position) -> bool:
        return it.theme.id in labels and similarity.count_people(it.people) >= LEAST

    large = [it for it in similarity.groups if similarity.count_people(it.people) >= LEAST]
    told = _find_told([replace(group, shared=tuple(filter(may_tell, group.shared))) for group in large])
    groups = [
        replace(group, dividing=(), shared=tuple(replace(it, theme=tell(it.theme)) for it in shared))
        for group, shared in zip(large, told, strict=True)
    ]
    tells_compared = not 0 < similarity.total - similarity.compared < LEAST
    known = similarity.compared if tells_compared else similarity.total
    tells_sizes = not 0 < known - sum(len(group.people) for group in large) < LEAST
    positions = tuple(
        replace(it, theme=tell(it.theme), opposed=frozenset(), author="") for it in similarity.positions if may_tell(it)
    )
    return replace(
        similarity,
        groups=tuple(groups),
        places={},
        positions=positions,
        tells_compared=tells_compared,
        tells_sizes=tells_sizes,
    )


def place_dots(similarity: Similarity) -> list[Dot]:
    """The map, from -1 to 1 either way: people who stand at the same place are one dot, and where no places are told, each group is, of
    LEAST people where sizes are not told.

    Both axes have one scale. Their directions say nothing, nor does the order of the dots.
    """
    numbers = {thread_id: number for number, group in enumerate(similarity.groups) for thread_id in group.people}
    placed = [(place, numbers.get(thread_id), 1) for thread_id, place in similarity.places.items()] or [
        (group.middle, number, len(group.people) if similarity.tells_sizes else LEAST)
        for number, group in enumerate(similarity.groups)
    ]
    widest = max((abs(it) for place, _, _ in placed for it in place), default=0.0) or 1.0
    found: Counter[tuple[float, float, int]] = Counter()
    for (x, y), number, people in placed:
        found[round(x / widest, 2), round(y / widest, 2), -1 if number is None else number] += people
    return [Dot(x, y, None if number < 0 else number, people) for (x, y, number), people in sorted(found.items())]


def _find_told(groups: Sequence[Group]) -> list[list[SharedTheme]]:
    """What each group shares, as far as others are told: without numbers, and nothing where one follows.

    Others know of a side how many of everybody take it, and that in a group that shares it at least a third do, and LEAST. Where these
    least numbers are everybody who does, or a whole group, the numbers are known, and with them how many do elsewhere.
    """
    least = {group.people: max(LEAST, ceil(SHARED * len(group.people))) for group in groups}
    known: Counter[tuple[str, Stance]] = Counter()
    found = [[it for it in group.shared if len(group.people) > least[group.people]] for group in groups]
    for group, shared in zip(groups, found, strict=True):
        for it in shared:
            known[it.theme.id, it.stance] += least[group.people]
    return [[it for it in shared if known[it.theme.id, it.stance] < it.of_all] for shared in found]


def _read_people(aggregate: Aggregate, registry: ThemeRegistry) -> _People:
    carriers = stances_by_theme(aggregate, registry)
    themes = [theme for theme in registry.live if carriers.get(theme.id)]
    entries: dict[str, dict[int, float]] = {}
    for number, theme in enumerate(themes):
        for thread_id, stance in carriers[theme.id].items():
            side = _SIDES.get(stance)
            entries.setdefault(thread_id, {})[2 * number + (side is None)] = side or 1.0
    ids = sorted(entries)
    return _People(ids, [make_unit(entries[thread_id]) for thread_id in ids], themes, carriers, aggregate.unquotable)


def _rank_positions(people: _People, total: Dense) -> Iterable[Position]:
    """Each side of each theme that somebody takes, the most widely shared first."""
    weights = {thread_id: abs(unit.values[0]) for thread_id, unit in zip(people.ids, people.units, strict=True)}
    found = []
    for number, theme in enumerate(people.themes):
        holders = _by_stance(people.carriers[theme.id].items()) if theme.label else {}
        for stance, opposite in _OPPOSITES.items():
            if own := holders.get(stance):
                author = min(own, key=lambda it: (it in people.unquotable, -weights[it], it))
                along = _SIDES[stance] * total[2 * number] - weights[author]
                opposed = frozenset(holders.get(opposite, ()))
                found.append(Position(theme, stance, frozenset(own), opposed, author, along / (len(people.ids) - 1)))
    return sorted(found, key=lambda it: (-it.similarity, -len(it.people), it.theme.number, it.stance))


def _by_stance(taken: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for thread_id, stance in taken:
        found.setdefault(stance, []).append(thread_id)
    return found


def _describe(people: _People, places: Sequence[Place], groups: Groups) -> Iterable[Group]:
    everybody = frozenset(people.ids)
    for group in groups:
        own, units = frozenset(people.ids[at] for at in group), [people.units[at] for at in group]
        yield Group(
            own,
            measure_cohesion(units, people.size),
            _middle([places[at] for at in group]),
            _shared(people, own),
            _dividing(people, own, everybody - own) if own != everybody else (),
        )


def _middle(places: Sequence[Place]) -> Place:
    return sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)


def _shared(people: _People, own: frozenset[str]) -> tuple[SharedTheme, ...]:
    """The stances that the most of a group share."""
    found = []
    for theme in people.themes:
        holders = _by_stance(people.carriers[theme.id].items()) if theme.label else {}
        for stance in STANCES:
            everybody = holders.get(stance, ())
            if len(here := own.intersection(everybody)) >= max(2, SHARED * len(own)):
                found.append(SharedTheme(theme, stance, here, len(everybody)))
    found.sort(key=lambda it: (-len(it.people), it.theme.number))
    return tuple(found[:MOST_SHARED])


def _dividing(people: _People, own: frozenset[str], others: frozenset[str]) -> tuple[DividingTheme, ...]:
    """The themes on which a group leans the most to another side than everybody else does."""
    found = []
    for theme in people.themes:
        taken = people.carriers[theme.id]
        here, elsewhere = ({it: taken[it] for it in taken if it in side} for side in (own, others))
        apart = abs(_lean(here, own) - _lean(elsewhere, others))
        if theme.label and apart >= APART and len(here) + len(elsewhere) >= 2:
            found.append((apart, DividingTheme(theme, here, elsewhere)))
    found.sort(key=lambda it: (-it[0], it[1].theme.number))
    return tuple(it for _, it in found[:MOST_DIVIDING])


def _lean(stances: Mapping[str, str], people: frozenset[str]) -> float:
    """From 1, all for it, to -1; who says nothing of it leans nowhere."""
    return sum(_SIDES.get(stance, 0.0) for stance in stances.values()) / len(people)
