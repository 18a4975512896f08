"""The recap over REST: what each person said in short, what several speak of, what nobody else brought up, page by page."""

import re
from typing import Any

import pytest

from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.store import digests
from tests.api.hosts import Host, error_of
from tests.api.jobs import summarise
from tests.api.participants import SAID, include
from tests.api.shapes import ID, NULL, assert_shape
from tests.api.test_budgets import Meter, meter
from tests.clock import FakeClock
from tests.services.builders import digest as digest_of

__all__ = ["meter"]  # the fixture

POINT = {
    "text": str,
    "quote": str,
    "theme_id": (str, NULL),
    "stance": re.compile("for|against|mixed|neutral"),
    "message_id": ID,
    "kind": (re.compile("experience|view|proposal|condition|question"), NULL),
    "group": (str, NULL),
}
RECAP = {
    "participants": [
        {
            "participant_id": ID,
            "name": (str, NULL),
            "gist": (str, NULL),
            "points": [POINT],
            "up_to_date": bool,
            "test": bool,
        }
    ],
    "themes": [
        {
            "id": str,
            "label": str,
            "participants": int,
            "stances": dict.fromkeys(("for", "against", "mixed", "neutral"), int),
        }
    ],
    "unique": [{"text": str, "participant_id": ID, "message_id": ID}],
    "total": int,
    "verbatim": bool,
}
People = tuple[str, dict[str, str]]


def recap(host: Host, session: str, query: str = "") -> Any:
    found = host.get(f"/sessions/{session}/recap{query}")
    assert_shape({name: it for name, it in found.items() if name != "next_cursor"}, RECAP)
    return found


def test_it_is_recomputed_from_what_people_said(host: Host, people: People) -> None:
    session, ids = people
    found = recap(host, session)
    said = {
        message["id"]: (person["participant_id"], message["content"])
        for person in host.get(f"/sessions/{session}/responses")["data"]
        for message in person["messages"]
    }
    assert [person["participant_id"] for person in found["participants"]] == [ids[name] for name in SAID]
    for person, words in zip(found["participants"], SAID.values(), strict=True):
        (point,) = person["points"]
        assert (person["name"], person["gist"], person["up_to_date"]) == (person["name"], words, True)
        assert said[point["message_id"]] == (person["participant_id"], words)
        assert point["quote"] in words
    buses = [it for it in found["themes"] if it["participants"] == 2]
    assert found["themes"] == buses
    assert [it["stances"]["for"] for it in buses] == [2]
    assert {it["points"][0]["theme_id"] for it in found["participants"][:2]} == {buses[0]["id"]}
    (alone,) = found["unique"]
    assert (alone["participant_id"], alone["text"]) == (ids["p3"], SAID["p3"])
    assert (found["total"], found["verbatim"], "next_cursor" in found) == (3, False, False)


def test_whoever_is_taken_out_is_in_it_no_more_and_what_they_shared_is_somebody_elses_alone(
    host: Host, people: People
) -> None:
    session, ids = people
    include(host, session, ids["p1"], False)
    found = recap(host, session)
    assert [it["participant_id"] for it in found["participants"]] == [ids["p2"], ids["p3"]]
    assert found["themes"] == []
    assert [it["participant_id"] for it in found["unique"]] == [ids["p2"], ids["p3"]]
    assert found["total"] == 2


def test_it_is_given_in_pages_and_a_cursor_of_nowhere_is_refused(host: Host, people: People) -> None:
    session, ids = people
    first = recap(host, session, "?limit=2")
    second = recap(host, session, f"?limit=2&cursor={first['next_cursor']}")
    seen = [it["participant_id"] for it in (*first["participants"], *second["participants"])]
    assert seen == [ids[name] for name in SAID]
    assert "next_cursor" not in second
    assert (first["themes"], first["total"]) == (second["themes"], second["total"])
    assert [it["participant_id"] for it in second["unique"]] == [ids["p3"]]
    assert error_of(host.call("GET", f"/sessions/{session}/recap?cursor=x"))[:2] == (400, "validation_error")
    assert error_of(host.call("GET", f"/sessions/{session}/recap?limit=101"))[:2] == (400, "validation_error")


def test_a_digest_from_before_there_were_gists_has_none_and_new_words_wait(host: Host, people: People) -> None:
    session, ids = people
    head = next(it for it in container.conversations().heads(session) if it.id == ids["p1"])
    kept = container.conversations().digest(session, head.id)
    assert kept is not None
    digests.put(head, digest_of(head.id, *kept.points, messages=kept.to_sequence))
    host.say(session, "And trams at night.", "p1")
    first = recap(host, session)["participants"][0]
    assert (first["gist"], first["up_to_date"], len(first["points"])) == (None, False, 1)


def test_without_a_model_it_has_the_answers_and_claims_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "model", ScriptedModel)
    session = host.new_session(prompt="1. What do you eat?")["id"]
    for name in ("p1", "p2"):
        host.join(session, name)
        host.say(session, "Soup with bread", name)
    assert recap(host, session)["verbatim"] is False  # nothing is read yet
    assert summarise(session)
    found = recap(host, session)
    assert (found["verbatim"], found["unique"]) == (True, [])
    assert [(it["gist"], it["points"][0]["text"]) for it in found["participants"]] == [(None, "Soup with bread")] * 2


def test_a_page_costs_a_read_of_the_heads_one_of_the_themes_and_one_of_its_digests(
    host: Host, people: People, meter: Meter, clock: FakeClock
) -> None:
    session, _ = people
    meter.sent.clear()
    assert meter.of(host.call("GET", f"/sessions/{session}/recap"), 200) == 2 + 3
