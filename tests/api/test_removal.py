"""Removing one person's data for good, and coming back as somebody new."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.llm.interface import Request
from chalicelib.store import database
from tests import events
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import asked, delete_data, parts, summarise
from tests.api.participants import SAID, brief, names, remove, summary
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer
from tests.stored_items import stored

NOT_FOUND = (404, "not_found", "Participant not found")


def test_a_removed_person_is_gone_at_once(host: Host, people: tuple[str, dict[str, str]]) -> None:
    session, ids = people
    remove(host, session, ids["p3"])
    assert names(host, session, "?include=all") == ["p1", "p2"]
    assert host.get(f"/sessions/{session}")["participant_count"] == 2
    assert (summary(host, session), brief(host, session)) == ((False, "updating"), 404)
    assert error_of(host.call("DELETE", f"/sessions/{session}/participants/{ids['p3']}")) == NOT_FOUND
    (wanted,) = asked("deletions")
    assert wanted == {"session_id": session, "thread_id": ids["p3"]}
    assert delete_data(wanted)
    assert not [part for part in parts(session) if ids["p3"] in part]
    assert summarise(session)
    assert summary(host, session) == (True, "current")
    assert "library" not in host.get(f"/sessions/{session}/summary")["summary"]


def test_removing_somebody_who_had_finished_takes_them_out_of_both_counts(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    stays = host.say(session, "Soup", "p1").json_body["thread_id"]
    model.concludes = True
    goes = host.say(session, "Bread", "p2").json_body["thread_id"]
    counts = host.get(f"/sessions/{session}")
    assert (counts["participant_count"], counts["completed_count"]) == (2, 1)
    remove(host, session, goes)
    counts = host.get(f"/sessions/{session}")
    assert (counts["participant_count"], counts["completed_count"], counts["usage"]["turns"]) == (1, 0, 2)
    remove(host, session, stays)
    assert host.get(f"/sessions/{session}")["participant_count"] == 0


@pytest.mark.parametrize("erased", [True, False], ids=["all erased", "messages left"])
@pytest.mark.parametrize("way", ["join", "say"])
def test_who_was_removed_comes_back_as_somebody_new(host: Host, clock: FakeClock, way: str, erased: bool) -> None:
    session = host.new_session()["id"]
    old = host.say(session, "My secret", "p1", message_id="m1").json_body["thread_id"]
    host.say(session, "Another secret", "p1")
    clock.advance(5)
    remove(host, session, old)
    (wanted,) = asked("deletions")
    if erased:
        assert delete_data(wanted)
    clock.advance(5)
    answer = host.join(session) if way == "join" else host.say(session, "Hello again", "p1", message_id="m1")
    assert answer.status_code == 200, answer.body
    assert answer.json_body["thread_id"] == old
    assert host.say(session, "Something else", "p1").status_code == 200
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    said = [entry["content"] for entry in person["messages"] if entry["role"] == "user"]
    assert said == (["Something else"] if way == "join" else ["Hello again", "Something else"])
    assert person["message_count"] == len(said)
    assert host.get(f"/sessions/{session}/responses?limit=5")["data"] == [person]
    assert host.get(f"/sessions/{session}")["participant_count"] == 1
    assert delete_data(wanted)
    assert host.get(f"/sessions/{session}/responses")["data"] == [person]
    assert not [part for part in parts(session) if part.startswith("erasure#")]
    assert len([part for part in parts(session) if part.startswith("message#")]) == len(person["messages"])


def test_the_model_is_shown_nothing_of_a_removed_conversation(host: Host, model: Interviewer, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    old = host.say(session, "My secret", "p1").json_body["thread_id"]
    remove(host, session, old)
    clock.advance(5)
    host.say(session, "Hello again", "p1")
    host.say(session, "And again", "p1")
    assert summarise(session)
    later = model.requests[1:]
    assert {"turn", "digest"} <= {request.task for request in later}
    assert "secret" not in repr(later)


def test_somebody_can_be_removed_again_and_again(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    wanted = []
    for number in range(3):
        remove(host, session, host.say(session, f"Round {number}", "p1").json_body["thread_id"])
        wanted += asked("deletions")
        clock.advance(5)
    assert len(wanted) == 3
    assert host.say(session, "Last", "p1").status_code == 200
    assert all(delete_data(message) for message in wanted)
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    assert [entry["content"] for entry in person["messages"]] == ["Last", "Reply 4"]
    assert [part for part in parts(session) if part.startswith("message#")] == [
        f"message#{person['participant_id']}#00000{number}" for number in (7, 8)
    ]


def test_a_turn_whose_thread_is_removed_meanwhile_leaves_nothing(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    old = host.say(session, "Soup", "p1").json_body["thread_id"]

    def interrupt(request: Request) -> None:
        model.before = lambda _: None
        remove(host, session, old)

    model.before = interrupt
    assert host.say(session, "More", "p1").status_code in (404, 409)
    (wanted,) = asked("deletions")
    assert delete_data(wanted)
    assert parts(session) == []
    assert host.get(f"/sessions/{session}")["participant_count"] == 0


def test_a_digest_of_a_removed_thread_is_not_kept(host: Host, model: Interviewer, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    old = host.say(session, SAID["p3"], "p1").json_body["thread_id"]

    def interrupt(request: Request) -> None:
        if request.task == "digest":
            model.before = lambda _: None
            remove(host, session, old)
            clock.advance(5)
            host.say(session, SAID["p1"], "p1")

    model.before = interrupt
    assert not summarise(session)  # its message comes back
    assert container.conversations().digests(session) == []
    assert summarise(session)
    assert "library" not in host.get(f"/sessions/{session}/summary")["summary"]


def test_the_sweep_finds_a_removal_whose_message_was_lost(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    old = host.say(session, "Soup").json_body["thread_id"]
    remove(host, session, old)
    asked("deletions")
    clock.advance(3600)
    app.sweep(events.clock_event(), Context())
    assert asked("deletions") == [{"session_id": session, "thread_id": old}]


def test_a_removal_without_time_goes_on_in_another_run(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session()["id"]
    old = host.say(session, "Soup").json_body["thread_id"]
    remove(host, session, old)
    (wanted,) = asked("deletions")
    monkeypatch.setattr("chalicelib.services.participants.decisions.ERASE_SECONDS", 0.0)
    assert delete_data(wanted)
    assert asked("deletions") == [wanted]
    assert [part for part in parts(session) if part.startswith("message#")]
    monkeypatch.undo()


def test_an_account_that_was_removed_has_the_session_in_its_list_no_more(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    bo = new_host("bo@example.com")
    threads = [bo.say(session, "Hello", name).json_body["thread_id"] for name in ("p1", "p2")]
    assert [found["id"] for found in bo.get("/sessions")["data"]] == [session]
    remove(host, session, threads[0])
    assert [found["id"] for found in bo.get("/sessions")["data"]] == [session]
    remove(host, session, threads[1])
    assert bo.get("/sessions")["data"] == []
    assert [found["id"] for found in host.get("/sessions")["data"]] == [session]
    assert bo.say(session, "Hello again", "p1").status_code == 200
    assert [found["id"] for found in bo.get("/sessions")["data"]] == [session]


def test_an_account_that_joins_while_its_only_thread_is_removed_keeps_the_session_in_its_list(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(is_public=True)["id"]
    bo = new_host("bo@example.com")
    thread = bo.say(session, "Hello", "p1").json_body["thread_id"]
    before_next(monkeypatch, "TransactWriteItems", lambda: bo.say(session, "Hello", "p2"))
    remove(host, session, thread)
    assert names(host, session) == ["p2"]
    assert [found["id"] for found in bo.get("/sessions")["data"]] == [session]


def test_an_account_whose_two_threads_are_removed_at_once_has_the_session_in_its_list_no_more(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(is_public=True)["id"]
    bo = new_host("bo@example.com")
    first, second = (bo.say(session, "Hello", name).json_body["thread_id"] for name in ("p1", "p2"))
    before_next(monkeypatch, "TransactWriteItems", lambda: remove(host, session, second))
    remove(host, session, first)
    assert names(host, session) == []
    assert bo.get("/sessions")["data"] == []


def test_a_request_that_is_kept_for_its_repetition_has_no_word_of_who_is_removed(host: Host) -> None:
    session = host.new_session()["id"]
    said = {
        "participant_id": "canary-id",
        "participant_name": "Canary",
        "content": "The canary sings",
        "message_id": "canary-1",
    }
    path, again = f"/sessions/{session}/chat", {"Idempotency-Key": "canary-key"}
    thread = host.call("POST", path, said, **again).json_body["thread_id"]
    refused = host.call("POST", path, {**said, "content": ["canary"]}, **{"Idempotency-Key": "canary-2"})
    assert refused.status_code == 400
    remove(host, session, thread)
    (wanted,) = asked("deletions")
    assert delete_data(wanted)
    assert "canary" not in json.dumps([raw for _, raw in stored()]).lower()
    assert "sings" not in str(host.call("POST", path, said, **again).body)


def before_next(monkeypatch: pytest.MonkeyPatch, operation: str, action: Callable[[], object]) -> None:
    """Have something happen just before the next request of this kind reaches the database."""
    client: Any = database.connection().client
    call, waiting = client._make_api_call, [action]

    def interrupted(name: str, arguments: dict[str, Any]) -> Any:
        if name == operation and waiting:
            waiting.pop()()
        return call(name, arguments)

    monkeypatch.setattr(client, "_make_api_call", interrupted)
