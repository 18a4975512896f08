"""The scratchpad's notes: counts by code, over the registry as it stands."""

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from chalicelib.model import (
    Digest,
    Prompt,
    Question,
    RegisteredTheme,
    Scratchpad,
    SessionView,
    ThemeRegistry,
)
from chalicelib.services.facilitation.cross_pollination import is_shared
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.scratchpad import FIRST_MINUTES, MAX_BYTES, TOLD_FROM, take_notes
from tests.services.builders import NOW, digest, point, view

BUSES = RegisteredTheme("t1", "Evening buses", "How late Zoltan drives.")
TRAMS = RegisteredTheme("t2", "Trams", alias_of="t1")
PARKING = RegisteredTheme("t3", "Parking", "Where cars stand.")
NOBODY = RegisteredTheme("t4", "Bicycles")
REGISTRY = ThemeRegistry(4, (BUSES, TRAMS, PARKING, NOBODY), 4)
DIGESTS = (
    digest("ann", point("Evening buses", "a1", theme="t1"), point("Buses run", "a2", theme="t2"), messages=30),
    digest("bob", point("Evening buses", "b1", theme="t2"), messages=2),
    digest("cat", point("No evening buses", "c1", theme="t1", stance="against")),
    digest("dan", point("Late buses", "d1", theme="t1"), point("Parking where cars stand", "d2", theme="t3")),
    digest("eve", point("No parking", "e1", theme="t3", stance="against")),
    digest("fay", point("No parking where cars stand", "f1", theme="t3", stance="against")),
    digest("gus", point("Places where cars stand for parking", "g1", theme="t3")),
    digest("hal"),
    digest("ivo", messages=0),
)


def notes(shown: SessionView | None = None, digests: tuple[Digest, ...] = DIGESTS) -> Scratchpad:
    return take_notes(
        shown or view(cross_pollination=True), aggregate_digests(digests), REGISTRY, NOW, NOW - FIRST_MINUTES
    )


def test_a_participant_counts_once_and_aliases_are_one_theme() -> None:
    buses, parking = notes().notes
    assert (buses.id, buses.ids, buses.label, buses.participants) == ("t1", ("t1", "t2"), "Evening buses", 4)
    assert buses.stances == {"for": 3, "against": 1, "mixed": 0, "neutral": 0}
    assert (parking.id, parking.participants, parking.stances["against"]) == ("t3", 4, 2)


def test_what_nobody_speaks_of_is_not_noted() -> None:
    made = notes()
    assert [note.id for note in made.notes] == ["t1", "t3"]
    assert (made.themes, made.participants, made.messages) == (2, 8, 38)


def test_evidence_is_of_different_people_first_and_at_most_five() -> None:
    buses = notes().notes[0]
    assert buses.evidence == ("a1", "b1", "c1", "d1", "a2")


def test_nothing_is_told_in_the_first_minutes_of_a_session_of_few() -> None:
    def is_told(people: int, minutes: int) -> list[bool]:
        said = [digest(f"p{n}", point("", f"m{n}", quote="the evening buses", theme="t1")) for n in range(people)]
        since = NOW - timedelta(minutes=minutes)
        made = take_notes(view(cross_pollination=True), aggregate_digests(said), REGISTRY, NOW, since)
        return [note.tells_label for note in made.notes]

    assert is_told(TOLD_FROM - 1, 0) == is_told(TOLD_FROM - 1, 9) == [False]
    assert is_told(TOLD_FROM - 1, 10) == is_told(TOLD_FROM, 0) == [True]


def test_whoever_may_be_one_person_is_one_among_those_who_share_a_theme() -> None:
    aggregate = replace(aggregate_digests(DIGESTS), sources={"ann": "here", "bob": "here", "cat": "here"})
    buses, parking = take_notes(view(), aggregate, REGISTRY, NOW, NOW - FIRST_MINUTES).notes
    assert (buses.participants, buses.people) == (4, 2)
    assert (parking.participants, parking.people) == (4, 4)
    assert not is_shared(buses)
    assert is_shared(parking)
    assert not buses.tells_label


def test_a_test_run_is_nobody_among_those_who_share_a_theme() -> None:
    aggregate = replace(aggregate_digests(DIGESTS), tests=frozenset({"ann", "bob"}))
    made = take_notes(view(), aggregate, REGISTRY, NOW, NOW - FIRST_MINUTES)
    buses = made.notes[1]
    assert (made.participants, buses.participants, buses.people) == (6, 2, 2)
    assert sum(buses.stances.values()) == 2
    assert {message[0] for message in buses.evidence} == {"c", "d"}
    assert not buses.tells_label
    assert not is_shared(buses)


def test_consensus_and_tensions() -> None:
    made = notes()
    assert (made.consensus, made.tensions) == (("t1",), ("t3",))
    two = tuple(it for it in DIGESTS if it.thread_id in ("ann", "bob"))
    assert notes(digests=two).consensus == ()


def test_only_a_description_that_a_summary_wrote_may_be_told() -> None:
    buses, parking = notes().notes
    assert (buses.tells_label, buses.tells_description) == (True, False)
    assert (parking.tells_label, parking.tells_description) == (True, True)


def test_questions_that_half_of_the_people_spoke_to_are_covered() -> None:
    asked = replace(
        view(cross_pollination=True, critical="Do evening buses matter to everybody?"),
        prompt=Prompt(1, "1. Where should cars stand?\n2. What about the swimming pool?", "host"),
        questions=(Question("q1", "Evening buses", 0), Question("q2", "Buses", 1, type="Email")),
    )
    covered = {it.question: it.participants for it in notes(asked).covered}
    assert covered == {"Evening buses": 4}


def test_it_is_small_whatever_is_registered() -> None:
    themes = [RegisteredTheme(f"t{number}", "標" * 60, "述" * 160) for number in range(1, 121)]
    many = [
        digest(f"p{person}", *(point(f"x{n}", f"{person:030}{n:06}", theme=f"t{n}") for n in range(1, 121 - person)))
        for person in range(8)
    ]
    made = take_notes(
        view(cross_pollination=True), aggregate_digests(many), ThemeRegistry(1, tuple(themes), 120), NOW, NOW
    )
    assert len(msgspec.json.encode(made)) <= MAX_BYTES
    assert (made.themes, made.participants) == (119 + 1, 8)
    assert 5 <= len(made.notes) < 30
    assert made.notes[0].participants == 8
    assert {*made.consensus} <= {note.id for note in made.notes}
