"""SESSION.md follows its session: what ends, goes on or is edited with nothing new said has a brief that tells so."""

from typing import Any

import boto3
import pytest

import app
from chalicelib.store.due_kinds import BRIEF
from chalicelib.store.sessions import Sessions
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, summarise, write_brief
from tests.clock import FakeClock
from tests.events import Context
from tests.stored_items import sessions_due

ENDS = "2026-03-01T13:00:00Z"  # an hour from the start of every test


@pytest.fixture
def session(host: Host, clock: FakeClock) -> str:
    """A session that ends in an hour; all that was said is summed up, and its brief is written."""
    session = str(host.new_session(closes_at=ENDS, prompt="Ask.")["id"])
    host.say(session, "We need more buses in the evening because people work late.")
    clock.advance(60)
    assert summarise(session)
    assert write_brief(session)
    assert due(clock) == []
    return session


def due(clock: FakeClock) -> list[str]:
    """The sessions whose brief is to be made."""
    clock.advance(1)
    return sessions_due(BRIEF, clock.now())


def stored(session: str) -> events.Event:
    """The item of the summary, as the stream carries it."""
    key = {"session_id": {"S": session}, "part": {"S": "summary"}}
    return dict(boto3.client("dynamodb").get_item(TableName="sessions", Key=key)["Item"])


def woken(clock: FakeClock) -> list[str]:
    """The sessions whose brief the sweep asks for when the events were lost."""
    clock.advance(400)
    app.sweep(events.clock_event(), Context())
    return [body["session_id"] for body in asked("briefs")]


def head(host: Host, session: str) -> list[str]:
    """What the front matter says of the state."""
    lines = host.call("GET", f"/sessions/{session}/session-md").body.decode().splitlines()
    return [line for line in lines if line.startswith(("status:", "closes_at:"))]


def test_a_session_that_ends_with_nothing_new_has_a_brief_that_says_so(
    host: Host, session: str, clock: FakeClock
) -> None:
    assert head(host, session) == ['status: "active"', f'closes_at: "{ENDS}"']
    clock.advance(3540 - 1)
    assert head(host, session)[0] == 'status: "completed"'
    app.open_and_close(events.clock_event(), Context())
    assert due(clock) == [session]
    assert woken(clock) == [session]
    assert write_brief(session)
    assert head(host, session) == ['status: "completed"', f'closes_at: "{ENDS}"']
    assert due(clock) == []


def test_one_that_goes_on_has_one_too(host: Host, session: str, clock: FakeClock) -> None:
    clock.advance(3600)
    app.sweep(events.clock_event(), Context())
    assert write_brief(session)
    assert host.call("PATCH", f"/sessions/{session}", {"closes_at": None}).status_code == 200
    assert woken(clock) == [session]
    assert write_brief(session)
    assert head(host, session) == ['status: "active"']


@pytest.mark.parametrize(
    ("change", "tells"),
    [
        ({"topic": "Renamed"}, True),
        ({"goal": "Another goal"}, True),
        ({"context": "Built in 1970"}, True),
        ({"questions": [{"text": "Your street?"}]}, True),
        ({"closes_at": "2026-03-02T00:00:00Z"}, True),
        ({"shared_network": True}, True),
        ({"welcome_message": "Hello there"}, False),
    ],
)
def test_an_edit_of_what_it_tells_asks_for_it_again(
    host: Host, session: str, clock: FakeClock, change: dict[str, Any], tells: bool
) -> None:
    assert host.call("PATCH", f"/sessions/{session}", change).status_code == 200
    assert bool(due(clock)) is tells


def test_the_stream_asks_for_it_at_once(host: Host, session: str) -> None:
    before = stored(session)
    asked("briefs")
    assert host.call("PATCH", f"/sessions/{session}", {"topic": "Renamed"}).status_code == 200
    app.sessions_changed(events.batch(events.change("MODIFY", stored(session), before)), Context())
    assert asked("briefs") == [{"session_id": session}]


def test_a_brief_of_how_the_session_was_is_made_anew(
    host: Host, session: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, tried = Sessions.put_brief, []

    def late(self: Sessions, *given: Any) -> bool:
        tried.append(given)
        if len(tried) == 1:
            clock.advance(3600)
            app.open_and_close(events.clock_event(), Context())
        return put(self, *given)

    monkeypatch.setattr(Sessions, "put_brief", late)
    assert write_brief(session)
    assert len(tried) == 2
    assert head(host, session)[0] == 'status: "completed"'


def test_a_session_without_a_summary_ends_without_a_brief(host: Host, clock: FakeClock) -> None:
    session = host.new_session(closes_at=ENDS)["id"]
    assert host.call("PATCH", f"/sessions/{session}", {"topic": "Renamed"}).status_code == 200
    clock.advance(3600)
    app.sweep(events.clock_event(), Context())
    assert due(clock) == []
    assert write_brief(session)
    assert host.call("GET", f"/sessions/{session}/session-md").status_code == 404
