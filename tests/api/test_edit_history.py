"""The history of a session's texts: each edit is kept with whose it is, up to fifty of a text, and goes with the session."""

from typing import Any

import pytest

from chalicelib.store import database, edit_history, keys
from chalicelib.store.tables import SessionPart
from tests.api.edits import overtake, patch
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, delete_data, parts
from tests.api.test_budgets import Meter, meter
from tests.clock import FakeClock

__all__ = ["meter"]  # the fixture


def history(host: Host, session: str, query: str = "") -> dict[str, Any]:
    """What is told of the history."""
    return dict(host.get(f"/sessions/{session}/edit-history{query}"))


def values(host: Host, session: str, field: str) -> list[str | None]:
    """What a text has been, the newest first."""
    return [it["value"] for it in history(host, session, f"?field={field}&limit=100")["revisions"]]


def test_each_edit_is_kept_with_what_the_text_became_when_and_by_whom(host: Host, clock: FakeClock) -> None:
    session = host.new_session(topic="Lunch", goal="Eat well", prompt="Ask.", welcome_message="Hello")["id"]
    editor = host.invite(session, "editor")
    clock.advance(60)
    patch(editor, session, goal="Eat better", context="A canteen", welcome_message=None, language="de")
    clock.advance(60)
    patch(host, session, prompt="Ask about soup.", prompt_origin="review")
    found = history(host, session)
    assert [it["field"] for it in found["revisions"][:1]] == ["prompt"]
    assert {it["field"] for it in found["revisions"][1:4]} == {"goal", "context", "welcome_message"}
    newest, goal = found["revisions"][0], history(host, session, "?field=goal")["revisions"]
    assert (newest["id"], newest["value"], newest["source"]) == ("prompt-2", "Ask about soup.", "stall_review_apply")
    assert [(it["id"], it["value"], it["source"]) for it in goal] == [
        ("goal-2", "Eat better", "manual_edit"),
        ("goal-1", "Eat well", "create_session"),
    ]
    assert [(it["created_by"], it["created_by_name"]) for it in goal] == [
        (editor.user_id, "Ana"),
        (host.user_id, "Ana"),
    ]
    assert goal[0]["created_at"] == found["counts"]["goal"]["last_edited"]
    assert {name: it["count"] for name, it in found["counts"].items()} == {
        **{"topic": 1, "goal": 2, "context": 1},
        **{"welcome_message": 2, "prompt": 2},
    }
    assert values(host, session, "welcome_message") == [None, "Hello"]
    pages = [history(host, session, f"?limit=3&offset={offset}")["revisions"] for offset in (0, 3, 6)]
    assert [it["id"] for page in pages for it in page] == [it["id"] for it in found["revisions"]]
    status, code, message = error_of(host.call("GET", f"/sessions/{session}/edit-history?field=mood"))
    assert (status, code, "field" in message) == (400, "validation_error", True)
    assert host.invite(session, "viewer").call("GET", f"/sessions/{session}/edit-history").status_code == 403


def test_fifty_of_a_text_are_kept_however_long_and_all_go_with_the_session(
    host: Host, monkeypatch: pytest.MonkeyPatch, meter: Meter
) -> None:
    monkeypatch.setattr(edit_history, "KEPT", 3)
    session = host.new_session(goal="Goal 0", context="ß" * 100_000)["id"]
    for number in range(1, 5):
        patch(host, session, goal=f"Goal {number}", context=f"{number}" + "ß" * 99_999)
    assert values(host, session, "goal") == ["Goal 4", "Goal 3", "Goal 2"]
    assert [it and it[0] for it in values(host, session, "context")] == ["4", "3", "2"]
    assert len([it for it in parts(session, keys.SESSIONS) if it.startswith(keys.EDIT_ITEMS)]) == 7
    meter.sent.clear()
    assert meter.of(host.call("PATCH", f"/sessions/{session}", {"goal": "Goal 5"}), 200) <= 3
    assert meter.of(host.call("GET", f"/sessions/{session}/edit-history"), 200) <= 4
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    assert all(map(delete_data, asked("deletions")))
    assert parts(session, keys.SESSIONS) == []


def test_of_two_editors_at_once_neither_is_missing_from_the_history(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(goal="First")["id"]
    editor = host.invite(session, "editor")
    overtake(monkeypatch, lambda: patch(editor, session, goal="Second"))
    patch(host, session, goal="Third")
    assert values(host, session, "goal") == ["Third", "Second", "First"]


def test_what_is_typed_into_a_draft_is_kept_every_five_minutes_not_with_every_key(host: Host, clock: FakeClock) -> None:
    session = host.new_session(draft=True, goal="What?")["id"]
    for text in ("Eat", "Eat we", "Eat well"):
        clock.advance(2)
        patch(host, session, goal=text)
    assert values(host, session, "goal") == ["Eat well", "What?"]
    patch(host.invite(session, "editor"), session, goal="Eat much")
    clock.advance(301)
    patch(host, session, goal="Eat soup")
    patch(host, session, goal="Eat soup!", topic="Lunch", status="active")
    assert values(host, session, "goal") == ["Eat soup!", "Eat soup", "Eat much", "Eat well", "What?"]


def test_a_text_from_before_its_history_began_is_not_lost_with_the_first_edit(host: Host) -> None:
    session = host.new_session(goal="Eat well")["id"]
    for part in (keys.EDITS, keys.edit("goal", 1), keys.edit("topic", 1)):
        database.delete(SessionPart(session, part), SessionPart.session_id.exists())
    patch(host, session, goal="Eat better")
    newest, before = history(host, session)["revisions"]
    assert (newest["value"], before["value"], before["source"]) == ("Eat better", "Eat well", "earlier")
    assert (before["created_at"], before["created_by"]) == (None, None)
