"""What a body must not be: for every field its type, its limits, and the sentence that names them."""

import json
from typing import Any

import pytest

from tests.api.hosts import Host, error_of

NO_OBJECT = "The request body must be a JSON object"
NO_JSON = "The request body is not valid JSON"
SESSION = {"topic": "Lunch", "goal": "Find out"}
CHAT = {"participant_id": "p1", "participant_name": "", "content": "Soup"}
JOIN: dict[str, Any] = {"participant_id": "p1", "participant_name": "", "answers": []}

BODIES: tuple[tuple[bytes, str], ...] = (
    (b"{", NO_JSON),
    (b'{"topic": "a", "goal": "b"', NO_JSON),
    (b'{"topic": "a", "goal": "b"} x', NO_JSON),
    (b"{'topic': 'a'}", NO_JSON),
    (b'{"topic": NaN, "goal": "b"}', NO_JSON),
    (b'{"topic": "\xff\xfe", "goal": "b"}', NO_JSON),
    (b'{"topic": "caf\xe9", "goal": "b"}', NO_JSON),
    (b'{"topic": "\xed\xa0\x80", "goal": "b"}', NO_JSON),
    (rb'{"topic": "\ud800", "goal": "b"}', NO_JSON),
    (rb'{"topic": "a\udc00b", "goal": "b"}', NO_JSON),
    (rb'{"topic": "a", "goal": "b", "unknown": "\ud83d"}', NO_JSON),
    ("﻿{}".encode("utf-16"), NO_JSON),
    (b'{"topic": "tab\tinside", "goal": "b"}', NO_JSON),
    (b"topic=a&goal=b", NO_JSON),
    (b"[" * 100_000, NO_JSON),
    *((b'{"topic": "a", "goal": "b", "x": ' + b"[" * n + b"]" * n + b"}", NO_JSON) for n in (600, 800, 950, 2_000)),
    (b'{"a":' * 20_000, NO_JSON),
    (b"[]", NO_OBJECT),
    (b'[{"topic": "a"}]', NO_OBJECT),
    (b"null", NO_OBJECT),
    (b"12", NO_OBJECT),
    (b'"topic"', NO_OBJECT),
    (b"true", NO_OBJECT),
    (b"", "topic is required"),
    (b" \n", "topic is required"),
    (b"{}", "topic is required"),
)

NO_LANGUAGE = "language 'klingon' is no language that is known here; give its code, like de or pt-BR"
NO_ZONE = "time_zone must be the IANA name of a time zone, like Europe/Berlin"
MANY = [{"text": "q"}] * 51
CREATE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"topic": None}, "topic is required"),
    ({"topic": ""}, "topic is required"),
    ({"topic": " \t\r\n　"}, "topic is required"),
    ({"topic": "\u2800"}, "topic is required"),
    ({"topic": "\u0000\u200b\u202e"}, "topic is required"),
    ({"topic": 3}, "topic must be a string"),
    ({"topic": True}, "topic must be a string"),
    ({"topic": ["a"]}, "topic must be a string"),
    ({"topic": {"a": 1}}, "topic must be a string"),
    ({"topic": "x" * 301}, "topic must be at most 300 characters"),
    ({"topic": "🥣" * 301}, "topic must be at most 300 characters"),
    ({"goal": None}, "goal is required"),
    ({"goal": "   "}, "goal is required"),
    ({"goal": "\u3164"}, "goal is required"),
    ({"goal": 1.5}, "goal must be a string"),
    ({"goal": "x" * 5_001}, "goal must be at most 5,000 characters"),
    ({"critical": 1}, "critical must be a string"),
    ({"critical": "x" * 5_001}, "critical must be at most 5,000 characters"),
    ({"context": []}, "context must be a string"),
    ({"context": "x" * 100_001}, "context must be at most 100,000 characters"),
    ({"context": "🥣" * 87_501}, "context must be at most 350,000 bytes of UTF-8"),
    ({"prompt": False}, "prompt must be a string"),
    ({"prompt": "x" * 100_001}, "prompt must be at most 100,000 characters"),
    ({"summary_prompt": "x" * 100_001}, "summary_prompt must be at most 100,000 characters"),
    ({"welcome_message": "x" * 5_001}, "welcome_message must be at most 5,000 characters"),
    ({"meta_description": 5}, "meta_description must be a string"),
    ({"language": 5}, "language must be a string"),
    ({"time_zone": 5}, "time_zone must be a string"),
    ({"time_zone": "Berlin"}, NO_ZONE),
    ({"language": "klingon"}, NO_LANGUAGE),
    ({"language": "und"}, NO_LANGUAGE.replace("klingon", "und")),
    ({"time_zone": "Europe"}, NO_ZONE),
    ({"time_zone": "+02:00"}, NO_ZONE),
    ({"time_zone": "../UTC"}, NO_ZONE),
    ({"time_zone": "Asia/東京"}, NO_ZONE),
    ({"cross_pollination": "yes"}, "cross_pollination must be true or false"),
    ({"cross_pollination": 1}, "cross_pollination must be true or false"),
    ({"widgets_enabled": "true"}, "widgets_enabled must be true or false"),
    ({"is_public": 0}, "is_public must be true or false"),
    ({"anonymous": "no"}, "anonymous must be true or false"),
    ({"results_visibility": "all"}, "results_visibility must be one of: host, participants, public"),
    ({"results_visibility": 1}, "results_visibility must be a string"),
    ({"duration_minutes": "10"}, "duration_minutes must be a whole number"),
    ({"duration_minutes": 9.5}, "duration_minutes must be a whole number"),
    ({"duration_minutes": True}, "duration_minutes must be a whole number"),
    ({"duration_minutes": 0}, "duration_minutes must be at least 1"),
    ({"duration_minutes": 241}, "duration_minutes must be at most 240"),
    ({"duration_minutes": 10**30}, "duration_minutes must be at most 240"),
    ({"max_participants": 0}, "max_participants must be at least 1"),
    ({"max_participants": -1}, "max_participants must be at least 1"),
    ({"closes_at": 5}, "closes_at must be a date and time (RFC 3339)"),
    ({"closes_at": "tomorrow"}, "closes_at must be a date and time (RFC 3339)"),
    ({"closes_at": "2026-02-30T00:00:00Z"}, "closes_at must be a date and time (RFC 3339)"),
    ({"closes_at": "2030-01-01T00:00:00"}, "closes_at must be a date and time (RFC 3339)"),
    ({"closes_at": "2026-03-01T12:00:05Z"}, "closes_at must be in the future"),
    ({"closes_at": "0001-01-01T00:00:00+14:00"}, "closes_at must be in the future"),
    ({"closes_at": "9999-12-31T23:59:59-14:00"}, "closes_at is too far away"),
    ({"questions": "Name?"}, "questions must be a list"),
    ({"questions": {"text": "Name?"}}, "questions must be a list"),
    ({"questions": ["Name?"]}, "questions[0] must be an object"),
    ({"questions": [None]}, "questions[0] must be an object"),
    ({"questions": [{}]}, "questions[0].text is required"),
    ({"questions": [{"text": "a"}, {"text": " "}]}, "questions[1].text is required"),
    ({"questions": [{"text": 5}]}, "questions[0].text must be a string"),
    ({"questions": [{"text": "x" * 1_001}]}, "questions[0].text must be at most 1,000 characters"),
    ({"questions": [{"text": "a", "type": "Date"}]}, "questions[0].type must be one of: Email, Options, Short field"),
    ({"questions": [{"text": "a", "required": "no"}]}, "questions[0].required must be true or false"),
    ({"questions": [{"text": "a", "options": "b"}]}, "questions[0].options must be a list"),
    ({"questions": [{"text": "a", "options": [1]}]}, "questions[0].options[0] must be a string"),
    ({"questions": [{"text": "a", "options": ["b", " "]}]}, "questions[0].options[1] is required"),
    ({"questions": [{"text": "a", "options": ["x" * 201]}]}, "questions[0].options[0] must be at most 200 characters"),
    ({"questions": [{"text": "a", "options": ["b"] * 51}]}, "questions[0].options must be at most 50 items long"),
    (
        {"questions": [{"text": "a", "type": "Options"}]},
        "questions[0].options is required for a question of type Options",
    ),
    ({"questions": MANY}, "questions must be at most 50 items long"),
    ({"distribution": [{"channel": "telegram"}]}, "distribution[0].group_id is required"),
    ({"distribution": [{"group_id": "-1", "channel": "pigeon"}]}, "distribution[0].channel must be one of: telegram"),
    ({"distribution": [{"group_id": -1}]}, "distribution[0].group_id must be a string"),
    ({"results_sections": ["recap"]}, "results_sections must be an object"),
    ({"results_sections": {"recap": "yes"}}, "results_sections.recap must be true or false"),
    ({"reminders": []}, "reminders must be an object"),
    ({"reminders": {"after_hours": [0]}}, "reminders.after_hours[0] must be at least 1"),
    ({"reminders": {"after_hours": ["1"]}}, "reminders.after_hours[0] must be a whole number"),
    ({"reminders": {"text": 1}}, "reminders.text must be a string"),
)

SAY: tuple[tuple[dict[str, Any], str], ...] = (
    ({"content": None}, "content is required"),
    ({"content": " \n"}, "content is required"),
    ({"content": "\u2063\ufe0f\u115f"}, "content is required"),
    ({"content": 4}, "content must be a string"),
    ({"content": "x" * 10_001}, "content must be at most 10,000 characters"),
    ({"participant_id": None}, "participant_id is required"),
    ({"participant_id": ""}, "participant_id is required"),
    ({"participant_id": " \t\n　"}, "participant_id is required"),
    ({"participant_id": 4}, "participant_id must be a string"),
    ({"participant_id": "x" * 201}, "participant_id must be at most 200 characters"),
    ({"participant_name": None}, "participant_name is required"),
    ({"participant_name": 4}, "participant_name must be a string"),
    ({"participant_name": "x" * 201}, "participant_name must be at most 200 characters"),
    ({"message_id": 4}, "message_id must be a string"),
    ({"message_id": "x" * 201}, "message_id must be at most 200 characters"),
)

ANSWERS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"participant_id": None}, "participant_id is required"),
    ({"participant_id": ""}, "participant_id is required"),
    ({"participant_id": " \t\n　"}, "participant_id is required"),
    ({"participant_name": None}, "participant_name is required"),
    ({"answers": None}, "answers is required"),
    ({"answers": {}}, "answers must be a list"),
    ({"answers": ["a"]}, "answers[0] must be an object"),
    ({"answers": [{"answer": "a"}]}, "answers[0].question_id is required"),
    ({"answers": [{"question_id": "q"}]}, "answers[0].answer is required"),
    ({"answers": [{"question_id": "q", "answer": 3}]}, "answers[0].answer must be a string or a list"),
    (
        {"answers": [{"question_id": "q", "answer": "x" * 5_001}]},
        "answers[0].answer must be at most 5,000 characters",
    ),
    ({"answers": [{"question_id": "q", "answer": "a"}] * 51}, "answers must be at most 50 items long"),
    ({"answers": [{"question_id": "q", "answer": "a"}] * 2}, "answers must have each question once"),
)


def test_a_byte_order_mark_in_front_is_passed_over(host: Host) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(SESSION).encode()
    assert host.call("POST", "/sessions", raw).status_code == 201
    assert host.call("POST", "/sessions", b"\xef\xbb\xbf" + raw).status_code == 400


def test_a_body_that_is_no_json_object_is_refused(host: Host, subtests: pytest.Subtests) -> None:
    for body, message in BODIES:
        with subtests.test(body[:60].decode("latin-1")):
            answer = host.call("POST", "/sessions", body)
            assert error_of(answer) == (400, "validation_error", message)


def test_each_field_of_a_session_is_checked(host: Host, subtests: pytest.Subtests) -> None:
    for fields, message in CREATE:
        with subtests.test(str(fields)[:80]):
            answer = host.call("POST", "/sessions", {**SESSION, **fields})
            assert error_of(answer) == (400, "validation_error", message)


def test_each_field_of_a_message_is_checked(host: Host, subtests: pytest.Subtests) -> None:
    session = host.new_session()["id"]
    for fields, message in SAY:
        with subtests.test(str(fields)[:80]):
            answer = host.call("POST", f"/sessions/{session}/chat", {**CHAT, **fields})
            assert error_of(answer) == (400, "validation_error", message)
    assert host.get(f"/sessions/{session}")["participant_count"] == 0


def test_each_field_of_joining_is_checked(host: Host, subtests: pytest.Subtests) -> None:
    session = host.new_session()["id"]
    for fields, message in ANSWERS:
        with subtests.test(str(fields)[:80]):
            answer = host.call("POST", f"/sessions/{session}/chat/questions", {**JOIN, **fields})
            assert error_of(answer) == (400, "validation_error", message)
    assert host.get(f"/sessions/{session}")["participant_count"] == 0


def test_what_points_nowhere_is_named(host: Host, subtests: pytest.Subtests) -> None:
    rows: tuple[tuple[dict[str, Any], str], ...] = (
        ({"template_id": "nope"}, "template_id 'nope' does not exist"),
        ({"project_id": "mine"}, "project_id 'mine' does not exist"),
        (
            {"distribution": [{"channel": "telegram", "group_id": "-100"}]},
            "distribution[0].group_id '-100' is not a group of yours",
        ),
    )
    for fields, message in rows:
        with subtests.test(message):
            answer = host.call("POST", "/sessions", {**SESSION, **fields})
            assert error_of(answer) == (400, "validation_error", message)


def test_a_bad_body_is_told_before_a_missing_or_closed_session(host: Host) -> None:
    stranger = host.new_session()["id"].replace("4", "5")
    for session in ("nonsense", stranger):
        answer = host.call("POST", f"/sessions/{session}/chat", {**CHAT, "content": ""})
        assert error_of(answer) == (400, "validation_error", "content is required")


def test_a_body_over_a_megabyte_is_too_large_and_one_below_is_not(host: Host) -> None:
    def body(size: int) -> bytes:
        empty = json.dumps({**SESSION, "note": ""}).encode()
        return json.dumps({**SESSION, "note": "x" * (size - len(empty))}).encode()

    assert len(body(1_000_000)) == 1_000_000
    too_large = host.call("POST", "/sessions", body(1_000_001))
    assert error_of(too_large) == (413, "payload_too_large", "The request body must be at most 1,000,000 bytes")
    assert host.call("POST", "/sessions", body(1_000_000)).status_code == 201


def test_what_nobody_asked_for_may_have_any_size(host: Host) -> None:
    long = "x" * 400_000
    question = {"text": "Dish", "note": long}
    session = host.new_session(note={"a": [long]}, questions=[question])["id"]
    assert host.call("PATCH", f"/sessions/{session}", {"topic": "Soup", "note": long}).status_code == 200
    assert host.say(session, "Soup", note=long).status_code == 200
    too_long = host.call("PATCH", f"/sessions/{session}", {"context": "🥣" * 87_501})
    assert error_of(too_long) == (400, "validation_error", "context must be at most 350,000 bytes of UTF-8")


def test_all_questions_together_have_a_limit(host: Host) -> None:
    question = {"text": "é" * 1_000, "options": ["ö" * 200] * 12}
    below = host.new_session(questions=[question] * 50)["id"]
    assert host.get(f"/sessions/{below}/questions")["data"][49]["options"] == question["options"]
    question["options"] = ["ö" * 200] * 14
    answer = host.call("POST", "/sessions", {**SESSION, "questions": [question] * 50})
    message = "questions must be at most 350,000 bytes together, with control characters escaped"
    assert error_of(answer) == (400, "validation_error", message)
    controls = [{"text": "a" + "\x01" * 998 + "b", "options": ["c" + "\x02" * 198 + "d"] * 6}] * 50
    assert error_of(host.call("POST", "/sessions", {**SESSION, "questions": controls}))[2] == message
    host.new_session(questions=controls[:20])


def test_texts_at_all_limits_at_once_are_stored_whole(host: Host) -> None:
    longest = {
        "topic": "🥣" * 300,
        "goal": "🥣" * 5_000,
        "critical": "🥣" * 5_000,
        "welcome_message": "🥣" * 5_000,
        "meta_description": "🥣" * 5_000,
        "summary_prompt": "🥣" * 87_500,
        "context": "🥣" * 40_000,
        "prompt": "x" * 100_000,
    }
    answer = host.call("POST", "/sessions", longest)
    assert answer.status_code == 201, answer.body[:200]
    session = host.get(f"/sessions/{answer.json_body['id']}")
    assert {key: session[key] for key in longest} == longest
