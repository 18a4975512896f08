"""Scratchpads at the API's door: asking for one, and people for it to be about."""

from typing import Any

from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Message, Thread
from tests.api.hosts import Host
from tests.api.shapes import assert_shape
from tests.clock import FakeClock

BUSES = "We need more buses in the evening because people work late."


def post(host: Host, session: str, mode: str | None = None) -> dict[str, Any]:
    answer = host.call("POST", f"/sessions/{session}/scratchpad", {"mode": mode} if mode else None)
    assert answer.status_code == 200, answer.body
    progress = {"themes": int, "participants": int, "batches_processed": int, "batches_total": int}
    assert_shape(answer.json_body, {"status": str, **progress})
    return dict(answer.json_body)


def told(status: str, themes: int, participants: int, processed: int, total: int) -> dict[str, Any]:
    counts = {"themes": themes, "participants": participants}
    return {"status": status, **counts, "batches_processed": processed, "batches_total": total}


def people(session: str, number: int, clock: FakeClock, said: str = BUSES, start: int = 0) -> None:
    """So many people who said something each, stored as the chat does."""
    for person in range(start, start + number):
        message = Message(container.new_id(), 1, "user", said, clock.now())
        assert container.conversations().join(somebody(session, person, clock), (), message)


def somebody(session: str, person: int, clock: FakeClock, **fields: Any) -> Thread:
    """The head of a thread with one message."""
    identifier = f"{person:08d}-0000-4000-8000-000000000000"
    thread = Thread(session, identifier, "api", f"p{person}", None, clock.now(), 0)
    return replace(thread, last_sequence=1, last_said=1, message_count=1, last_message_at=clock.now(), **fields)
