"""The groups that people form by what they say, as far as that is more than chance.

K-means on their vectors, for every number of groups up to MOST_GROUPS. What counts is how far the silhouette is above that of the
same themes dealt out by chance, where who speaks of one theme says nothing about who speaks of another. Of the numbers for which
that is NEARLY as much as at best, the least is taken; where it is nowhere MARGIN and one person's share, all are one group. Nothing
is random: what is dealt is the same every time.
"""

import random
from collections.abc import Mapping, Sequence
from math import hypot, sqrt
from typing import Final

from chalicelib.services.results.vectors import SETTLED, Dense, Vector, add_up, make_unit, multiply, project

LEAST_IN_GROUP: Final = 3
MOST_GROUPS: Final = 5
MARGIN: Final = 0.05
NEARLY: Final = 2 / 3
_ROUNDS: Final = 8  # in which people change groups
_DEALT: Final = 1_000  # people, all dealings together; at most so many dealings
_MOST_DEALINGS: Final = 4

Place = tuple[float, float]
Groups = list[list[int]]  # of people, by their places in a sequence


def find_groups(units: Sequence[Vector], size: int, places: Sequence[Place], themes: Mapping[int, int]) -> Groups:
    """The groups of these people, who have a place on the map each; the largest first. `themes` has that of each coordinate.

    Whoever is in a group of fewer than LEAST_IN_GROUP is in none, where there are at least two others.
    """
    most = min(MOST_GROUPS, len(units) // LEAST_IN_GROUP)
    found = {count: _cluster(units, size, places, count) for count in range(2, most + 1)}
    above = {count: _measure_silhouette(units, size, groups) for count, groups in found.items()}
    dealings = min(_MOST_DEALINGS, max(1, _DEALT // len(units)))
    for seed in range(dealings if found else 0):
        dealt = _deal(units, themes, seed)
        on_map, _ = project(dealt, size)
        for count in found:
            by_chance = _cluster(dealt, size, on_map, min(count, len(dealt)))
            above[count] -= _measure_silhouette(dealt, size, by_chance) / dealings
    best = max(above.values(), default=0.0)
    count = next((it for it in above if above[it] >= NEARLY * best), 0) if best > MARGIN + 1 / len(units) else 0
    kept = [group for group in found.get(count, []) if len(group) >= LEAST_IN_GROUP]
    return sorted(kept, key=lambda group: (-len(group), group)) if len(kept) > 1 else [list(range(len(units)))]


def _deal(units: Sequence[Vector], themes: Mapping[int, int], seed: int) -> list[Vector]:
    """The same stances on each theme, each of somebody drawn by lot; whoever gets none is left out."""
    stances: dict[int, list[tuple[int, float]]] = {}
    for unit in units:
        for at, value in zip(unit.at, unit.values, strict=True):
            stances.setdefault(themes[at], []).append((at, 1.0 if value > 0 else -1.0))
    lot = random.Random(seed)
    dealt: list[dict[int, float]] = [{} for _ in units]
    for theme in sorted(stances):
        taken = stances[theme]
        for person, (at, side) in zip(lot.sample(range(len(units)), len(taken)), taken, strict=True):
            dealt[person][at] = side
    return [make_unit(entries) for entries in dealt if entries]


def _cluster(units: Sequence[Vector], size: int, places: Sequence[Place], count: int) -> Groups:
    """So many groups, or fewer: each person goes to the one whose middle is closest, until nobody moves any more."""
    group_of = _seed(places, count)
    for _ in range(_ROUNDS):
        middles = [_direction(add_up([units[at] for at in group], size)) for group in _gather(group_of)]
        moved = [_closest(unit, middles) for unit in units]
        if moved == group_of:
            break
        group_of = moved
    return _gather(group_of)


def _seed(places: Sequence[Place], count: int) -> list[int]:
    """To which group each belongs at first: that of the nearest of so many people who stand far apart on the map."""
    seeds = [max(range(len(places)), key=lambda at: (hypot(*places[at]), -at))]
    group_of = [0] * len(places)
    apart = [_distance(place, places[seeds[0]]) for place in places]
    while len(seeds) < count:
        seeds.append(max(range(len(places)), key=lambda at: (apart[at], -at)))
        for at, place in enumerate(places):
            if (distance := _distance(place, places[seeds[-1]])) < apart[at]:
                apart[at], group_of[at] = distance, len(seeds) - 1
    return group_of


def _distance(one: Place, other: Place) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _gather(group_of: Sequence[int]) -> Groups:
    found: dict[int, list[int]] = {}
    for at, group in enumerate(group_of):
        found.setdefault(group, []).append(at)
    return [found[group] for group in sorted(found)]


def _closest(unit: Vector, middles: Sequence[Dense]) -> int:
    close = [unit.times(middle) for middle in middles]
    return close.index(max(close))


def _direction(total: Dense) -> Dense:
    length = sqrt(multiply(total, total))
    return [value / length for value in total] if length > SETTLED else total


def _measure_silhouette(units: Sequence[Vector], size: int, groups: Groups) -> float:
    """The mean silhouette, -1 to 1: how much closer each is to the others of their group than to the nearest other group."""
    if len(groups) < 2:
        return 0.0
    totals = [add_up([units[at] for at in group], size) for group in groups]
    squares = [multiply(total, total) for total in totals]
    score = 0.0
    for own, group in enumerate(groups):
        for at in group:
            along = [units[at].times(total) for total in totals]
            rest = squares[own] - 2 * along[own] + 1  # of the others in the group: the square of one person is 1
            near = 1 - _cosine(along[own] - 1, rest)
            far = min(1 - _cosine(it, squares[place]) for place, it in enumerate(along) if place != own)
            score += (far - near) / max(far, near, SETTLED)
    return score / len(units)


def _cosine(along: float, square: float) -> float:
    """Of a person to a sum of others, by the product with it and its square; 0 to nobody."""
    return along / sqrt(square) if square > SETTLED else 0.0
