"""Creating a session, and everything about it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.api.hosts import Host, error_of
from tests.api.shapes import QUESTION, SESSION, SESSION_CREATED, SUMMARY, assert_shape
from tests.clock import FakeClock

FULL: dict[str, Any] = {
    "topic": "Canteen",
    "goal": "Plan the menu",
    "critical": "Allergies",
    "context": "Two hundred people, one kitchen.",
    "private_context": "The cook leaves in May.",
    "prompt": "Ask about soup.",
    "questions": [
        {"text": "Team", "long": True},
        {"text": "Town", "role": "other", "required": True},
        {"text": "Diet", "type": "Options", "options": ["vegan", "any"], "multiple": True},
    ],
    "cross_pollination": True,
    "widgets_enabled": True,
    "results_visibility": "participants",
    "results_sections": {
        "summary": False,
        "recap": True,
        "responses": False,
        "insights": True,
        "similarity": False,
        "ask": False,
    },
    "shared_network": True,
    "is_public": True,
    "access": "invited",
    "summary_prompt": "Be short.",
    "platform_guidelines_override": "Be warm.",
    "intro_video_url": "https://video.example.com/1",
    "welcome_message": "Welcome!",
    "meta_description": "A canteen asks.",
    "language": "de",
    "time_zone": "Europe/Berlin",
    "duration_minutes": 5,
    "closes_at": "2026-03-02T12:00:00Z",
    "retention_days": 90,
    "anonymous": True,
    "max_participants": 40,
    "reminders": {"enabled": True, "after_hours": [24, 72], "text": "Still there?"},
    "branding": {"host_name": "The canteen", "logo": None, "accent": "#b4451f", "why": "It decides the menu."},
}

DEFAULTS: dict[str, Any] = {
    "status": "active",
    "participant_count": 0,
    "critical": None,
    "context": None,
    "private_context": None,
    "prompt": None,
    "summary": None,
    "session_md": None,
    "questions": [],
    "cross_pollination": False,
    "widgets_enabled": False,
    "results_visibility": "host",
    "results_sections": {
        "summary": True,
        "recap": False,
        "responses": False,
        "insights": False,
        "similarity": False,
        "ask": False,
    },
    "shared_network": False,
    "is_public": False,
    "access": "link",
    "distribution": [],
    "prompt_status": "writing",
    "summary_prompt": None,
    "summary_status": "none",
    "template_id": None,
    "platform_guidelines_override": None,
    "intro_video_url": None,
    "welcome_message": None,
    "meta_description": None,
    "prompt_summary": None,
    "prompt_generated_from": None,
    "language": None,
    "time_zone": "UTC",
    "duration_minutes": 10,
    "opens_at": None,
    "closes_at": None,
    "retention_days": None,
    "anonymous": False,
    "max_participants": 500,
    "completed_count": 0,
    "reminders": {"enabled": False, "after_hours": [], "text": None},
    "usage": {"turns": 0, "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0},
    "cost": {"estimated": 0.0, "spent": 0.0},  # without a language model
    "branding": None,
}


def test_a_new_session_is_answered_with_its_list_item_and_where_to_join(host: Host, clock: FakeClock) -> None:
    answer = host.call("POST", "/sessions", {"topic": "  Lunch \n", "goal": "\tFind out "})
    assert answer.status_code == 201
    created = answer.json_body
    assert_shape(created, SESSION_CREATED)
    assert (created["topic"], created["goal"]) == ("Lunch", "Find out")
    assert (created["status"], created["participant_count"]) == ("active", 0)
    assert created["created_at"] == created["updated_at"] == "2026-03-01T12:00:05.123456Z"
    assert created["join_url"] == f"http://127.0.0.1:8000/chat?s={created['id']}"


def test_a_session_of_two_fields_has_the_contracts_defaults(host: Host) -> None:
    created = host.new_session()
    session = host.get(f"/sessions/{created['id']}")
    assert_shape(session, SESSION)
    assert {key: session[key] for key in DEFAULTS} == DEFAULTS
    assert {key: session[key] for key in created} == created
    assert session["results_url"].startswith(f"http://127.0.0.1:8000/results?s={created['id']}&k=")


def test_every_settable_field_comes_back_as_it_was_sent(host: Host) -> None:
    session = host.get(f"/sessions/{host.new_session(**FULL)['id']}")
    assert_shape(session, SESSION)
    plain = {key: value for key, value in FULL.items() if key not in ("questions", "closes_at")}
    assert {key: session[key] for key in plain} == plain
    assert session["closes_at"] == "2026-03-02T12:00:00.000000Z"
    assert session["prompt_status"] == "host"


def test_questions_come_back_in_order_with_defaults_filled_in(host: Host) -> None:
    session = host.new_session(questions=FULL["questions"])
    listed = host.get(f"/sessions/{session['id']}/questions")
    assert list(listed) == ["data"]
    assert_shape(listed["data"], [QUESTION])
    plain = {"type": "Short field", "required": False, "options": [], "role": "other", "multiple": False, "long": False}
    assert [{key: value for key, value in question.items() if key != "id"} for question in listed["data"]] == [
        {**plain, "position": position, **asked} for position, asked in enumerate(FULL["questions"])
    ]
    assert host.get(f"/sessions/{session['id']}")["questions"] == listed["data"]


def test_a_session_without_questions_lists_none(host: Host) -> None:
    choices: tuple[dict[str, Any], ...] = ({}, {"questions": []}, {"questions": None})
    for fields in choices:
        session = host.new_session(**fields)
        assert host.get(f"/sessions/{session['id']}/questions") == {"data": []}


def test_null_counts_as_absent_for_every_optional_field(host: Host) -> None:
    telling = {"topic", "goal", "max_participants"}
    nothing = dict.fromkeys(set(FULL) - telling | {"template_id", "project_id", "distribution"})
    session = host.get(f"/sessions/{host.new_session(**nothing)['id']}")
    assert {key: session[key] for key in DEFAULTS} == DEFAULTS


def test_a_blank_optional_text_is_none(host: Host) -> None:
    blank = dict.fromkeys(
        ("critical", "context", "prompt", "summary_prompt", "welcome_message", "meta_description", "language"), " \n "
    )
    session = host.get(f"/sessions/{host.new_session(**blank)['id']}")
    assert {key: session[key] for key in blank} == dict.fromkeys(blank)
    assert session["prompt_status"] == "writing"


def test_unknown_fields_are_ignored(host: Host) -> None:
    created = host.new_session(colour="green", id="mine", status="completed", usage=3)
    assert_shape(created, SESSION_CREATED)
    assert created["status"] == "active"


def test_any_content_type_is_read_as_json(host: Host, subtests: pytest.Subtests) -> None:
    for name in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "image/png",
        "?",
    ):
        with subtests.test(name):
            answer = host.call("POST", "/sessions", b'{"topic": "a", "goal": "b"}', **{"Content-Type": name})
            assert answer.status_code == 201


def test_a_time_with_another_offset_is_the_same_moment_in_utc(host: Host) -> None:
    session = host.new_session(closes_at="2026-03-01T20:00:00.5+02:00")
    assert host.get(f"/sessions/{session['id']}")["closes_at"] == "2026-03-01T18:00:00.500000Z"


def test_past_its_closing_time_a_session_is_completed_for_everybody(host: Host, clock: FakeClock) -> None:
    closes = (clock.now() + timedelta(minutes=1)).isoformat()
    session = host.new_session(closes_at=closes)["id"]
    assert host.join(session).status_code == 200
    clock.advance(60)
    assert host.get(f"/sessions/{session}")["status"] == "completed"
    refused = (400, "validation_error", "Session is not active")
    assert error_of(host.join(session, "p2")) == refused
    assert error_of(host.say(session, "Too late?")) == refused


def test_joins_and_messages_do_not_move_updated_at(host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    clock.advance(30)
    host.join(session["id"])
    host.say(session["id"], "Soup")
    assert host.get(f"/sessions/{session['id']}")["updated_at"] == session["updated_at"]


def test_a_session_counts_participants_completions_and_tokens_exactly(host: Host, model: Any) -> None:
    session = host.new_session()["id"]
    for name in ("p1", "p2", "p3"):
        host.join(session, name)
    model.concludes = True
    host.say(session, "That is all", "p2")
    host.say(session, "One more thing", "p2")
    seen = host.get(f"/sessions/{session}")
    assert (seen["participant_count"], seen["completed_count"]) == (3, 1)
    assert seen["usage"] == {"turns": 5, "input_tokens": 50, "cached_tokens": 100, "output_tokens": 15}


def test_before_any_summary_there_is_none_and_no_brief(host: Host) -> None:
    session = host.new_session()["id"]
    summary = host.get(f"/sessions/{session}/summary")
    assert_shape(summary, SUMMARY)
    lists: dict[str, Any] = {"themes": [], "quotes": [], "proposals": [], "withheld_messages": 0}
    nothing = {"summary": None, "generated_at": None, "status": "none", **lists}
    assert summary == {"session_id": session, **nothing}
    status, code, _ = error_of(host.call("GET", f"/sessions/{session}/session-md"))
    assert (status, code) == (404, "not_found")


def test_an_id_in_capitals_is_the_same_id(host: Host) -> None:
    session = host.new_session()["id"]
    assert host.get(f"/sessions/{session.upper()}")["id"] == session


def test_an_unknown_id_and_no_id_at_all_are_not_found(host: Host, subtests: pytest.Subtests) -> None:
    ids = ("00000000-0000-4000-8000-000000000000", "nonsense", "1", "%20", "..", "é", "0" * 32, "0" * 3_000)
    bodies = {
        "chat": {"participant_id": "p", "participant_name": "", "content": "Hi"},
        "chat/questions": {"participant_id": "p", "participant_name": "", "answers": []},
    }
    paths = ("", "/questions", "/responses", "/summary", "/session-md")
    for session in ids:
        calls = [host.call("GET", f"/sessions/{session}{path}") for path in paths]
        calls += [host.call("POST", f"/sessions/{session}/{path}", body) for path, body in bodies.items()]
        with subtests.test(session[:40]):
            assert {error_of(answer) for answer in calls} == {(404, "not_found", "Session not found")}


def test_every_response_may_be_read_from_any_origin_and_is_nobody_elses_to_keep(host: Host) -> None:
    session = host.new_session()["id"]
    answers = [host.call("GET", path) for path in ("/templates", f"/sessions/{session}", "/sessions/x")]
    answers.append(host.call("GET", "/me", Authorization=""))
    assert [it.headers["Cache-Control"] for it in answers] == [*["private, no-cache"] * 2, *["no-store"] * 2]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "X-Request-Id" in answer.headers


def test_ids_are_new_for_every_session_and_question(host: Host) -> None:
    made = [host.new_session(questions=[{"text": "Name"}])["id"] for _ in range(3)]
    asked = [host.get(f"/sessions/{session}/questions")["data"][0]["id"] for session in made]
    assert len({*made, *asked}) == 6
    assert all(re.fullmatch(r"[0-9a-f-]{36}", identifier) for identifier in asked)
