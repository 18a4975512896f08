"""Talking with the facilitator over REST."""

import json
from typing import Any
from unittest.mock import Mock

import pytest

from chalicelib.services.usage.budget import BudgetSpent, SessionBudgetSpent
from tests.api.hosts import Host, error_of
from tests.api.shapes import CHAT_RESPONSE, PARTICIPANT, assert_shape
from tests.clock import FakeClock
from tests.faults import Interviewer

UNAVAILABLE = (503, "internal_error", "The facilitator is unavailable; send the same message again")


@pytest.fixture
def session(host: Host) -> str:
    """A session without a form."""
    return str(host.new_session()["id"])


def people(host: Host, session: str) -> Any:
    return host.get(f"/sessions/{session}/responses")["data"]


def test_joining_gives_the_opening_message(host: Host, session: str) -> None:
    answer = host.join(session)
    assert answer.status_code == 200
    assert_shape(answer.json_body, CHAT_RESPONSE)
    assert answer.json_body["message"] == {"role": "assistant", "content": "Reply 1", "is_final": False}


def test_a_turn_gives_one_reply_in_the_same_thread(host: Host, session: str) -> None:
    thread = host.join(session).json_body["thread_id"]
    answer = host.say(session, "Soup")
    assert_shape(answer.json_body, CHAT_RESPONSE)
    assert answer.json_body["thread_id"] == thread
    assert answer.json_body["message"]["content"] == "Reply 2"


def test_the_first_words_of_an_unknown_participant_begin_a_thread(host: Host, session: str) -> None:
    answer = host.say(session, "Soup", "new")
    assert answer.status_code == 200
    (person,) = people(host, session)
    assert [(entry["role"], entry["content"]) for entry in person["messages"]] == [
        ("user", "Soup"),
        ("assistant", "Reply 1"),
    ]


def test_joining_twice_is_refused_and_changes_nothing(host: Host, session: str) -> None:
    host.join(session)
    again = (400, "validation_error", "participant_id has already joined this session")
    assert error_of(host.join(session)) == again
    host.say(session, "Soup", "p2")
    assert error_of(host.join(session, "p2")) == again
    assert host.get(f"/sessions/{session}")["participant_count"] == 2


def test_a_concluded_thread_is_answered_and_stays_final(host: Host, session: str, model: Interviewer) -> None:
    host.join(session)
    model.concludes = True
    final = host.say(session, "That is all").json_body
    model.concludes = False
    after = host.say(session, "One more thing").json_body
    assert [final["message"]["is_final"], after["message"]["is_final"]] == [True, True]
    (person,) = people(host, session)
    assert person["active"] is False
    assert host.get(f"/sessions/{session}")["completed_count"] == 1


def test_the_same_message_id_is_the_same_turn(host: Host, session: str, model: Interviewer) -> None:
    first = host.say(session, "Soup", message_id="m1")
    assert host.say(session, "Soup", message_id="m1").json_body == first.json_body
    assert host.say(session, "Other words, same id", message_id="m1").json_body == first.json_body
    assert model.count("turn") == 1
    assert people(host, session)[0]["message_count"] == 1


def test_the_same_message_id_is_the_same_turn_after_the_session_has_ended(
    host: Host, clock: FakeClock, model: Interviewer
) -> None:
    session = host.new_session(closes_at="2026-03-01T13:00:00Z")["id"]
    first = host.say(session, "Soup", message_id="m1")
    model.failing.add("turn")
    assert error_of(host.say(session, "Bread", message_id="m2")) == UNAVAILABLE
    model.failing.clear()
    clock.advance(3600)
    assert host.say(session, "Soup", message_id="m1").json_body == first.json_body
    ended = (400, "validation_error", "Session is not active")
    assert error_of(host.say(session, "Bread", message_id="m2")) == ended
    assert error_of(host.say(session, "Cake", message_id="m3")) == ended
    assert error_of(host.say(session, "Soup")) == ended
    assert error_of(host.say(session, "Soup", "p2", message_id="m1")) == ended


def test_the_same_words_without_an_id_are_a_new_turn_once_answered(host: Host, session: str) -> None:
    replies = [host.say(session, "Yes").json_body["message"]["content"] for _ in range(2)]
    assert replies == ["Reply 1", "Reply 2"]
    assert people(host, session)[0]["message_count"] == 2


def test_without_a_model_the_caller_is_told_to_send_again_and_nothing_is_lost(
    host: Host, session: str, model: Interviewer
) -> None:
    host.join(session)
    model.failing.add("turn")
    refused = host.say(session, "Soup")
    assert error_of(refused) == UNAVAILABLE
    assert int(refused.headers["Retry-After"]) >= 1
    model.failing.clear()
    assert host.say(session, "Soup").status_code == 200
    assert [entry["content"] for entry in people(host, session)[0]["messages"]] == ["Reply 1", "Soup", "Reply 3"]


def test_where_money_is_spent_it_is_said_whose_and_nothing_is_lost(
    host: Host, session: str, model: Interviewer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.join(session)
    for spent, until in ((BudgetSpent, "today"), (SessionBudgetSpent, "this session")):
        with monkeypatch.context() as patch:
            patch.setattr(model, "complete", Mock(side_effect=spent(clock.now())))
            told = f"The facilitator has reached its limit for {until}; what you wrote is kept"
            assert error_of(host.say(session, "Soup", message_id="m1")) == (503, "internal_error", told)
    assert host.say(session, "Soup", message_id="m1").status_code == 200


def test_joining_again_completes_what_a_failed_model_left(host: Host, session: str, model: Interviewer) -> None:
    model.failing.add("turn")
    assert error_of(host.join(session)) == UNAVAILABLE
    model.failing.clear()
    assert host.join(session).status_code == 200
    assert host.get(f"/sessions/{session}")["participant_count"] == 1


ASKED = [
    {"text": "Name"},
    {"text": "Mail", "type": "Email", "required": True},
    {"text": "Diet", "type": "Options", "options": ["vegan", "any"]},
]


def test_the_form_is_checked(host: Host, subtests: pytest.Subtests) -> None:
    session = host.new_session(questions=ASKED)["id"]
    name, mail, diet = (q["id"] for q in host.get(f"/sessions/{session}/questions")["data"])
    good = {"question_id": mail, "answer": "bo@example.com"}
    rows: tuple[tuple[list[dict[str, str]], str], ...] = (
        ([], "answers: “Mail” needs an answer"),
        ([{"question_id": name, "answer": "Bo"}], "answers: “Mail” needs an answer"),
        ([{"question_id": mail, "answer": "  "}], "answers: “Mail” needs an answer"),
        ([{"question_id": mail, "answer": "bo"}], "answers: “Mail” must be an e-mail address"),
        ([good, {"question_id": diet, "answer": "meat"}], "answers: “Diet” must be one of: “vegan”, “any”"),
        ([good, {"question_id": "x", "answer": "y"}], "answers: there is no question 'x' in this session"),
    )
    for answers, message in rows:
        with subtests.test(message):
            assert error_of(host.join(session, answers=answers)) == (400, "validation_error", message)
    assert people(host, session) == []


def test_answers_are_kept_with_the_text_of_their_questions(host: Host) -> None:
    session = host.new_session(questions=ASKED)["id"]
    name, mail, diet = (q["id"] for q in host.get(f"/sessions/{session}/questions")["data"])
    answers = [{"question_id": diet, "answer": "vegan"}, {"question_id": mail, "answer": "bo@example.com"}]
    answers.append({"question_id": name, "answer": ""})
    assert host.join(session, answers=answers).status_code == 200
    assert people(host, session)[0]["answers"] == [
        {"question_id": mail, "text": "Mail", "answer": "bo@example.com"},
        {"question_id": diet, "text": "Diet", "answer": "vegan"},
    ]


def test_responses_are_every_thread_with_its_messages_by_first_message(
    host: Host, session: str, clock: FakeClock
) -> None:
    host.join(session, "silent")
    for name in ("p3", "p1", "p2"):
        clock.advance(1)
        host.say(session, f"I am {name}", name)
    clock.advance(1)
    host.say(session, "More", "p3")
    data = people(host, session)
    assert_shape(data, [PARTICIPANT])
    assert [person["external_id"] for person in data] == ["p3", "p1", "p2", "silent"]
    assert [person["message_count"] for person in data] == [2, 1, 1, 0]
    first, last = data[0], data[3]
    assert first["first_message_at"] == "2026-03-01T12:00:06.123456Z"
    assert first["last_message_at"] == "2026-03-01T12:00:09.123456Z"
    assert (last["first_message_at"], last["last_message_at"]) == (None, None)
    assert {person["channel"] for person in data} == {"api"}
    assert [entry["role"] for entry in first["messages"]] == ["user", "assistant", "user", "assistant"]


def test_a_name_may_be_empty_and_is_nobodys_in_an_anonymous_session(host: Host, session: str) -> None:
    host.join(session, "p1", participant_name="")
    host.join(session, "p2", participant_name="Bo")
    assert {person["participant_name"] for person in people(host, session)} == {None, "Bo"}
    anonymous = host.new_session(anonymous=True)["id"]
    host.join(anonymous, "p1", participant_name="Bo")
    host.say(anonymous, "Hello", "p2", participant_name="Cy")
    assert {person["participant_name"] for person in people(host, anonymous)} == {None}


def test_a_host_prompt_guides_the_facilitator_and_a_blank_one_does_not(host: Host, model: Interviewer) -> None:
    host.join(host.new_session(prompt="Always ask about soup.")["id"])
    assert "Always ask about soup." in repr(model.requests[-1].system)
    host.join(host.new_session(prompt="  ")["id"])
    assert "Find out what people eat" in repr(model.requests[-1])


@pytest.mark.parametrize(("soup", "leaving"), [("s", 1), ("汤", 6), ("🥣", 12), ('"', 4)])
def test_an_answer_that_one_response_cannot_carry_is_refused_and_never_cut(
    host: Host, session: str, monkeypatch: pytest.MonkeyPatch, soup: str, leaving: int
) -> None:
    host.say(session, soup * 1_000)
    as_lambda_sends_it = len(json.dumps(host.call("GET", f"/sessions/{session}/responses").body.decode()))
    assert as_lambda_sends_it > 1_000 * leaving
    monkeypatch.setattr("chalicelib.operations.answer_size.ANSWER_BYTES", as_lambda_sends_it - 1)
    status, code, _ = error_of(host.call("GET", f"/sessions/{session}/responses"))
    assert (status, code) == (413, "payload_too_large")
    monkeypatch.setattr("chalicelib.operations.answer_size.ANSWER_BYTES", as_lambda_sends_it)
    assert people(host, session)[0]["messages"][0]["content"] == soup * 1_000


def test_all_answers_of_a_person_have_a_limit(host: Host) -> None:
    session = host.new_session(questions=[{"text": f"q{number}"} for number in range(21)])["id"]
    ids = [question["id"] for question in host.get(f"/sessions/{session}/questions")["data"]]
    answers = [{"question_id": identifier, "answer": "x" * 5_000} for identifier in ids]
    message = "answers must be at most 100,000 bytes together"
    assert error_of(host.join(session, answers=answers)) == (400, "validation_error", message)
    assert host.join(session, answers=answers[:20]).status_code == 200
    heavy = [{**answer, "answer": "🥣" * 1_250} for answer in answers[:20]]
    assert host.join(session, "p2", answers=heavy).status_code == 200


def test_answers_that_grow_when_stored_are_measured_as_stored(host: Host) -> None:
    questions = [{"text": f"Question {number}"} for number in range(20)]
    session = host.new_session(questions=questions)["id"]
    asked = host.call("GET", f"/sessions/{session}/questions").json_body["data"]
    grows = "x" + "\0" * 4_990 + "y"
    answers = [{"question_id": question["id"], "answer": grows} for question in asked]
    body = {"participant_id": "p", "participant_name": "", "answers": answers}
    refused = host.call("POST", f"/sessions/{session}/chat/questions", body)
    assert refused.status_code == 400
    message = "answers must be at most 350,000 bytes together, with control characters escaped"
    assert refused.json_body["error"]["message"] == message
