"""How alike people are, over REST: recomputed pair by pair from what is stored, without a name."""

import json
import re
from itertools import combinations
from math import sqrt
from typing import Any

import pytest

from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.api.participants import include
from tests.api.shapes import ID, assert_shape
from tests.api.stances import hold, say
from tests.api.test_budgets import Meter, meter
from tests.clock import FakeClock

__all__ = ["meter"]  # the fixture

STANCES = dict.fromkeys(("for", "against", "mixed", "neutral"), int)
STANCE = re.compile("|".join(STANCES))
NAMED = {"theme_id": str, "label": str}
STATEMENT = {
    **NAMED,
    "text": str,
    "quote": str,
    "participant_id": ID,
    "message_id": ID,
    "stance": STANCE,
    "participants": int,
    "opposed": int,
    "similarity": float,
}
SIMILARITY = {
    "status": str,
    "total": int,
    "participants": int,
    "cohesion": float,
    "statements": [STATEMENT],
    "least_shared": [STATEMENT],
    "groups": [
        {
            "size": int,
            "cohesion": float,
            "themes": [{**NAMED, "stance": STANCE, "participants": int}],
            "differs": [{**NAMED, "here": STANCES, "elsewhere": STANCES}],
        }
    ],
    "ungrouped": int,
    "map": [{"x": float, "y": float, "group": (int, type(None)), "people": int}],
    "map_share": float,
}
CYCLISTS = {"Bicycles": "for", "Trams": "for", "Cars": "against", "Parking": "against"}
DRIVERS = {"Bicycles": "against", "Trams": "against", "Cars": "for", "Parking": "for"}
NOTHING = {
    "status": "few",
    "total": 3,
    "participants": 0,
    "cohesion": None,
    "statements": [],
    "least_shared": [],
    "groups": [],
}
# Two camps, some of whom are silent or of two minds on one thing, or speak of something else, too.
CAMPS = [
    *(CYCLISTS | {"Benches": "for"} for _ in range(5)),
    *(CYCLISTS | {"Trams": "mixed"} for _ in range(3)),
    *(CYCLISTS | {"Cars": "neutral", "Noise": "against"} for _ in range(2)),
    *(DRIVERS for _ in range(5)),
    *(DRIVERS | {"Bicycles": "for"} for _ in range(2)),
    *(DRIVERS | {"Noise": "for"} for _ in range(2)),
]


def brute_vectors(host: Host, session: str) -> dict[str, dict[tuple[str, str], float]]:
    """Everybody as a vector, from the points that the recap gives."""
    people = host.get(f"/sessions/{session}/recap?limit=100")["participants"]
    found = {}
    for person in people:
        entries = {}
        for point in person["points"]:
            side = {"for": 1.0, "against": -1.0}.get(point["stance"])
            entries[point["theme_id"], "no side" if side is None else "side"] = 1.0 if side is None else side
        length = sqrt(len(entries))
        found[person["participant_id"]] = {at: value / length for at, value in entries.items()}
    return found


def cosine(one: dict[Any, float], other: dict[Any, float]) -> float:
    return sum(value * other.get(at, 0.0) for at, value in one.items())


def test_cohesion_and_statements_are_what_all_pairs_come_to(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    hold(session, CAMPS, clock)
    found = host.get(f"/sessions/{session}/similarity")
    assert_shape(found, SIMILARITY)
    vectors = brute_vectors(host, session)
    said = {
        message["id"]: (person["participant_id"], message["content"])
        for person in host.get(f"/sessions/{session}/responses")["data"]
        for message in person["messages"]
    }
    pairs = [cosine(one, other) for one, other in combinations(vectors.values(), 2)]
    assert (found["status"], found["participants"], found["total"]) == ("ready", len(CAMPS), len(CAMPS))
    assert found["cohesion"] == pytest.approx(max(0.0, sum(pairs) / len(pairs)))
    for it in (*found["statements"], *found["least_shared"]):
        author, words = said[it["message_id"]]
        assert it["text"] == say(it["label"], it["stance"])
        assert it["quote"] in words
        own = {(it["theme_id"], "side"): 1.0 if it["stance"] == "for" else -1.0}
        others = [cosine(own, vector) for person, vector in vectors.items() if person != author]
        assert it["similarity"] == pytest.approx(sum(others) / len(others))
        opposite = "for" if it["stance"] == "against" else "against"
        held = [sum(person.get(it["label"]) == side for person in CAMPS) for side in (it["stance"], opposite)]
        assert [it["participants"], it["opposed"]] == held
        assert it["participant_id"] == author
    most, fewest = ([it["similarity"] for it in found[name]] for name in ("statements", "least_shared"))
    assert most == sorted(most, reverse=True)
    assert fewest == sorted(fewest)
    assert min(most) > 0 > fewest[0]


def test_groups_say_what_they_share_and_what_divides_them(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    hold(session, CAMPS, clock)
    found = host.get(f"/sessions/{session}/similarity")
    assert [(group["size"], group["themes"][0]["label"]) for group in found["groups"]] == [
        (10, "Bicycles"),
        (9, "Trams"),
    ]
    cyclists, drivers = found["groups"]
    assert cyclists["themes"][0] == {"theme_id": "t1", "label": "Bicycles", "stance": "for", "participants": 10}
    parking = next(it for it in cyclists["differs"] if it["label"] == "Parking")
    assert parking["here"] == dict.fromkeys(STANCES, 0) | {"against": 10}
    assert parking["elsewhere"] == dict.fromkeys(STANCES, 0) | {"for": 9}
    assert drivers["cohesion"] > found["cohesion"]
    assert sum(dot["people"] for dot in found["map"]) == len(CAMPS)
    assert {dot["group"]: 0 for dot in found["map"]} == {0: 0, 1: 0}
    assert max(abs(dot[axis]) for dot in found["map"] for axis in ("x", "y")) == 1


def test_nobody_is_named_and_nobody_is_told_apart(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    ids = hold(session, CAMPS, clock, name="Grace")
    found = host.get(f"/sessions/{session}/similarity")
    told = json.dumps(found)
    assert "Grace" not in told
    named = [it["participant_id"] for it in (*found["statements"], *found["least_shared"])]
    assert {thread_id for thread_id in ids if thread_id in told} == set(named)  # whose words are told, and nobody else


def test_who_does_not_count_is_not_compared(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    ids = hold(session, [CYCLISTS] * 4, clock)
    assert host.get(f"/sessions/{session}/similarity")["cohesion"] == 1
    include(host, session, ids[0], False)
    assert host.get(f"/sessions/{session}/similarity") == NOTHING | {"ungrouped": 0, "map": [], "map_share": None}
    test_run = host.new_session()["id"]
    hold(test_run, [CYCLISTS] * 4, clock, test=True)  # included by hand
    assert host.get(f"/sessions/{test_run}/similarity")["total"] == 0


def test_where_nobody_takes_a_side_nothing_is_compared(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "model", ScriptedModel)
    session = host.new_session(prompt="1. What do you eat?")["id"]
    for name in ("p1", "p2", "p3", "p4"):
        host.join(session, name)
        host.say(session, "Soup with bread", name)
    assert summarise(session)
    found = host.get(f"/sessions/{session}/similarity")
    assert (found["status"], found["total"], found["cohesion"], found["statements"]) == ("no_sides", 4, None, [])


def test_it_costs_the_heads_the_themes_and_the_digests_of_a_few(host: Host, clock: FakeClock, meter: Meter) -> None:
    session = host.new_session()["id"]
    hold(session, CAMPS * 3, clock)
    meter.sent.clear()
    assert meter.of(host.call("GET", f"/sessions/{session}/similarity"), 200) == 2 + 3
