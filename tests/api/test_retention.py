"""How long a session is kept after its end: its own days, else the stage's, else for good."""

from typing import Any

import pytest
from msgspec.structs import replace

import app
from chalicelib.settings import settings
from chalicelib.store import due_kinds
from tests import events
from tests.api.edits import patch, refused
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, delete_data, parts
from tests.clock import FakeClock
from tests.events import Context

ENDS = "2026-03-01T13:00:00Z"  # an hour from the start of every test
DAY = 24 * 3600
EXPIRE = {"job": "expire_session"}


def expired(clock: FakeClock, seconds: float = 0) -> list[str]:
    """The sessions that are deleted by themselves so much later."""
    clock.advance(seconds)
    app.open_and_close(events.clock_event(), Context())
    app.sweep(events.clock_event(), Context())
    wanted = asked("deletions")
    for it in wanted:
        assert delete_data(EXPIRE | it)
    return [it["session_id"] for it in wanted]


def is_there(session: str) -> bool:
    return parts(session, "sessions") != []


def test_it_is_deleted_as_by_its_host_so_many_days_after_its_end(host: Host, clock: FakeClock) -> None:
    session = str(host.new_session(closes_at=ENDS, retention_days=2)["id"])
    kept = str(host.new_session(closes_at=ENDS)["id"])
    host.say(session, "Soup", "p1")
    assert expired(clock, 3600) == []
    assert expired(clock, 2 * DAY - 10) == []
    assert host.get(f"/sessions/{session}")["retention_days"] == 2
    assert expired(clock, 10) == [session]
    assert error_of(host.call("GET", f"/sessions/{session}"))[0] == 404
    for wanted in asked("deletions"):
        assert delete_data(wanted)
    assert not is_there(session)
    assert parts(session, "conversations") == []
    assert is_there(kept)
    assert expired(clock, 400 * DAY) == []
    assert is_there(kept)


def test_a_host_who_ends_it_has_its_days_counted_from_then(host: Host, clock: FakeClock) -> None:
    session = str(host.new_session(retention_days=1)["id"])
    clock.advance(3 * DAY)
    patch(host, session, status="completed")
    assert expired(clock, DAY - 10) == []
    assert expired(clock, 10) == [session]


@pytest.mark.parametrize("change", [{"status": "active"}, {"retention_days": 9}], ids=["opened again", "more days"])
def test_what_changed_between_the_clock_and_the_deletion_is_kept(
    host: Host, clock: FakeClock, change: dict[str, Any]
) -> None:
    session = str(host.new_session(closes_at=ENDS, retention_days=1)["id"])
    clock.advance(3600)
    app.open_and_close(events.clock_event(), Context())
    clock.advance(DAY)
    app.sweep(events.clock_event(), Context())
    (wanted,) = asked("deletions")
    patch(host, session, **change)
    assert delete_data(EXPIRE | wanted)
    assert is_there(session)
    assert asked("deletions") == []


def test_the_days_of_the_stage_hold_for_those_that_say_nothing(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = str(host.new_session(closes_at=ENDS)["id"])
    longer = str(host.new_session(closes_at=ENDS, retention_days=30)["id"])
    assert expired(clock, 3600 + 5 * DAY) == []
    monkeypatch.setenv("RETENTION_DAYS", "6")  # the next deployment has it
    settings.cache_clear()
    assert expired(clock, DAY - 10) == []
    assert expired(clock, 20) == [session]
    assert is_there(longer)


def test_days_that_are_over_already_are_refused_and_only_who_may_delete_chooses_them(
    host: Host, clock: FakeClock
) -> None:
    session = str(host.new_session(closes_at=ENDS)["id"])
    editor = host.invite(session, "editor")
    answer = editor.call("PATCH", f"/sessions/{session}", {"retention_days": 1})
    assert answer.status_code == 403
    clock.advance(3600 + 3 * DAY)
    assert refused(host, session, retention_days=2).startswith("retention_days: the session ended longer ago than that")
    assert patch(host, session, retention_days=4)["retention_days"] == 4
    assert patch(host, session, retention_days=None)["retention_days"] is None


def test_many_that_are_over_at_once_are_worked_off_in_batches(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(due_kinds.RETENTION, most=10)
    kinds = (few if it == due_kinds.RETENTION else it for it in due_kinds.KINDS)
    monkeypatch.setattr(due_kinds, "KINDS", tuple(kinds))
    sessions = {str(host.new_session(closes_at=ENDS, retention_days=1)["id"]) for _ in range(12)}
    clock.advance(3600)
    app.open_and_close(events.clock_event(), Context())
    clock.advance(DAY)
    found = []
    for _ in range(3):
        app.sweep(events.clock_event(), Context())
        found.append([it["session_id"] for it in asked("deletions")])
    assert [len(it) for it in found] == [10, 2, 0]
    assert {it for batch in found for it in batch} == sessions
