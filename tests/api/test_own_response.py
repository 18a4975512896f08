"""The caller's own response: stored as what they say, without a facilitator."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.store.conversations import Conversations
from tests import events
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, delete_data, summarise
from tests.api.shapes import ID, TIME, assert_shape
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer

RESPONSE = {"id": ID, "session_id": ID, "content": re.compile(r"(?s).+"), "created_at": TIME}
WORDS = "We need more buses in the evening because people work late."


def respond(host: Host, session: str, content: str, **headers: str) -> Any:
    answer = host.call("POST", f"/sessions/{session}/responses", {"content": content}, **headers)
    assert answer.status_code == 201, answer.body
    assert_shape(answer.json_body, RESPONSE)
    return answer.json_body


def test_it_is_a_message_of_ones_own_and_nobody_replies(host: Host, model: Interviewer, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    first = respond(host, session, "  Soup 🍲 \n")
    assert (first["session_id"], first["content"]) == (session, "Soup 🍲")
    clock.advance(5)
    second = respond(host, session, "Bread")
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    assert [(entry["id"], entry["role"], entry["content"]) for entry in person["messages"]] == [
        (first["id"], "user", "Soup 🍲"),
        (second["id"], "user", "Bread"),
    ]
    assert (person["external_id"], person["channel"], person["message_count"]) == (host.user_id, "api", 2)
    assert (person["participant_name"], person["active"], person["answers"]) == (None, True, [])
    assert (person["first_message_at"], person["last_message_at"]) == (first["created_at"], second["created_at"])
    assert host.get(f"/sessions/{session}")["participant_count"] == 1
    assert model.count("turn") == 0


def test_each_member_has_a_thread_of_their_own_that_no_chat_reaches(host: Host) -> None:
    session = host.new_session()["id"]
    editor = host.invite(session, "editor")
    respond(host, session, "Mine")
    respond(editor, session, "Yours")
    editor.say(session, "As the host", host.user_id)
    people = host.get(f"/sessions/{session}/responses")["data"]
    said = {tuple(entry["content"] for entry in person["messages"] if entry["role"] == "user") for person in people}
    assert said == {("Mine",), ("Yours",), ("As the host",)}
    assert host.get(f"/sessions/{session}")["participant_count"] == 3


def test_it_becomes_part_of_the_summary(host: Host) -> None:
    session = host.new_session()["id"]
    respond(host, session, WORDS)
    (thread,) = container.conversations().heads(session)
    stored = {
        "session_id": {"S": session},
        "part": {"S": f"message#{thread.id}#000001"},
        "role": {"S": "user"},
        "created_at": {"S": "2026-03-01T12:00:00.000000+0000"},
    }
    app.conversations_changed(events.batch(events.change("INSERT", stored)), Context())
    assert asked("summaries") == [{"session_id": session}]
    assert summarise(session)
    assert "buses" in host.get(f"/sessions/{session}/summary")["summary"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "content is required"),
        ({"content": None}, "content is required"),
        ({"content": "  \n"}, "content is required"),
        ({"content": 5}, "content must be a string"),
        ({"content": ["Soup"]}, "content must be a string"),
        ({"content": "x" * 10_001}, "content must be at most 10,000 characters"),
        (b"null", "The request body must be a JSON object"),
        (b"{", "The request body is not valid JSON"),
    ],
)
def test_what_it_may_be(host: Host, body: Any, message: str) -> None:
    session = host.new_session()["id"]
    answer = host.call("POST", f"/sessions/{session}/responses", body)
    assert error_of(answer) == (400, "validation_error", message)
    assert host.get(f"/sessions/{session}/responses") == {"data": []}


def test_ten_thousand_characters_of_any_script_are_kept(host: Host) -> None:
    session = host.new_session()["id"]
    assert respond(host, session, "🍲" * 10_000)["content"] == "🍲" * 10_000


def test_nobody_responds_after_closing(host: Host, clock: FakeClock) -> None:
    session = host.new_session(closes_at="2026-03-01T12:10:00Z")["id"]
    clock.advance(3600)
    answer = host.call("POST", f"/sessions/{session}/responses", {"content": "Soup"})
    assert error_of(answer) == (400, "validation_error", "Session is not active")


def first(monkeypatch: pytest.MonkeyPatch, method: str, action: Callable[[], object]) -> None:
    """Have something happen, once, just before the store does this."""
    real = getattr(Conversations, method)
    due = [action]

    def late(*given: Any, **named: Any) -> Any:
        if due:
            due.pop()()
        return real(*given, **named)

    monkeypatch.setattr(Conversations, method, late)


def test_another_request_that_comes_first_loses_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session()["id"]
    for method in ("join", "say"):
        first(monkeypatch, method, partial(respond, host, session, f"Before {method}"))
        respond(host, session, f"After {method}")
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    said = [entry["content"] for entry in person["messages"]]
    assert said == ["Before join", "After join", "Before say", "After say"]
    assert host.get(f"/sessions/{session}")["participant_count"] == 1


def test_the_same_key_stores_it_once_and_gives_the_same_answer(host: Host) -> None:
    session = host.new_session()["id"]
    sent = {"Idempotency-Key": "k1"}
    first = respond(host, session, "Soup", **sent)
    respond(host, session, "Bread")
    assert respond(host, session, "Soup", **sent) == first
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    assert [entry["content"] for entry in person["messages"]] == ["Soup", "Bread"]


def test_a_deleted_response_is_not_shown_again(host: Host) -> None:
    session = host.new_session()["id"]
    sent = {"Idempotency-Key": "k1"}
    respond(host, session, "Soup", **sent)
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    path = f"/sessions/{session}/participants/{person['participant_id']}"
    assert host.call("DELETE", path).status_code == 204
    answer = host.call("POST", f"/sessions/{session}/responses", {"content": "Soup"}, **sent)
    assert error_of(answer) == (404, "not_found", "This response was deleted")
    again = respond(host, session, "Anew")
    (wanted,) = asked("deletions")
    assert delete_data(wanted)
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    assert [entry["id"] for entry in person["messages"]] == [again["id"]]
