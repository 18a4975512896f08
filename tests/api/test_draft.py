"""A draft at the API's door: in a list of its own, closed to everybody, and opened once its brief is there."""

from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib.operations.fields import moment
from chalicelib.store.due_kinds import CLOSING, CONTEXT, PROMPT, DueKind
from tests import events
from tests.api.edits import overtake, patch, refused
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import update_cards, write_prompt
from tests.api.shapes import SESSION_CREATED, assert_shape
from tests.clock import FakeClock
from tests.events import Context
from tests.stored_items import sessions_due

NOT_OPEN = (400, "validation_error", "Session is not open yet: it is a draft")


def new_draft(host: Host, **fields: Any) -> str:
    """Make a draft of no more than these fields; gives its id."""
    answer = host.call("POST", "/sessions", {"draft": True, **fields})
    assert answer.status_code == 201, answer.body
    assert_shape(answer.json_body, SESSION_CREATED)
    assert answer.json_body["status"] == "draft"
    return str(answer.json_body["id"])


def listed(host: Host, query: str = "") -> tuple[list[str], int]:
    """The ids of a list, and how many it says there are."""
    found = host.get(f"/sessions{query}")
    return [item["id"] for item in found["data"]], found["pagination"]["total"]


def due(kind: DueKind, clock: FakeClock) -> list[str]:
    """The sessions for which this work is due, or will be within a day."""
    return sessions_due(kind, clock.now() + timedelta(days=1))


def test_a_draft_is_listed_only_where_drafts_are_asked_for(host: Host, clock: FakeClock) -> None:
    opened = host.new_session()["id"]
    draft = new_draft(host, goal="Why nobody comes", is_public=True)
    assert listed(host) == ([opened], 1)
    assert listed(host, "?status=active") == listed(host, "?q=lunch") == ([opened], 1)
    assert listed(host, "?q=nobody") == ([], 0)
    assert listed(host, "?status=draft") == listed(host, "?status=draft&q=nobody") == ([draft], 1)
    assert listed(host, "?status=draft&q=lunch") == ([], 0)
    assert host.get("/sessions/public")["pagination"]["total"] == 0
    clock.advance(1)
    patch(host, draft, status="active", topic="Meetings")
    assert listed(host) == ([draft, opened], 2)
    assert listed(host, "?status=draft") == ([], 0)
    assert host.get("/sessions/public")["pagination"]["total"] == 1


def test_other_members_lists_follow(host: Host) -> None:
    draft = new_draft(host, goal="Why nobody comes", topic="Meetings")
    bo = host.invite(draft, "editor")
    assert (listed(bo), listed(bo, "?status=draft")) == (([], 0), ([draft], 1))
    patch(host, draft, status="active")
    assert update_cards(draft)
    assert (listed(bo), listed(bo, "?status=draft")) == (([draft], 1), ([], 0))


def test_a_draft_has_what_it_has_and_is_opened_once_topic_and_goal_are_there(host: Host) -> None:
    draft = new_draft(host)
    shown = patch(host, draft, critical="What keeps people away")
    assert (shown["topic"], shown["goal"], shown["status"]) == ("", "", "draft")
    assert refused(host, draft, status="active") == "topic is required"
    patch(host, draft, topic="Meetings", goal="Why nobody comes")
    assert patch(host, draft, goal=None)["goal"] == ""
    assert refused(host, draft, status="active") == "goal is required"
    assert patch(host, draft, status="active", goal="Why nobody comes")["status"] == "active"
    assert refused(host, draft, goal=None) == "goal is required"
    assert error_of(host.call("POST", "/sessions", {"goal": "Why"})) == (400, "validation_error", "topic is required")


def test_nobody_talks_in_a_draft(host: Host) -> None:
    draft = new_draft(host, topic="Meetings", goal="Why nobody comes", is_public=True)
    path, stranger = f"/sessions/{draft}", new_host("cem@example.com")
    assert error_of(host.join(draft)) == error_of(host.say(draft, "I come")) == NOT_OPEN
    assert error_of(host.call("POST", f"{path}/responses", {"content": "I come"})) == NOT_OPEN
    assert [stranger.join(draft).status_code, stranger.call("GET", f"{path}/questions").status_code] == [403, 403]
    patch(host, draft, status="active")
    assert [host.join(draft).status_code, stranger.join(draft, "p2").status_code] == [200, 200]


def test_what_somebody_has_joined_cannot_become_a_draft_again(host: Host) -> None:
    session = host.new_session(topic="Meetings")["id"]
    assert patch(host, session, status="draft")["status"] == "draft"
    assert refused(host, session, status="completed").startswith("status cannot be completed: a draft")
    patch(host, session, status="active")
    host.say(session, "I come on Mondays")
    joined = "status cannot be draft: somebody has joined this session, so it can only be ended"
    assert refused(host, session, status="draft") == joined
    patch(host, session, status="completed")
    assert refused(host, session, status="draft") == joined


@pytest.mark.parametrize("limit", [500, None])
def test_of_a_join_and_becoming_a_draft_at_the_same_moment_one_wins(
    host: Host, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    session = host.new_session(max_participants=limit)["id"]
    joined: list[int] = []
    overtake(monkeypatch, lambda: joined.append(host.join(session).status_code))
    answer = host.call("PATCH", f"/sessions/{session}", {"status": "draft"})
    assert error_of(answer)[2].startswith("status cannot be draft: somebody has joined")
    assert joined == [200]
    assert host.say(session, "I come on Mondays").status_code == 200


def test_a_draft_costs_no_model_until_it_is_opened(host: Host, clock: FakeClock) -> None:
    draft = new_draft(host, goal="Why nobody comes", context="long " * 4_000)
    for goal in ("Why nobody comes in", "Why nobody comes in winter"):
        assert patch(host, draft, goal=goal)["prompt_status"] == "basic"
    assert patch(host, draft, prompt=None)["prompt_status"] == "basic"  # there is no topic to write it from
    assert due(PROMPT, clock) == due(CONTEXT, clock) == []
    for status in ("active", "draft", "active"):
        is_open = status == "active"
        shown = patch(host, draft, status=status, topic="Meetings")
        assert shown["prompt_status"] == ("writing" if is_open else "basic")
        assert due(PROMPT, clock) == due(CONTEXT, clock) == ([draft] if is_open else [])


def test_a_prompt_that_was_asked_for_is_written_again_only_where_the_brief_changed_since(host: Host) -> None:
    for changes in ({}, {"goal": "Why nobody comes in winter"}, {"private_context": "We may close"}):
        draft = new_draft(host, topic="Meetings", goal="Why nobody comes")
        assert patch(host, draft, prompt=None)["prompt_status"] == "writing"
        assert write_prompt(draft)
        written = host.get(f"/sessions/{draft}")["prompt"]
        if changes:
            assert patch(host, draft, **changes)["prompt"] == written
        opened = patch(host, draft, status="active")
        assert opened["prompt_status"] == ("writing" if changes else "tailored"), changes


def test_a_draft_does_not_end_by_itself_and_does_not_open_after_its_end(host: Host, clock: FakeClock) -> None:
    ends = moment(clock.now() + timedelta(hours=1))
    draft = new_draft(host, topic="Meetings", goal="Why nobody comes", closes_at=ends)
    assert due(CLOSING, clock) == []
    clock.advance(7_200)
    app.sweep(events.clock_event(), Context())
    assert host.get(f"/sessions/{draft}")["status"] == "draft"
    assert refused(host, draft, status="active") == "closes_at must be in the future"
    later = moment(clock.now() + timedelta(hours=1))
    assert patch(host, draft, closes_at=later)["status"] == "draft"
    patch(host, draft, status="active")
    assert due(CLOSING, clock) == [draft]
