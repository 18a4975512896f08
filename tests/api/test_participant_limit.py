"""A session that is full, and a conversation that is, over the API."""

from typing import Any

import pytest

from chalicelib import container, settings
from tests.api.hosts import Host, error_of
from tests.faults import Interviewer

FULL = (400, "validation_error", "This session is full")


def test_a_full_session_takes_nobody_more_and_those_who_are_in_go_on(host: Host) -> None:
    session = host.new_session(max_participants=2)["id"]
    assert host.join(session, "ana").status_code == 200
    assert host.say(session, "Hello", "bo").status_code == 200
    assert error_of(host.join(session, "cy")) == FULL
    assert error_of(host.say(session, "Hello", "cy")) == FULL
    assert error_of(host.call("POST", f"/sessions/{session}/responses", {"content": "Mine"})) == FULL
    assert host.say(session, "Soup", "ana").status_code == 200
    assert host.say(session, "Bread", "bo").status_code == 200
    seen = host.get(f"/sessions/{session}")
    assert (seen["participant_count"], seen["max_participants"], seen["usage"]["turns"]) == (2, 2, 4)


def test_a_host_makes_room_by_an_edit_or_by_removing_somebody(host: Host) -> None:
    session = host.new_session()["id"]
    ana = host.join(session, "ana").json_body["thread_id"]
    assert host.call("PATCH", f"/sessions/{session}", {"max_participants": 1}).json_body["max_participants"] == 1
    assert error_of(host.join(session, "bo")) == FULL
    assert host.call("DELETE", f"/sessions/{session}/participants/{ana}").status_code == 204
    assert host.join(session, "bo").status_code == 200
    assert error_of(host.join(session, "cy")) == FULL
    assert host.call("PATCH", f"/sessions/{session}", {"max_participants": None}).json_body["max_participants"] is None
    assert host.join(session, "cy").status_code == 200
    assert host.get(f"/sessions/{session}")["participant_count"] == 2


def test_a_deleted_session_leaves_no_seats(host: Host) -> None:
    session = host.new_session(max_participants=2)["id"]
    host.join(session)
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    assert host.join(session, "bo").status_code == 404


def test_a_full_conversation_takes_no_more_and_what_was_said_is_answered_as_ever(
    host: Host, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_TURNS", "2")
    settings.settings.cache_clear()
    container.conversation_deps.cache_clear()
    session = host.new_session()["id"]
    said = [host.say(session, "Soup", message_id=f"m{number}").json_body for number in range(2)]
    full = (400, "validation_error", "This conversation is full: it has reached its limit of 2 messages")
    for key in ({}, {"Idempotency-Key": "k1"}, {"Idempotency-Key": "k1"}):
        body = {"participant_id": "p1", "participant_name": "", "content": "More"}
        assert error_of(host.call("POST", f"/sessions/{session}/chat", body, **key)) == full
    assert [host.say(session, "Soup", message_id=f"m{number}").json_body for number in range(2)] == said
    assert (host.get(f"/sessions/{session}")["usage"]["turns"], model.count("turn")) == (2, 2)
    assert host.say(session, "Soup", "p2").status_code == 200


def test_whoever_says_nothing_of_a_limit_has_one_of_500(host: Host) -> None:
    def limit_of(**fields: Any) -> Any:
        return host.get(f"/sessions/{host.new_session(**fields)['id']}")["max_participants"]

    assert limit_of() == 500
    assert limit_of(max_participants=None) is None
    assert limit_of(max_participants=501) == 501


def test_what_a_change_says_of_the_limit_holds_and_what_it_does_not_say_stays(host: Host) -> None:
    session = host.new_session(max_participants=None)["id"]
    for change, limit in (({"topic": "Soup"}, None), ({"max_participants": 3}, 3), ({"max_participants": None}, None)):
        assert host.call("PATCH", f"/sessions/{session}", change).json_body["max_participants"] == limit
