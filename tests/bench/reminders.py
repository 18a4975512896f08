"""`make reminders`: what ten thousand reminders cost that are due at once, on the in-memory AWS, for docs/mail.md."""

import io
import json
import os
from typing import Any

import pytest
from moto import mock_aws

import app
from chalicelib.observability import logger
from chalicelib.services.delivery import sending
from chalicelib.settings import settings
from tests import events
from tests.api.hosts import new_host
from tests.bench.reads import begin
from tests.capacity import metered
from tests.clock import FakeClock
from tests.events import Context
from tests.quick_moto import quicken_moto
from tests.workers.test_reminder_costs import DAY, counted_messages, wait_for_reminders

SIZES = tuple(map(int, os.environ.get("SIZES", "1000 10000").split()))
FIVE_MINUTES = 300
COLUMNS = (
    *("reminders", "sweeps", "calls to SQS", "queries", "marks moved", "write units of that"),
    *("calls to DynamoDB of the jobs", "read units of that", "write units of that"),
)


def measure(count: int, clock: FakeClock) -> str:
    """Have so many people reminded, sweep by sweep; gives the row of the table."""
    sent: list[str] = []
    patch = pytest.MonkeyPatch()
    patch.setattr(sending, "send_mail", lambda it, **_: sent.append(it.to))
    wait_for_reminders(new_host(f"{count}@example.org"), count, clock)
    clock.advance(DAY)
    sweeps, batches, bodies = 0, 0, list[dict[str, Any]]()
    with metered() as swept:
        while True:
            with counted_messages() as asked:
                app.sweep(events.clock_event(), Context())
            if not asked:
                break
            sweeps += 1
            batches += len(asked)
            bodies += [body for batch in asked for body in batch]
            clock.advance(FIVE_MINUTES)
    with metered() as done:
        for body in bodies:
            app.deliver(events.batch(events.raw_message(json.dumps(body))), Context())
    calls = swept.calls + done.calls
    if any("Scan" in name for name in calls) or not len(set(sent)) == len(sent) == len(bodies) == count:
        raise RuntimeError(f"{len(bodies)} asked for, {len(sent)} sent, {dict(calls)}")
    patch.undo()
    cells = (
        *(count, sweeps, batches, swept.calls["Query"], swept.calls["UpdateItem"], swept.writes),
        *(sum(done.calls.values()), round(done.reads), done.writes),
    )
    return "| " + " | ".join(f"{cell:,}" for cell in cells) + " |"


def main() -> None:
    """Measure, and print a table."""
    handler: Any = logger.registered_handler
    handler.setStream(io.StringIO())
    quicken_moto()
    os.environ["MAIL_FROM"] = "surveys@example.org"
    print(
        "| reminders | sweeps | calls to SQS | queries | marks moved | their write units | calls of the jobs | read units | write units |"
    )
    print("| ---: " * 9 + "|")
    with mock_aws():
        clock = begin()
        settings.cache_clear()
        for count in SIZES:
            print(measure(count, clock), flush=True)


if __name__ == "__main__":
    main()
