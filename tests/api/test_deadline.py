"""A session that ends by itself: for everybody at once, and soon after in what is stored, in lists and in its summary."""

from datetime import datetime
from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.model import SessionView
from chalicelib.operations.fields import moment
from chalicelib.store import deadlines
from chalicelib.store.due_kinds import CLOSING
from tests import events
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, delete_data, parts, summarise, update_cards, write_brief
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer, lag
from tests.stored_items import sessions_due

ENDS = "2026-03-01T13:00:00Z"  # an hour from the start of every test
ENDED = (400, "validation_error", "Session is not active")


def tick() -> None:
    app.open_and_close(events.clock_event(), Context())


def change(host: Host, session: str, **changes: Any) -> dict[str, Any]:
    """What PATCH answers, once the stream has told what it changed."""
    before = item(session)
    answer = host.call("PATCH", f"/sessions/{session}", changes)
    assert answer.status_code == 200, answer.body
    tell(session, before)
    assert host.get(f"/sessions/{session}") == answer.json_body
    return dict(answer.json_body)


def item(session: str) -> events.Event:
    """The session as the stream carries it."""
    key = {"session_id": {"S": session}, "part": {"S": "session"}}
    return dict(boto3.client("dynamodb").get_item(TableName="sessions", Key=key)["Item"])


def tell(session: str, before: events.Event) -> None:
    """Bring the stream what has become of this."""
    app.sessions_changed(events.batch(events.change("MODIFY", item(session), before)), Context())


def stored(session: str) -> Any:
    """The session without what counts at this time."""
    return container.sessions().view(session, ()).session


def test_one_that_was_missed_is_found_by_the_sweep(host: Host, session: str, clock: FakeClock) -> None:
    clock.advance(3600 + 290)
    app.sweep(events.clock_event(), Context())
    assert stored(session).status == "active"
    clock.advance(10)
    app.sweep(events.clock_event(), Context())
    assert stored(session).status == "completed"


def test_two_clocks_at_once_and_one_that_comes_again_end_it_once(
    host: Host, session: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(3600)
    lag(monkeypatch)  # the index goes on telling of it
    tick()
    ended = item(session)
    clock.advance(60)
    tick()
    app.sweep(events.clock_event(), Context())
    assert item(session) == ended


def test_one_that_cannot_be_ended_keeps_no_other_back(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [str(host.new_session(closes_at=ENDS)["id"]) for _ in range(3)]
    close = deadlines.close

    def fail(view: SessionView, moved: datetime) -> bool:
        if view.session.id == sessions[1]:
            raise Unavailable("busy")
        return close(view, moved)

    monkeypatch.setattr(deadlines, "close", fail)
    clock.advance(3600)
    with pytest.raises(Unavailable):  # an alarm tells of functions that fail
        tick()
    assert [stored(it).status for it in sessions] == ["completed", "active", "completed"]
    monkeypatch.undo()
    tick()
    assert stored(sessions[1]).status == "completed"


@pytest.fixture
def session(host: Host) -> str:
    """A public session that ends in an hour."""
    return str(host.new_session(closes_at=ENDS, is_public=True, prompt="Ask.")["id"])


def test_until_it_ends_nothing_happens(host: Host, session: str, clock: FakeClock) -> None:
    before = host.get(f"/sessions/{session}")
    clock.advance(3594)
    tick()
    assert host.get(f"/sessions/{session}") == before
    assert closings_left(clock) == []


def closings_left(clock: FakeClock) -> list[str]:
    """What waits to be marked as ended at this moment."""
    return sessions_due(CLOSING, clock.now())


def test_when_it_has_ended_its_time_of_change_moves_once(host: Host, session: str, clock: FakeClock) -> None:
    before = host.get(f"/sessions/{session}")
    clock.advance(3600)
    assert host.get(f"/sessions/{session}")["status"] == "completed"
    tick()
    after = host.get(f"/sessions/{session}")
    assert (after["status"], after["updated_at"] > before["updated_at"]) == ("completed", True)
    assert stored(session).status == "completed"
    clock.advance(3600)
    tick()
    assert host.get(f"/sessions/{session}") == after
    assert closings_left(clock) == []


def test_lists_follow_and_the_last_summary_is_written(
    host: Host, session: str, clock: FakeClock, model: Interviewer
) -> None:
    guest = host.invite(session, "viewer")
    host.say(session, "We need more buses in the evening because people work late.")
    asked("summaries")
    before = item(session)
    clock.advance(3600)
    tick()
    tell(session, before)
    assert asked("summaries") == [{"session_id": session}]
    assert summarise(session)
    assert "buses" in host.get(f"/sessions/{session}")["summary"]
    assert update_cards(session)
    for who in (host, guest):
        (card,) = who.get("/sessions?status=completed")["data"]
        assert (card["id"], card["updated_at"]) == (session, host.get(f"/sessions/{session}")["updated_at"])
    assert host.get("/sessions/public")["data"] == []


def test_nobody_joins_what_is_marked_as_ended(host: Host, session: str, clock: FakeClock) -> None:
    host.say(session, "Soup", "p1")
    clock.advance(3600)
    tick()
    assert error_of(host.join(session, "p2")) == error_of(host.say(session, "Bread", "p1")) == ENDED
    assert host.get(f"/sessions/{session}")["participant_count"] == 1


@pytest.mark.parametrize("until", ["2026-03-02T00:00:00Z", None])
@pytest.mark.parametrize("limit", [{}, {"max_participants": 5}], ids=["as it is", "with a limit"])
def test_it_goes_on_when_it_is_given_more_time(
    host: Host, session: str, clock: FakeClock, until: str | None, limit: dict[str, Any]
) -> None:
    clock.advance(3600)
    tick()
    assert host.call("PATCH", f"/sessions/{session}", {"topic": "Renamed"}).json_body["status"] == "completed"
    edited = host.call("PATCH", f"/sessions/{session}", {"closes_at": until, **limit})
    assert (edited.status_code, edited.json_body["status"]) == (200, "active")
    assert host.join(session).status_code == 200
    assert [item["id"] for item in host.get("/sessions/public")["data"]] == [session]
    clock.advance(12 * 3600)
    tick()
    assert stored(session).status == ("completed" if until else "active")


def test_one_that_had_a_limit_goes_on_with_it(host: Host, clock: FakeClock) -> None:
    session = host.new_session(closes_at=ENDS, max_participants=1)["id"]
    clock.advance(3600)
    tick()
    later = {"closes_at": "2026-03-02T00:00:00Z", "max_participants": 2}
    assert host.call("PATCH", f"/sessions/{session}", later).status_code == 200
    answers = [host.join(session, name) for name in ("p1", "p2", "p3")]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert error_of(answers[2])[2] == "This session is full"


def test_an_end_that_is_set_or_moved_later_counts(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    for at in ("2026-03-01T15:00:00Z", ENDS, "2026-03-01T14:00:00Z"):
        assert host.call("PATCH", f"/sessions/{session}", {"closes_at": at}).status_code == 200
    clock.advance(3600)
    tick()
    assert stored(session).status == "active"
    clock.advance(3600)
    tick()
    assert stored(session).status == "completed"


def test_a_session_that_was_deleted_is_left_alone(host: Host, session: str, clock: FakeClock) -> None:
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    clock.advance(3600)
    tick()
    wanted, *_ = asked("deletions")
    assert delete_data(wanted)
    assert parts(session, "sessions") == []


def test_an_edit_at_the_same_moment_is_kept(
    host: Host, session: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(3600)
    close = deadlines.close

    def late(*given: Any) -> bool:
        monkeypatch.setattr(deadlines, "close", close)
        assert host.call("PATCH", f"/sessions/{session}", {"topic": "Renamed"}).status_code == 200
        return close(*given)

    monkeypatch.setattr(deadlines, "close", late)
    tick()
    assert (stored(session).topic, stored(session).status) == ("Renamed", "completed")


@pytest.mark.parametrize("until", [None, "2026-03-02T00:00:00Z"], ids=["without an end", "before its end"])
def test_a_host_who_ends_a_session_has_all_that_its_deadline_would_have_done(
    host: Host, clock: FakeClock, until: str | None
) -> None:
    session = host.new_session(closes_at=until, is_public=True, prompt="Ask.", max_participants=5)["id"]
    guest = host.invite(session, "viewer")
    host.say(session, "We need more buses in the evening because people work late.", "p1")
    clock.advance(60)
    ended = change(host, session, status="completed")
    assert (ended["status"], ended["closes_at"]) == ("completed", moment(clock.now()))
    assert asked("summaries") == [{"session_id": session}]
    assert error_of(host.join(session, "p2")) == error_of(host.say(session, "Bread", "p1")) == ENDED
    assert host.get("/sessions/public")["data"] == []
    assert update_cards(session)
    for who in (host, guest):
        assert [card["id"] for card in who.get("/sessions?status=completed")["data"]] == [session]
    assert summarise(session)
    assert write_brief(session)
    assert "buses" in host.get(f"/sessions/{session}")["summary"]
    assert 'status: "completed"' in host.call("GET", f"/sessions/{session}/session-md").body.decode()
    moved = host.get(f"/sessions/{session}")["updated_at"]
    clock.advance(24 * 3600)
    tick()
    assert host.get(f"/sessions/{session}")["updated_at"] == moved


def test_to_end_what_has_ended_changes_nothing_but_the_time_of_change(
    host: Host, session: str, clock: FakeClock
) -> None:
    clock.advance(3600)
    again = change(host, session, status="completed")
    tick()
    assert (again["status"], again["closes_at"]) == ("completed", "2026-03-01T13:00:00.000000Z")
    assert stored(session).status == "completed"


@pytest.mark.parametrize("by", ["host", "clock", "clock that has not come by yet"])
def test_a_host_who_opens_a_session_again_has_it_as_it_was(host: Host, session: str, clock: FakeClock, by: str) -> None:
    host.say(session, "Soup", "p1")
    if by == "host":
        change(host, session, status="completed")
    clock.advance(3600)
    if by == "clock":
        tick()
    opened = change(host, session, status="active")
    assert (opened["status"], opened["closes_at"]) == ("active", None)
    assert host.say(session, "Bread", "p1").status_code == host.join(session, "p2").status_code == 200
    assert [card["id"] for card in host.get("/sessions/public")["data"]] == [session]
    clock.advance(3600)
    tick()
    assert stored(session).status == "active"


def test_to_open_what_goes_on_leaves_its_end_alone(host: Host, session: str) -> None:
    assert change(host, session, status="active")["closes_at"] == "2026-03-01T13:00:00.000000Z"


def test_what_is_opened_again_may_get_another_end(host: Host, session: str) -> None:
    change(host, session, status="completed")
    opened = change(host, session, status="active", closes_at="2026-03-01T14:00:00Z")
    assert (opened["status"], opened["closes_at"]) == ("active", "2026-03-01T14:00:00.000000Z")
