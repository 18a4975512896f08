"""Editing a session: what PATCH changes, what it leaves alone, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib import container
from tests import events
from tests.api.edits import overtake, patch, refused
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import summarise
from tests.api.test_sessions import DEFAULTS, FULL
from tests.clock import FakeClock
from tests.events import Context
from tests.example_tables import each_row

UNKNOWN = "00000000-0000-4000-8000-000000000000"
ALLOWED = {
    "topic", "goal", "context", "critical", "prompt", "project_id", "status",
    "prompt_summary", "prompt_generated_from", "platform_guidelines_override", "intro_video_url",
    "template_id", "questions", "cross_pollination", "widgets_enabled", "results_visibility", "is_public", "shared_network", "access",
    "results_sections",
    "summary_prompt", "welcome_message", "meta_description", "language", "time_zone", "duration_minutes", "closes_at",
    "anonymous", "max_participants", "reminders", "distribution", "branding",
}  # fmt: skip


def test_one_field_changes_and_everything_else_stays(host: Host, subtests: pytest.Subtests) -> None:
    session = host.new_session(**{**FULL, "topic": "Before"})["id"]
    others: dict[str, Any] = {
        "topic": "After",
        "goal": "Another goal",
        "critical": "Costs",
        "context": "Three hundred people.",
        "prompt": "Ask about bread.",
        "cross_pollination": False,
        "widgets_enabled": False,
        "results_visibility": "public",
        "results_sections": {
            "summary": True,
            "recap": False,
            "responses": True,
            "insights": False,
            "similarity": False,
            "ask": False,
        },
        "shared_network": False,
        "is_public": False,
        "access": "link",
        "summary_prompt": "Be long.",
        "welcome_message": "Hello!",
        "meta_description": "The canteen asks again.",
        "language": "fr",
        "time_zone": "Europe/Paris",
        "duration_minutes": 30,
        "closes_at": "2026-03-05T12:00:00.000000Z",
        "anonymous": False,
        "max_participants": 5,
        "reminders": {"enabled": False, "after_hours": [1], "text": None},
        "branding": {"host_name": "Us", "logo": None, "accent": "#0000ff", "why": "It is ours."},
    }
    for name, value in others.items():
        with subtests.test(name):
            before = host.get(f"/sessions/{session}")
            after = patch(host, session, **{name: value})
            assert after[name] == value
            assert after["updated_at"] > before["updated_at"]
            differing = {key for key in after if after[key] != before[key]}
            assert differing == {name, "updated_at"}


def test_null_clears_what_is_optional_and_gives_settings_their_default_back(host: Host) -> None:
    session = host.new_session(**FULL)["id"]
    kept = ("id", "topic", "goal", "project_id", "template_id")
    after = patch(host, session, **{name: None for name in FULL if name not in kept})
    assert {key: after[key] for key in DEFAULTS} == DEFAULTS | {"max_participants": None}
    assert host.get(f"/sessions/{session}/questions") == {"data": []}


def test_an_empty_text_clears_as_null_does(host: Host) -> None:
    session = host.new_session(**FULL)["id"]
    names = ("critical", "context", "summary_prompt", "welcome_message", "meta_description", "language")
    after = patch(host, session, **dict.fromkeys(names, " \n"))
    assert [after[name] for name in names] == [None] * len(names)


def test_texts_are_trimmed_and_otherwise_kept_as_sent(host: Host) -> None:
    session = host.new_session()["id"]
    after = patch(host, session, topic="  Cafe\u0301 ☕\t", goal="\nمرحبا\u0000 بكم ", context=" 食堂 ")
    assert (after["topic"], after["goal"], after["context"]) == ("Cafe\u0301 ☕", "مرحبا\u0000 بكم", "食堂")


def test_a_body_without_a_field_that_can_be_set_is_refused(host: Host, subtests: pytest.Subtests) -> None:
    session = host.new_session()["id"]
    for body in (b"", b"{}", b'{"id": "x", "updated_at": null}'):
        with subtests.test(body.decode()):
            status, code, message = error_of(host.call("PATCH", f"/sessions/{session}", body))
            start, _, named = message.partition("Allowed fields: ")
            assert (status, code, start) == (400, "validation_error", "No valid fields provided. ")
            assert set(named.split(", ")) >= ALLOWED


def test_topic_and_goal_may_be_neither_blank_nor_null(host: Host, subtests: pytest.Subtests) -> None:
    session = host.new_session()["id"]
    for name in ("topic", "goal"):
        for value in ("", "  \n", None):
            with subtests.test(f"{name}={value!r}"):
                assert name in refused(host, session, **{name: value})


@each_row(
    "changes, message",
    [
        ({"topic": "x" * 301}, "topic must be at most 300 characters"),
        ({"goal": "x" * 5_001}, "goal must be at most 5,000 characters"),
        ({"critical": "x" * 5_001}, "critical must be at most 5,000 characters"),
        ({"context": "x" * 100_001}, "context must be at most 100,000 characters"),
        ({"prompt": "x" * 100_001}, "prompt must be at most 100,000 characters"),
        ({"topic": 1}, "topic must be a string"),
        ({"context": ["x"]}, "context must be a string"),
        ({"is_public": "yes"}, "is_public must be true or false"),
        ({"duration_minutes": 0}, "duration_minutes must be at least 1"),
        ({"results_visibility": "all"}, "results_visibility must be one of: host, participants, public"),
        ({"closes_at": "tomorrow"}, "closes_at must be a date and time (RFC 3339)"),
        ({"closes_at": "2026-03-01T12:00:05Z"}, "closes_at must be in the future"),
        ({"status": "open"}, "status must be one of: active, completed, draft"),
        ({"status": None}, "status must be a string"),
        (
            {"status": "completed", "closes_at": "2026-03-02T00:00:00Z"},
            "closes_at cannot be set together with status completed: the session ends at once",
        ),
        ({"closes_at": "9999-12-31T23:59:59Z"}, "closes_at is too far away"),
        ({"time_zone": "Berlin"}, "time_zone must be the IANA name of a time zone, like Europe/Berlin"),
        ({"project_id": "p"}, "project_id 'p' does not exist"),
        ({"template_id": "retro"}, "template_id 'retro' does not exist"),
        ({"questions": [{"text": "q"}] * 51}, "questions must be at most 50 items long"),
        ({"questions": [{"text": " "}]}, "questions[0].text is required"),
        (
            {"questions": [{"text": "q", "type": "Options"}]},
            "questions[0].options is required for a question of type Options",
        ),
        (
            {"questions": [{"text": "q", "id": UNKNOWN}]},
            f"questions[0].id '{UNKNOWN}' is no question of this session, or comes twice",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(host: Host, changes: dict[str, Any], message: str) -> None:
    assert refused(host, host.new_session()["id"], **changes) == message


def test_a_refused_field_keeps_the_others_from_changing(host: Host) -> None:
    session = host.new_session()["id"]
    refused(host, session, topic="New", project_id="p")
    refused(host, session, topic="New", questions=[{"text": "q", "id": UNKNOWN}])


def test_no_project_is_no_change(host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    clock.advance(60)
    assert patch(host, session["id"], project_id=None)["updated_at"] == session["updated_at"]
    assert patch(host, session["id"], project_id=None, topic="New")["topic"] == "New"


def test_updated_at_grows_even_where_the_clock_stands_still_or_goes_back(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    seen = [host.get(f"/sessions/{session}")["updated_at"]]
    for number, step in enumerate((0, 0, -3600, 7200)):
        clock.advance(step)
        seen.append(patch(host, session, topic=f"Topic {number}")["updated_at"])
    assert seen == sorted(set(seen))
    assert seen[1:3] == ["2026-03-01T12:00:05.123457Z", "2026-03-01T12:00:05.123458Z"]
    assert seen[-1] == "2026-03-01T13:00:05.123456Z"


def test_two_edits_at_once_lose_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session()["id"]
    editor = host.invite(session, "editor")
    view = container.sessions().view
    pending = [lambda: patch(editor, session, goal="From the editor")]

    def view_and_be_overtaken(*given: Any) -> Any:
        found = view(*given)
        if pending:
            pending.pop()()
        return found

    monkeypatch.setattr(container.sessions(), "view", view_and_be_overtaken)
    after = patch(host, session, topic="From the host")
    assert (after["topic"], after["goal"]) == ("From the host", "From the editor")


def test_an_edit_that_is_always_overtaken_gives_up_with_a_conflict(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session()["id"]
    editor = host.invite(session, "editor")
    view, busy = container.sessions().view, [False]

    def view_and_be_overtaken(*given: Any) -> Any:
        found = view(*given)
        if not busy[0]:
            busy[0] = True
            editor.call("PATCH", f"/sessions/{session}", {"goal": "From the editor"})
            busy[0] = False
        return found

    monkeypatch.setattr(container.sessions(), "view", view_and_be_overtaken)
    answer = host.call("PATCH", f"/sessions/{session}", {"topic": "From the host"})
    assert error_of(answer) == (409, "conflict", "Others are editing this session right now; try again")


def test_an_edit_of_a_session_as_it_was_is_refused_once_that_has_changed(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()["id"]
    editor = host.invite(session, "editor")
    read_at = host.get(f"/sessions/{session}")["updated_at"]
    read_at = patch(host, session, topic="Mine", unchanged_since=read_at)["updated_at"]
    overtake(monkeypatch, lambda: patch(editor, session, goal="From the editor"))
    changes = {"topic": "Mine again", "unchanged_since": read_at}
    for _ in range(2):
        answer = host.call("PATCH", f"/sessions/{session}", changes)
        assert error_of(answer)[:2] == (409, "conflict")
    shown = host.get(f"/sessions/{session}")
    assert (shown["topic"], shown["goal"]) == ("Mine", "From the editor")
    assert patch(host, session, topic="Mine again", unchanged_since=shown["updated_at"])["topic"] == "Mine again"


def test_a_summary_written_during_an_edit_and_the_edit_both_stay(host: Host) -> None:
    session = host.new_session()["id"]
    host.say(session, "Soup is what I want, every single day.")
    assert summarise(session)
    before = host.get(f"/sessions/{session}")
    after = patch(host, session, topic="New")
    assert after["summary"] == before["summary"] is not None


def test_a_new_summary_and_the_end_of_a_session_are_no_edits_of_it(host: Host, clock: FakeClock) -> None:
    session = host.new_session(closes_at="2026-03-02T12:00:00Z")["id"]
    read_at = patch(host, session, topic="Mine")["updated_at"]
    host.say(session, "Soup is what I want, every single day.")
    assert summarise(session)
    clock.advance(24 * 3600 + 60)
    app.sweep(events.clock_event(), Context())
    shown = host.get(f"/sessions/{session}")
    assert shown["updated_at"] > read_at
    assert shown["status"] == "completed"
    assert patch(host, session, topic="Mine again", unchanged_since=read_at)["topic"] == "Mine again"


# Questions


def test_questions_are_replaced_as_a_list_and_keep_the_ids_they_carry(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Name"}, {"text": "Team"}, {"text": "Diet"}])["id"]
    name, team, _ = host.get(f"/sessions/{session}")["questions"]
    wanted = [
        {"id": team["id"], "text": "Your team", "required": True},
        {"text": "City", "type": "Options", "options": ["Rome", "Oslo"]},
        {"id": name["id"], "text": "Name"},
    ]
    found = patch(host, session, questions=wanted)["questions"]
    assert [question["text"] for question in found] == ["Your team", "City", "Name"]
    assert [question["position"] for question in found] == [0, 1, 2]
    assert (found[0]["id"], found[2]["id"]) == (team["id"], name["id"])
    assert found[0]["required"] is True
    assert found[1]["options"] == ["Rome", "Oslo"]
    assert len({question["id"] for question in found}) == 3


def test_an_id_twice_is_refused(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Name"}])["id"]
    (question,) = host.get(f"/sessions/{session}")["questions"]
    twice = [{"id": question["id"], "text": "Name"}] * 2
    assert refused(host, session, questions=twice).startswith("questions[1].id")


def test_answers_that_were_given_keep_the_text_that_was_asked(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Diet"}])["id"]
    (question,) = host.get(f"/sessions/{session}")["questions"]
    host.join(session, answers=[{"question_id": question["id"], "answer": "vegan"}])
    patch(host, session, questions=[{"id": question["id"], "text": "What do you eat?"}])
    (person,) = host.get(f"/sessions/{session}/responses")["data"]
    assert person["answers"] == [{"question_id": question["id"], "text": "Diet", "answer": "vegan"}]


# Closing time, feed


def test_a_session_that_is_over_goes_on_when_its_closing_time_moves(host: Host, clock: FakeClock) -> None:
    session = host.new_session(closes_at="2026-03-01T12:10:00Z")["id"]
    clock.advance(3600)
    assert host.get(f"/sessions/{session}")["status"] == "completed"
    later = (clock.now() + timedelta(hours=1)).isoformat()
    assert patch(host, session, closes_at=later)["status"] == "active"
    assert [item["status"] for item in host.get("/sessions")["data"]] == ["active"]
    assert host.join(session).status_code == 200


def test_a_public_session_is_in_the_feed_from_the_edit_that_makes_it_public(host: Host) -> None:
    session = host.new_session()["id"]
    host.join(session)
    for public in (True, True, False, None, True):
        patch(host, session, is_public=public, topic=f"Public: {public}")
        listed = host.get("/sessions/public")["data"]
        assert [(item["id"], item["topic"]) for item in listed] == ([(session, f"Public: {public}")] if public else [])
    assert listed[0]["participant_count"] == 1


def test_a_stranger_and_a_viewer_may_not_edit(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    forbidden = (403, "forbidden", "You don't have access to this session")
    for who in (new_host("bo@example.com"), host.invite(session, "viewer")):
        assert error_of(who.call("PATCH", f"/sessions/{session}", {"topic": "Mine"})) == forbidden
        # A bad body is told first, as everywhere.
        assert error_of(who.call("PATCH", f"/sessions/{session}", {}))[0] == 400
    for unknown in (UNKNOWN, "nonsense"):
        answer = host.call("PATCH", f"/sessions/{unknown}", {"topic": "x"})
        assert error_of(answer) == (404, "not_found", "Session not found")


def test_an_empty_text_of_reminders_is_none(host: Host) -> None:
    nudges = {"enabled": True, "after_hours": [5], "text": " "}
    session = host.new_session(reminders=nudges)["id"]
    assert host.get(f"/sessions/{session}")["reminders"] == {**nudges, "text": None}
    assert patch(host, session, reminders={**nudges, "text": "Hi"})["reminders"]["text"] == "Hi"
    assert patch(host, session, reminders={**nudges, "text": ""})["reminders"]["text"] is None


def test_the_earlier_reminder_is_the_first_one(host: Host) -> None:
    session = host.new_session(reminders={"enabled": True, "after_hours": [72, 24]})["id"]
    assert host.get(f"/sessions/{session}")["reminders"]["after_hours"] == [24, 72]


def test_a_question_keeps_its_id_in_any_case(host: Host) -> None:
    session = host.new_session(questions=[{"text": "Name"}])["id"]
    (question,) = host.get(f"/sessions/{session}/questions")["data"]
    asked = {"id": question["id"].upper(), "text": "Your name"}
    assert patch(host, session, questions=[asked])["questions"][0]["id"] == question["id"]
    twice = refused(host, session, questions=[asked, {**asked, "id": question["id"]}])
    assert twice == f"questions[1].id '{question['id']}' is no question of this session, or comes twice"


# Distribution


def register(host: Host, group: str) -> None:
    """Register a Telegram group."""
    assert host.call("POST", "/integrations/telegram/groups", {"group_id": group}).status_code == 201


def test_a_distribution_is_replaced_as_a_list_of_ones_own_groups(host: Host) -> None:
    session = host.new_session()["id"]
    for group in ("-1001", "-1002"):
        register(host, group)
    entries = [{"channel": "telegram", "group_id": "-1001"}, {"channel": "telegram", "group_id": "-1002"}]
    found = patch(host, session, distribution=entries)["distribution"]
    assert [(entry["channel"], entry["group_id"]) for entry in found] == [("telegram", "-1001"), ("telegram", "-1002")]
    patch(host, session, distribution=entries[1:])
    assert [item["id"] for item in host.get("/sessions?distribution_group_id=-1002")["data"]] == [session]
    assert host.get("/sessions?distribution_group_id=-1001")["data"] == []
    assert len(host.get("/sessions?distribution_channel=telegram&distribution_group_id=-1002")["data"]) == 1
    assert patch(host, session, distribution=None)["distribution"] == []
    assert host.get("/sessions?distribution_channel=telegram")["data"] == []


def test_a_group_of_somebody_else_cannot_be_added_but_stays_where_it_is(host: Host) -> None:
    session = host.new_session()["id"]
    editor = host.invite(session, "editor")
    register(host, "-1001")
    mine = [{"channel": "telegram", "group_id": "-1001"}]
    message = refused(editor, session, distribution=mine)
    assert message == "distribution[0].group_id '-1001' is not a group of yours"
    patch(host, session, distribution=mine)
    assert len(patch(editor, session, distribution=mine, topic="New")["distribution"]) == 1


def test_a_language_is_taken_by_its_code_or_its_name_and_given_back_as_sent(host: Host) -> None:
    session = host.new_session(language="Lëtzebuergesch")["id"]
    for named in ("tlh", "pt_BR", "zh-Hant-TW", "Deutsch", "中文", "German / Deutsch", "English language"):
        assert patch(host, session, language=named)["language"] == named
    assert "language 'Elvish'" in refused(host, session, language="Elvish")


def test_a_time_zone_is_taken_in_any_case_and_given_as_it_is_written(host: Host) -> None:
    session = host.new_session(time_zone="europe/berlin")
    assert host.get(f"/sessions/{session['id']}")["time_zone"] == "Europe/Berlin"
    assert patch(host, session["id"], time_zone="AMERICA/PORT-AU-PRINCE")["time_zone"] == "America/Port-au-Prince"


def test_a_section_that_is_not_named_stays_as_open_as_it_was(host: Host) -> None:
    session = host.new_session(results_sections={"recap": True})["id"]
    opened = {"summary": True, "recap": True, "responses": False, "insights": False, "similarity": False, "ask": False}
    assert host.get(f"/sessions/{session}")["results_sections"] == opened
    after = patch(host, session, results_sections={"summary": False, "ask": True})["results_sections"]
    assert after == {**opened, "summary": False, "ask": True}
    assert patch(host, session, results_sections={})["results_sections"] == after
    assert patch(host, session, results_sections=None)["results_sections"] == {**opened, "recap": False}
