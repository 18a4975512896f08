"""How alike people are, worked out from all pairs of them, and held against REST."""

from itertools import combinations
from math import sqrt
from typing import Any

import pytest

from tests.recount import counts
from tests.recount.checks import Doors, check_quote
from tests.recount.stored import Stored

SIDES = {"for": 1.0, "against": -1.0}
Vector = dict[tuple[str, bool], float]


def check_similarity(stored: Stored, doors: Doors) -> None:
    """Cohesion, statements, groups and the map."""
    told, people = doors.get("/similarity"), vectors(stored)
    assert told["total"] == sum(person.spoke and bool(person.digest) for person in stored.counted)
    assert told["participants"] == len(people)
    pairs = [cosine(one, other) for one, other in combinations(people.values(), 2)]
    assert told["cohesion"] == pytest.approx(min(1.0, max(0.0, sum(pairs) / len(pairs))))
    for statement in (*told["statements"], *told["least_shared"]):
        check_statement(stored, people, statement)
    check_groups(stored, told)


def check_statement(stored: Stored, people: dict[str, Vector], told: dict[str, Any]) -> None:
    """How many hold it and how many the opposite, how close everybody is to it, and that one of those who hold it said so."""
    theme, stance = told["theme_id"], told["stance"]
    stances = counts.by_stance(stored.carriers[theme])
    opposite = {"for": "against", "against": "for"}.get(stance)
    assert told["participants"] == stances[stance]
    assert told["opposed"] == (stances[opposite] if opposite else 0)
    side: Vector = {(theme, stance in SIDES): SIDES.get(stance, 1.0)}
    close = [cosine(side, vector) for vector in people.values()]
    assert told["similarity"] == pytest.approx((sum(close) - max(close)) / (len(close) - 1))
    (person,) = (it for it in stored.counted for entry in it.said if entry.id == told["message_id"])
    assert stored.carriers[theme][person.id] == stance
    assert told["text"] in [it["text"] for it in person.points if stored.live(it.get("theme")) == theme]
    check_quote(stored, told["quote"], told["message_id"], told["participant_id"])


def check_groups(stored: Stored, told: dict[str, Any]) -> None:
    """Everybody is in one group or none, and once on the map; what divides a group from the others is everybody together."""
    carried = stored.carriers
    assert sum(it["size"] for it in told["groups"]) + told["ungrouped"] == told["participants"]
    assert sum(dot["people"] for dot in told["map"]) == told["participants"]
    for number, group in enumerate(told["groups"]):
        assert sum(dot["people"] for dot in told["map"] if dot["group"] == number) == group["size"]
        for shared in group["themes"]:
            stances = counts.by_stance(carried[shared["theme_id"]])
            assert group["size"] / 3 <= shared["participants"] <= min(group["size"], stances[shared["stance"]])
        for dividing in group["differs"]:
            stances = counts.by_stance(carried[dividing["theme_id"]])
            assert {it: dividing["here"][it] + dividing["elsewhere"][it] for it in stances} == stances


def vectors(stored: Stored) -> dict[str, Vector]:
    """Everybody who speaks of a theme: where they stand on each, and apart from it that they speak of one without taking a side."""
    found: dict[str, Vector] = {}
    for theme, people in stored.carriers.items():
        for who, stance in people.items():
            found.setdefault(who, {})[theme, stance in SIDES] = SIDES.get(stance, 1.0)
    return found


def cosine(one: Vector, other: Vector) -> float:
    """Of two vectors."""
    product = sum(value * other.get(at, 0.0) for at, value in one.items())
    return product / sqrt(sum(it * it for it in one.values()) * sum(it * it for it in other.values()))
