"""A clone has all that a session was given, but for what it says that it has not, and nobody of its people."""

from typing import Any

import msgspec

from chalicelib import container
from chalicelib.operations.session_fields import CreateSession
from chalicelib.store import database, keys
from chalicelib.store.sessions import EVERYTHING
from chalicelib.store.tables import SessionPart
from tests.api.hosts import Host, error_of
from tests.api.shapes import SESSION_CREATED, assert_shape
from tests.clock import FakeClock

# Something else than the default for whatever can be set; what a session cannot have yet, or no clone has, apart.
GIVEN: dict[str, Any] = {
    "topic": "Lunch",
    "goal": "Find out what people eat",
    "critical": "Allergies",
    "context": "Two canteens",
    "private_context": "One of them is to close",
    "prompt": "Ask about soup.",
    "prompt_summary": "It asks about soup.",
    "prompt_generated_from": {"topic": "Lunch", "goal": "Eat", "critical": None, "context": "Two canteens"},
    "platform_guidelines_override": "Say du.",
    "intro_video_url": "https://video.example.com/welcome",
    "template_id": "retrospective",
    "questions": [
        {"text": "Where?", "type": "Options", "options": ["Here", "There"], "required": True, "multiple": True},
        {"text": "Why?", "long": True, "role": "other"},
    ],
    "cross_pollination": True,
    "widgets_enabled": True,
    "results_visibility": "participants",
    "results_sections": {
        "summary": False,
        "recap": True,
        "responses": True,
        "insights": True,
        "similarity": True,
        "ask": True,
    },
    "shared_network": True,
    "is_public": True,
    "access": "invited",
    "distribution": [{"channel": "telegram", "group_id": "-100"}],
    "summary_prompt": "In two sentences.",
    "welcome_message": "Welcome",
    "meta_description": "A talk about lunch",
    "language": "de",
    "time_zone": "Europe/Berlin",
    "duration_minutes": 7,
    "closes_at": "2026-03-02T12:00:00.000000Z",
    "retention_days": 90,
    "anonymous": True,
    "max_participants": 12,
    "reminders": {"enabled": True, "after_hours": [24], "text": "Come back"},
    "branding": {"host_name": "The canteen", "logo": None, "accent": "#b4451f", "why": "It decides the menu."},
}
# The projects of a clone are in the tests of projects; every clone is a draft, which opens when its host says; it follows up what
# the session does, if there is such a session.
NOT_SETTABLE = {"project_id", "draft", "opens_at", "follow_up_of", "models"}
RESET = {"status": "draft", "distribution": [], "is_public": False}
# Of the answer: what each session has of its own, and what people have done in it.
ITS_OWN = {"id", "created_at", "updated_at", "join_url", "results_url"}
OF_PEOPLE = {"participant_count", "completed_count", "usage", "cost", "summary", "summary_status", "session_md"}


def made(host: Host, **fields: Any) -> str:
    """A session with everything that can be set."""
    host.call("POST", "/integrations/telegram/groups", {"group_id": "-100"})
    return str(host.new_session(**{**GIVEN, **fields})["id"])


def clone(host: Host, session: str, **headers: str) -> dict[str, Any]:
    """The answer to a clone."""
    answer = host.call("POST", f"/sessions/{session}/clone", **headers)
    assert answer.status_code == 201, answer.body
    return dict(answer.json_body)


def parts_of(session: str) -> set[str]:
    """The names of the items that a session is stored in."""
    return {str(raw[keys.PART]["S"]) for raw in database.query(SessionPart, session, " ", "~")}


def without_ids(shown: dict[str, Any]) -> dict[str, Any]:
    """What is shown of a session, its questions without their ids."""
    return {**shown, "questions": [{**it, "id": ""} for it in shown["questions"]]}


def test_every_field_that_a_session_can_be_given_is_given_here() -> None:
    blank = msgspec.to_builtins(CreateSession(topic="", goal=""))
    assert GIVEN.keys() | NOT_SETTABLE == blank.keys()
    assert [name for name, value in GIVEN.items() if value == blank[name]] == []


def test_a_clone_has_every_field_of_the_session_but_those_that_it_names(host: Host, clock: FakeClock) -> None:
    session = made(host)
    host.say(session, "Soup")
    host.invite(session, "editor")
    clock.advance(5)
    answer = clone(host, session)
    assert_shape(answer, {**SESSION_CREATED, "reset": [str]})
    assert (answer["reset"], answer["participant_count"]) == (list(RESET), 0)
    before, after = (without_ids(host.get(f"/sessions/{it}")) for it in (session, answer["id"]))
    ignored = ITS_OWN | OF_PEOPLE
    expected = {name: value for name, value in (before | RESET).items() if name not in ignored}
    assert {name: value for name, value in after.items() if name not in ignored} == expected
    assert [name for name in ITS_OWN if before[name] == after[name]] == []
    assert host.get(f"/sessions/{answer['id']}/responses") == {"data": []}
    assert after["usage"]["turns"] == 0


def test_a_clone_is_stored_in_the_same_parts_as_the_session(host: Host) -> None:
    session = made(host, distribution=[])  # a clone is announced where its host chooses
    copied = clone(host, session)["id"]
    assert parts_of(session) - parts_of(copied) == {keys.CLOSING, keys.FEED_PART}  # a draft waits for no end
    host.call("PATCH", f"/sessions/{copied}", {"status": "active", "is_public": True})
    assert parts_of(session) == parts_of(copied)
    original, view = (container.sessions().view(it, EVERYTHING) for it in (session, copied))
    assert view.session.owner_id == host.user_id
    assert {it.id for it in view.questions}.isdisjoint(it.id for it in original.questions)


def test_the_clone_of_a_session_that_is_over_has_no_end_until_it_is_given_one(host: Host, clock: FakeClock) -> None:
    over, ended = made(host), made(host, closes_at=None)
    host.call("PATCH", f"/sessions/{ended}", {"status": "completed"})
    clock.advance(2 * 24 * 3600)
    for session in (over, ended):
        answer = clone(host, session)
        assert (answer["status"], answer["reset"]) == ("draft", ["status", "closes_at", "distribution", "is_public"])
        assert host.get(f"/sessions/{answer['id']}")["closes_at"] is None


def test_the_clone_of_a_draft_that_opens_by_itself_does_not(host: Host) -> None:
    answer = clone(host, made(host, opens_at="2026-03-02T11:00:00Z"))
    assert answer["reset"] == ["opens_at", "distribution", "is_public"]
    assert host.get(f"/sessions/{answer['id']}")["opens_at"] is None


def test_a_prompt_that_is_still_to_be_written_is_written_once_the_clone_is_opened(host: Host) -> None:
    copied = f"/sessions/{clone(host, host.new_session()['id'])['id']}"
    assert host.get(copied)["prompt_status"] == "basic"
    opened = host.call("PATCH", copied, {"status": "active"}).json_body
    assert (opened["status"], opened["prompt_status"]) == ("active", "writing")


def test_a_prompt_that_was_written_by_hand_for_a_draft_is_in_its_clone(host: Host) -> None:
    session = f"/sessions/{host.new_session(draft=True)['id']}"
    host.call("PATCH", session, {"goal": "Something else than at first"})
    host.call("PATCH", session, {"prompt": "Ask about soup."})
    assert host.get(f"/sessions/{clone(host, host.get(session)['id'])['id']}")["prompt"] == "Ask about soup."


def test_an_editors_clone_is_the_editors_own_and_a_viewer_makes_none(host: Host) -> None:
    session = made(host)
    editor, viewer = host.invite(session, "editor"), host.invite(session, "viewer")
    mine = clone(editor, session)["id"]
    assert editor.call("DELETE", f"/sessions/{mine}").status_code == 204
    assert host.call("GET", f"/sessions/{mine}").status_code in (403, 404)
    assert error_of(viewer.call("POST", f"/sessions/{session}/clone"))[0] == 403


def test_a_clone_that_is_asked_for_twice_is_made_once(host: Host) -> None:
    session, key = made(host), {"Idempotency-Key": "one"}
    first, again = clone(host, session, **key), clone(host, session, **key)
    assert first == again
    assert clone(host, session)["id"] != first["id"]
    assert host.get("/sessions?status=draft")["pagination"]["total"] == 2
    host.call("DELETE", f"/sessions/{first['id']}")
    assert host.call("POST", f"/sessions/{session}/clone", **key).status_code == 404
