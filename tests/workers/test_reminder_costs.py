"""What many reminders cost that are due at once: calls, and what they consume, grow as their number does, and nothing is scanned."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

import pytest
from msgspec.structs import replace

import app
from chalicelib import container
from chalicelib.model import Thread
from chalicelib.model.reminders import Reminder, ReminderTarget
from chalicelib.services.delivery import sending
from chalicelib.services.delivery.reminder_job import want_reminders
from chalicelib.settings import settings
from chalicelib.store import database, due_kinds, keys, thread_head
from tests import events
from tests.api.hosts import Host, new_host
from tests.capacity import metered
from tests.clock import FakeClock, own_time
from tests.events import Context
from tests.faults import own_model

DAY = 24 * 3600


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The application's time; mails can be sent."""
    own_model(monkeypatch)
    monkeypatch.setenv("MAIL_FROM", "surveys@example.org")
    settings.cache_clear()
    return own_time(monkeypatch)


def wait_for_reminders(host: Host, count: int, clock: FakeClock) -> None:
    """Have so many people wait for a reminder in one session."""
    session = host.new_session(prompt="Ask.", reminders={"enabled": True})["id"]
    now = clock.now()
    for number in range(count):
        thread_id = f"00000000-0000-4000-8000-{number:012d}"
        thread = Thread(session, thread_id, "web", f"p{number}", None, now, 1, last_message_at=now, message_count=1)
        database.put(*thread_head.begin(thread, None))
        wish = Reminder(session, thread_id, "mail", now)
        assert want_reminders(wish, ReminderTarget(f"{number}@example.org", "l"), deps=container.reminder_deps())


@contextmanager
def counted_messages() -> Iterator[list[list[Any]]]:
    """The jobs of each call to the queues."""
    client, found = container.jobs()._client, list[list[Any]]()
    real = client.send_message_batch

    def send(**given: Any) -> Any:
        found.append([json.loads(entry["MessageBody"]) for entry in given["Entries"]])
        return real(**given)

    client.send_message_batch = send
    try:
        yield found
    finally:
        client.send_message_batch = real


def at_once(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a sweep ask for so many reminders at most."""
    kinds = (replace(it, most=most) if it == due_kinds.REMINDER else it for it in due_kinds.KINDS)
    monkeypatch.setattr(due_kinds, "KINDS", tuple(kinds))


@pytest.mark.parametrize("count", [15, 40])
def test_each_reminder_costs_the_same_however_many_there_are(
    count: int, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_reminders(new_host(), count, clock)
    sent: list[str] = []
    monkeypatch.setattr(sending, "send_mail", lambda it, **_: sent.append(it.to))
    clock.advance(DAY)
    at_once(30, monkeypatch)
    sweeps = ceil(count / 30)
    with metered() as found, counted_messages() as asked:
        for _ in range(sweeps):
            app.sweep(events.clock_event(), Context())
    bodies = [body for batch in asked for body in batch]
    assert (len(asked), len(bodies)) == (ceil(count / 10), count)
    assert found.writes == count  # each mark moves on
    assert found.calls.keys() == {"Query", "UpdateItem"}
    assert found.calls["UpdateItem"] == count
    assert found.calls["Query"] <= sweeps * len(due_kinds.KINDS) * keys.DUE_SHARDS
    with metered() as done:
        for body in bodies:
            app.deliver(events.batch(events.raw_message(json.dumps(body))), Context())
    assert len(set(sent)) == len(sent) == count
    # It reads, looks whether the address takes mails, takes the day's one mail of it, and claims the reminder.
    assert sum(done.calls.values()) == 4 * count, done.calls
    assert done.writes == 7 * count
    assert not any("Scan" in name for it in (found, done) for name in it.calls)
