"""Every call of a request about people fails, dies before it or dies after it; then the client sends it again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

import app
from chalicelib.store.due_kinds import SUMMARY
from tests import events
from tests.api.hosts import Host
from tests.api.work import asked, delete_data, parts
from tests.clock import FakeClock, own_retries
from tests.events import Context
from tests.faults import FAULTS, Died, Fault, Wire, tap
from tests.lean import lean_tables
from tests.stored import sessions_due

MOST_CALLS = 30
LONG = ("conflict without end", "unreachable", "done but unanswered", "dies before", "dies after")
BROKEN = [fault for fault in FAULTS if fault.name in LONG]
Send = Callable[[], Any]


@pytest.fixture
def wire(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire under a warm process."""
    own_retries(monkeypatch)
    host.say(host.new_session()["id"], "Warm up")
    return tap(monkeypatch)


def send_again(send: Send, clock: FakeClock, over: tuple[int, ...]) -> None:
    """As a client does that heard nothing, or an error."""
    for _ in range(6):
        clock.advance(31)
        if send().status_code in over:
            return
    raise AssertionError("stuck")


@dataclass(frozen=True)
class Case:
    """What is sent in a session, the answers that end it, and what is true in the end."""

    prepare: Callable[[str], Send]
    over: tuple[int, ...]
    check: Callable[[str], None]


def break_each_call(wire: Wire, fault: Fault, host: Host, clock: FakeClock, case: Case) -> None:
    """Send the request with the fault at call 1, 2, … until there is none to break."""
    for number in range(1, MOST_CALLS):
        lean_tables()
        session = str(host.new_session(prompt="Ask.")["id"])
        send = case.prepare(session)
        with wire.broken(fault, number), suppress(Died):
            send()
        send_again(send, clock, case.over)
        case.check(session)
        if not wire.fired:
            assert number > 2
            return
    raise AssertionError("more calls than a request may make")


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_a_response_with_a_key_is_stored_once(wire: Wire, host: Host, clock: FakeClock, fault: Fault) -> None:
    def prepare(session: str) -> Send:
        headers = {"Idempotency-Key": f"k-{session}"}
        return lambda: host.call("POST", f"/sessions/{session}/responses", {"content": "Soup"}, **headers)

    def check(session: str) -> None:
        (person,) = host.get(f"/sessions/{session}/responses")["data"]
        assert [entry["content"] for entry in person["messages"]] == ["Soup"]
        assert (person["message_count"], host.get(f"/sessions/{session}")["participant_count"]) == (1, 1)

    break_each_call(wire, fault, host, clock, Case(prepare, (201,), check))


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_an_exclusion_is_whole_and_its_summary_due(wire: Wire, host: Host, clock: FakeClock, fault: Fault) -> None:
    def prepare(session: str) -> Send:
        participant = host.say(session, "Soup").json_body["thread_id"]
        asked("summaries")
        return lambda: host.call("PATCH", f"/sessions/{session}/participants/{participant}", {"included": False})

    def check(session: str) -> None:
        assert host.get(f"/sessions/{session}/responses")["data"] == []
        assert host.get(f"/sessions/{session}/summary")["status"] == "updating"
        assert {"session_id": session} in asked("summaries")
        assert session in sessions_due(SUMMARY, clock.now())

    break_each_call(wire, fault, host, clock, Case(prepare, (200,), check))


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_a_removal_is_whole_and_nothing_stays(wire: Wire, host: Host, clock: FakeClock, fault: Fault) -> None:
    def prepare(session: str) -> Send:
        participant = host.say(session, "Soup").json_body["thread_id"]
        asked("deletions")
        return lambda: host.call("DELETE", f"/sessions/{session}/participants/{participant}")

    def check(session: str) -> None:
        assert host.get(f"/sessions/{session}")["participant_count"] == 0
        clock.advance(3600)
        app.sweep(events.clock_event(), Context())
        assert all(delete_data(wanted) for wanted in asked("deletions"))
        assert parts(session) == []

    break_each_call(wire, fault, host, clock, Case(prepare, (204, 404), check))


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_an_erasure_is_finished_whatever_interrupts_it(wire: Wire, host: Host, clock: FakeClock, fault: Fault) -> None:
    for number in range(1, MOST_CALLS):
        lean_tables()
        session = str(host.new_session(prompt="Ask.")["id"])
        participant = host.say(session, "Soup").json_body["thread_id"]
        host.call("DELETE", f"/sessions/{session}/participants/{participant}")
        (wanted,) = asked("deletions")
        with wire.broken(fault, number), suppress(Died):
            delete_data(wanted)
        fired = wire.fired
        assert delete_data(wanted)
        assert parts(session) == []
        if not fired:
            return
    raise AssertionError("more calls than a job may make")
