"""`Idempotency-Key`: sent again, a POST is done once and answered as before."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import boto3
import pytest

from chalicelib import container
from chalicelib.services.accounts.keys import mint_key
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import asked, delete_data
from tests.clock import FakeClock
from tests.faults import Died, Fault, Interviewer, death, tap

BODY = {"topic": "Lunch", "goal": "Find out what people eat"}
OTHER_BODY = "This Idempotency-Key was used for a request with another body in the last 24 hours"
RUNNING = "A request with this Idempotency-Key is still running; send it again in a moment"


def create(host: Host, key: str = "k1", **fields: Any) -> Any:
    """POST /sessions with a key."""
    return host.call("POST", "/sessions", {**BODY, **fields}, **{"Idempotency-Key": key})


def sessions_of(host: Host) -> int:
    """How many sessions there are to see."""
    return int(host.get("/sessions")["pagination"]["total"])


def say(host: Host, session: str, content: str = "Soup", key: str = "k1", **fields: Any) -> Any:
    """One turn with a key."""
    body = {"participant_id": "p1", "participant_name": "Bo", "content": content, **fields}
    return host.call("POST", f"/sessions/{session}/chat", body, **{"Idempotency-Key": key})


def join(host: Host, session: str, key: str = "k1", **fields: Any) -> Any:
    """Join with a key."""
    body = {"participant_id": "p1", "participant_name": "Bo", "answers": [], **fields}
    return host.call("POST", f"/sessions/{session}/chat/questions", body, **{"Idempotency-Key": key})


def speakers(session: str) -> list[str]:
    """Who spoke in the session's one thread, in order."""
    (thread,) = container.conversations().heads(session)
    return [message.role for message in container.conversations().messages(thread)]


def kept() -> str:
    """All that the guards keep."""
    dynamodb: Any = boto3.client("dynamodb")
    return json.dumps(dynamodb.scan(TableName="guards")["Items"], ensure_ascii=False)


def test_the_same_key_and_body_give_the_first_answer_again(host: Host) -> None:
    first, second = create(host), create(host)
    assert first.status_code == second.status_code == 201
    assert first.json_body == second.json_body
    assert sessions_of(host) == 1


def test_a_body_is_the_same_in_another_order_and_spacing(host: Host) -> None:
    again = json.dumps(dict(reversed(BODY.items())), indent=3).encode()
    first, second = create(host), host.call("POST", "/sessions", again, **{"Idempotency-Key": "k1"})
    assert second.status_code == 201
    assert first.json_body["id"] == second.json_body["id"]


def test_another_body_is_unprocessable(host: Host) -> None:
    create(host)
    assert error_of(create(host, topic="Dinner")) == (422, "unprocessable", OTHER_BODY)
    assert sessions_of(host) == 1


def test_another_key_another_caller_and_no_key_are_other_requests(host: Host) -> None:
    other = new_host("bo@example.com")
    ids = {answer.json_body["id"] for answer in (create(host), create(host, "k2"), create(other))}
    assert len(ids | {host.new_session(**BODY)["id"] for _ in range(2)}) == 5


def test_a_key_belongs_to_one_endpoint_and_one_session(host: Host) -> None:
    first, second = create(host, "k1").json_body["id"], create(host, "k2").json_body["id"]
    assert say(host, first).status_code == say(host, second).status_code == 200
    assert host.get(f"/sessions/{first}")["usage"]["turns"] == host.get(f"/sessions/{second}")["usage"]["turns"] == 1


def test_another_key_of_the_same_user_sees_the_same_request(host: Host) -> None:
    key, _ = mint_key(host.user_id, None, rate=100, accounts=container.accounts(), now=container.clock().now())
    assert create(host).json_body["id"] == create(replace(host, key=key)).json_body["id"]


def test_after_24_hours_a_key_is_new(host: Host, clock: FakeClock) -> None:
    first = create(host).json_body["id"]
    clock.advance(24 * 3600 - 1)
    assert create(host).json_body["id"] == first
    clock.advance(1)
    dinner = create(host, topic="Dinner")
    assert (dinner.status_code, dinner.json_body["topic"]) == (201, "Dinner")
    assert dinner.json_body["id"] != first
    assert create(host, topic="Dinner").json_body == dinner.json_body


def test_a_day_after_it_was_said_the_same_is_said_again(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    assert say(host, session).status_code == 200
    clock.advance(24 * 3600)
    assert say(host, session).status_code == 200
    assert speakers(session) == ["user", "assistant"] * 2


def test_keys_are_1_to_255_visible_characters(host: Host, subtests: pytest.Subtests) -> None:
    message = "Idempotency-Key must be 1 to 255 visible ASCII characters"
    for key in ("", " ", "a b", "x" * 256, "é", "a\tb", "a, b"):
        with subtests.test(repr(key)):
            assert error_of(create(host, key)) == (400, "validation_error", message)
    assert create(host, "x" * 255).status_code == 201
    assert create(host, "!~").status_code == 201


def test_a_request_that_is_running_is_a_conflict(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    inside: list[Any] = []

    def meanwhile(_: object) -> None:
        if not inside:
            inside.append(None)
            inside[0] = say(host, session)

    model.before = meanwhile
    outer = say(host, session)
    assert outer.status_code == 200
    assert error_of(inside[0]) == (409, "conflict", RUNNING)
    assert inside[0].headers["Retry-After"] == "2"
    assert say(host, session).json_body == outer.json_body


def test_a_turn_is_given_again_without_the_model(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    first = say(host, session)
    turns = model.count("turn")
    assert say(host, session).json_body == first.json_body
    assert model.count("turn") == turns
    assert error_of(say(host, session, "Salad"))[0] == 422


def test_a_turn_is_given_again_after_the_session_has_closed(host: Host, clock: FakeClock) -> None:
    session = host.new_session(closes_at="2026-03-01T13:00:00Z")["id"]
    first = say(host, session)
    clock.advance(3600)
    assert error_of(say(host, session, key="k2"))[2] == "Session is not active"
    assert say(host, session).json_body == first.json_body


def test_joining_is_given_again(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    first, second = join(host, session), join(host, session)
    assert first.status_code == second.status_code == 200
    assert first.json_body == second.json_body
    assert error_of(join(host, session, "k2"))[2] == "participant_id has already joined this session"
    assert model.count("turn") == 1


def test_a_final_refusal_is_given_again(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    host.join(session)
    refused = join(host, session)
    assert error_of(refused) == (400, "validation_error", "participant_id has already joined this session")
    assert error_of(join(host, session)) == error_of(refused)
    stranger = new_host("bo@example.com")
    forbidden = say(stranger, session)
    container.sessions().add_member(session, stranger.user_id, "editor")
    assert (
        error_of(say(stranger, session))
        == error_of(forbidden)
        == (403, "forbidden", "You don't have access to this session")
    )


def test_a_refusal_that_quotes_is_kept_without_its_words(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Secret dish", "required": True}])["id"]
    assert error_of(join(host, session))[2] == "answers: “Secret dish” needs an answer"
    assert error_of(join(host, session)) == (400, "validation_error", "answers: … needs an answer")
    assert "Secret" not in kept()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"template_id": "Secret"}, "template_id … does not exist"),
        ({"template_id": "“Secret”, isn't \"Secret\" it’s 'Secret'"}, "template_id … does not exist"),
        (
            {"distribution": [{"channel": "telegram", "group_id": "Secret' or 'Secret"}]},
            "distribution[0].group_id … is not a group of yours",
        ),
    ],
)
def test_a_refusal_that_quotes_still_names_the_field(host: Host, fields: Any, message: str) -> None:
    refused = error_of(create(host, **fields))
    assert "Secret" in refused[2]
    assert error_of(create(host, **fields)) == (400, "validation_error", message)
    assert "Secret" not in kept()


def test_a_refusal_that_names_the_options_is_kept_without_them(host: Host) -> None:
    asked = {"text": "Secret dish", "type": "Options", "options": ["Secret soup", 'it\'s "Secret" bread']}
    session = host.new_session(questions=[asked])["id"]
    (question,) = host.get(f"/sessions/{session}/questions")["data"]
    answers = [{"question_id": question["id"], "answer": "Secret cake"}]
    assert "Secret bread" not in error_of(join(host, session, answers=answers))[2]
    assert error_of(join(host, session, answers=answers)) == (400, "validation_error", "answers: …")
    assert "Secret" not in kept()


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{", 400, "The request body is not valid JSON"),
        (b'{"topic": "\xff"}', 400, "The request body is not valid JSON"),
        (b"[]", 400, "The request body must be a JSON object"),
        (b'{"goal": "g"}', 400, "topic is required"),
        (b" " * 1_000_001, 413, "The request body must be at most 1,000,000 bytes"),
    ],
)
def test_a_body_that_is_refused_is_refused_again_as_any_other_request(
    host: Host, body: bytes, status: int, message: str
) -> None:
    for _ in range(2):
        refused = host.call("POST", "/sessions", body, **{"Idempotency-Key": "k1"})
        assert (refused.status_code, error_of(refused)[2]) == (status, message)
    assert error_of(create(host)) == (422, "unprocessable", OTHER_BODY)
    assert create(host, "k2").status_code == 201


def test_a_failure_of_ours_is_never_given_again(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    model.failing.add("turn")
    assert say(host, session).status_code == 503
    model.failing.clear()
    done = say(host, session)
    assert done.status_code == 200
    assert say(host, session).json_body == done.json_body
    assert speakers(session) == ["user", "assistant"]


def test_a_refusal_that_passes_is_not_kept(host: Host, clock: FakeClock) -> None:
    hurried = new_host("bo@example.com", rate=1)
    assert create(hurried).status_code == 201
    assert create(hurried, "k2").status_code == 429
    clock.advance(60)
    assert create(hurried, "k2").status_code == 201


def test_what_was_deleted_does_not_live_on(host: Host) -> None:
    session = create(host, topic="Confidential matters").json_body["id"]
    said = say(host, session, "Something private", "k2")
    assert said.status_code == 200
    for word in ("Confidential", "private", said.json_body["message"]["content"], "k1", "k2"):
        assert word not in kept()
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    assert create(host, topic="Confidential matters").status_code == 404
    assert say(host, session, "Something private", "k2").status_code == 404


@pytest.mark.parametrize("removed", [False, True], ids=["parts left", "all removed"])
def test_a_session_deleted_before_its_creation_was_acknowledged_is_not_made_again(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, removed: bool
) -> None:
    container.deployment_secret()
    wire = tap(monkeypatch)
    with wire.broken(Fault("dies before", death), 5), suppress(Died):  # key, claim, account and creation are done
        create(host)
    assert wire.fired
    (session,) = host.get("/sessions")["data"]
    assert host.call("DELETE", f"/sessions/{session['id']}").status_code == 204
    (wanted,) = asked("deletions")
    if removed:
        assert delete_data(wanted)
    clock.advance(31)
    for _ in range(2):
        assert error_of(create(host)) == (404, "not_found", "This session was deleted")
    clock.advance(24 * 3600)
    anew = create(host)
    assert anew.status_code == 201
    assert delete_data(wanted)
    assert host.get(f"/sessions/{anew.json_body['id']}")["topic"] == BODY["topic"]


@pytest.mark.parametrize("erased", [False, True], ids=["messages left", "all erased"])
def test_a_removed_person_s_turn_is_not_given_again(host: Host, erased: bool) -> None:
    session = host.new_session()["id"]
    first = say(host, session).json_body
    assert host.call("DELETE", f"/sessions/{session}/participants/{first['thread_id']}").status_code == 204
    (wanted,) = asked("deletions")
    if erased:
        assert delete_data(wanted)
    assert say(host, session).status_code == 404
    assert say(host, session, "A new topic", "k9").status_code == 200
    assert say(host, session).status_code == 404


def test_a_removed_response_is_not_given_again(host: Host) -> None:
    session, sent = host.new_session()["id"], {"Idempotency-Key": "k1"}
    path = f"/sessions/{session}/responses"
    assert host.call("POST", path, {"content": "Soup"}, **sent).status_code == 201
    (person,) = host.get(path)["data"]
    assert host.call("DELETE", f"/sessions/{session}/participants/{person['participant_id']}").status_code == 204
    assert host.call("POST", path, {"content": "Anew"}).status_code == 201
    assert host.call("POST", path, {"content": "Soup"}, **sent).status_code == 404


def test_who_lost_access_gets_no_answer_again(host: Host) -> None:
    session = host.new_session()["id"]
    guest = host.invite(session, "editor")
    assert say(guest, session).status_code == 200
    container.sessions().add_member(session, guest.user_id, "viewer")
    assert say(guest, session).status_code == 403
