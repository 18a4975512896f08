"""People as vectors: what is computed in one pass is what all pairs come to, and the map and groups are the same every time."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.results.groups import LEAST_IN_GROUP, find_groups
from chalicelib.services.results.vectors import Vector, make_unit, measure_cohesion, project

SIZE = 8
units = st.dictionaries(st.integers(0, SIZE - 1), st.sampled_from((-1.0, 1.0)), min_size=1).map(make_unit)
crowds = st.lists(units, min_size=2, max_size=30)
THEMES = {at: at for at in range(SIZE)}
ROUNDING = 1e-9
few = settings(max_examples=25)


def cosine(one: Vector, other: Vector) -> float:
    entries = dict(zip(other.at, other.values, strict=True))
    return sum(value * entries.get(at, 0.0) for at, value in zip(one.at, one.values, strict=True))


@given(crowds)
@few
def test_cohesion_is_the_mean_cosine_of_all_pairs_or_nothing(people: list[Vector]) -> None:
    pairs = [cosine(one, other) for one, other in combinations(people, 2)]
    assert measure_cohesion(people, SIZE) == pytest.approx(max(0.0, sum(pairs) / len(pairs)), abs=ROUNDING)


@given(crowds)
@few
def test_the_map_shows_no_more_than_there_is_and_puts_the_same_people_in_the_same_place(people: list[Vector]) -> None:
    places, shown = project(people, SIZE)
    assert 0 <= shown <= 1
    middle = [sum(axis) / len(people) for axis in zip(*places, strict=True)]
    assert middle == pytest.approx([0, 0], abs=1e-6)
    for one, other in combinations(range(len(people)), 2):
        apart = 2 - 2 * cosine(people[one], people[other])  # the square of their distance
        on_map = sum((a - b) ** 2 for a, b in zip(places[one], places[other], strict=True))
        assert on_map <= apart + 1e-6
    assert project(people, SIZE) == (places, shown)


@given(crowds)
@few
def test_everybody_is_in_one_group_at_most_and_groups_are_not_small(people: list[Vector]) -> None:
    places, _ = project(people, SIZE)
    groups = find_groups(people, SIZE, places, THEMES)
    members = [at for group in groups for at in group]
    assert len(members) == len(set(members)) <= len(people)
    assert len(groups) == 1 or min(map(len, groups)) >= LEAST_IN_GROUP
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)
    assert find_groups(people, SIZE, places, THEMES) == groups


def test_two_camps_are_two_groups_and_people_of_one_mind_are_one() -> None:
    one, other = make_unit({0: 1, 2: 1, 4: -1}), make_unit({0: -1, 2: -1, 4: 1})
    camps = [one, other] * 8
    places, shown = project(camps, SIZE)
    assert shown == pytest.approx(1)
    assert find_groups(camps, SIZE, places, THEMES) == [list(range(0, 16, 2)), list(range(1, 16, 2))]
    agreed = [one] * 16
    assert find_groups(agreed, SIZE, project(agreed, SIZE)[0], THEMES) == [list(range(16))]
