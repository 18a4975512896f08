"""A draft that opens by itself: at its time as its host would open it, and until then for nobody."""

from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.store import edits
from chalicelib.store.due_kinds import CLOSING, OPENING
from tests import events
from tests.api.edits import patch, refused
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import lag
from tests.stored_items import sessions_due

OPENS, ENDS = (
    "2026-03-01T13:00:00.000000Z",
    "2026-03-01T14:00:00.000000Z",
)  # an hour from the start of every test, and two
NOT_OPEN = (400, "validation_error", "Session is not open yet: it is a draft")


def tick() -> None:
    app.open_and_close(events.clock_event(), Context())


@pytest.fixture
def draft(host: Host) -> str:
    """It opens in an hour, and ends an hour later."""
    made = host.new_session(opens_at=OPENS, closes_at=ENDS, is_public=True)
    assert made["status"] == "draft"
    return str(made["id"])


def test_it_opens_at_its_time_and_not_before_with_all_that_its_host_would_have_done(
    host: Host, draft: str, clock: FakeClock
) -> None:
    clock.advance(3594)
    tick()
    before = host.get(f"/sessions/{draft}")
    assert (before["status"], before["opens_at"], asked("prompts")) == ("draft", OPENS, [])
    assert error_of(host.join(draft)) == NOT_OPEN
    clock.advance(1)
    tick()
    opened = host.get(f"/sessions/{draft}")
    assert (opened["status"], opened["opens_at"], opened["closes_at"]) == ("active", None, ENDS)
    assert opened["prompt_status"] == "writing"
    assert host.join(draft).status_code == 200
    assert [it["id"] for it in host.get("/sessions/public")["data"]] == [draft]
    assert (sessions_due(OPENING, clock.now()), sessions_due(CLOSING, clock.now())) == ([], [])
    clock.advance(3600)
    tick()
    assert container.sessions().view(draft, ()).session.status == "completed"


def test_two_clocks_at_once_and_one_that_comes_again_open_it_once(
    host: Host, draft: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(3600)
    lag(monkeypatch)
    edit = edits.edit_session

    def late(*given: Any) -> bool:
        monkeypatch.setattr(edits, "edit_session", edit)
        tick()
        return edit(*given)

    monkeypatch.setattr(edits, "edit_session", late)
    tick()
    key = {"session_id": {"S": draft}, "part": {"S": "session"}}
    opened = boto3.client("dynamodb").get_item(TableName="sessions", Key=key)["Item"]
    assert opened["status"] == {"S": "active"}
    clock.advance(60)
    tick()
    app.sweep(events.clock_event(), Context())
    assert boto3.client("dynamodb").get_item(TableName="sessions", Key=key)["Item"] == opened


def test_one_that_was_missed_is_found_by_the_sweep(host: Host, draft: str, clock: FakeClock) -> None:
    clock.advance(3600 + 300)
    app.sweep(events.clock_event(), Context())
    assert host.get(f"/sessions/{draft}")["status"] == "active"


def test_what_it_needs_is_said_when_the_time_is_set(host: Host) -> None:
    for given, wrong in (
        ({"topic": "Lunch"}, "goal is required"),
        ({"topic": "Lunch", "goal": "Find out", "closes_at": OPENS}, "opens_at must be before closes_at"),
        ({"topic": "Lunch", "goal": "Find out", "opens_at": "2026-03-01T12:00:00Z"}, "opens_at must be in the future"),
    ):
        answer = host.call("POST", "/sessions", {"opens_at": OPENS, "draft": True, **given})
        assert error_of(answer) == (400, "validation_error", wrong)
    draft = str(host.call("POST", "/sessions", {"draft": True, "topic": "Lunch"}).json_body["id"])
    assert refused(host, draft, opens_at=OPENS) == "goal is required"
    assert patch(host, draft, opens_at=OPENS, goal="Find out")["opens_at"] == OPENS
    assert refused(host, draft, closes_at=OPENS) == "opens_at must be before closes_at"
    assert refused(host, draft, opens_at=ENDS, status="active").startswith("opens_at cannot be set together with")


def test_a_time_that_is_cleared_or_moved_counts(host: Host, draft: str, clock: FakeClock) -> None:
    assert patch(host, draft, opens_at=None)["opens_at"] is None
    clock.advance(3600)
    tick()
    assert host.get(f"/sessions/{draft}")["status"] == "draft"
    patch(host, draft, opens_at="2026-03-01T13:30:00Z")
    tick()
    assert host.get(f"/sessions/{draft}")["status"] == "draft"
    clock.advance(1800)
    tick()
    assert host.get(f"/sessions/{draft}")["status"] == "active"


def test_a_host_who_opens_it_before_takes_its_time_away(host: Host, draft: str, clock: FakeClock) -> None:
    opened = patch(host, draft, status="active")
    assert (opened["status"], opened["opens_at"]) == ("active", None)
    assert sessions_due(CLOSING, clock.now()) == []
    assert (
        refused(host, draft, opens_at=OPENS) == "opens_at: only a draft opens at a set time, and this session is none"
    )
    again = patch(host, draft, status="draft", opens_at=OPENS)
    assert (again["status"], again["opens_at"]) == ("draft", OPENS)


def test_what_lacks_its_goal_by_then_stays_a_draft_until_its_host_opens_it(
    host: Host, draft: str, clock: FakeClock
) -> None:
    patch(host, draft, goal=None)
    clock.advance(3600)
    tick()
    left = host.get(f"/sessions/{draft}")
    assert (left["status"], left["opens_at"], sessions_due(OPENING, clock.now())) == ("draft", OPENS, [])
    patch(host, draft, goal="Find out")
    clock.advance(60)
    tick()
    assert host.get(f"/sessions/{draft}")["status"] == "draft"
    assert patch(host, draft, status="active")["opens_at"] is None
