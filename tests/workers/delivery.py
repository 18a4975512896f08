"""Stand-ins for the tables' streams and for the queues, for tests that deliver records and messages themselves.

Both sit between a client and the in-memory AWS. Nothing moves unless a test says so, in whatever order it likes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

import app
from chalicelib import container
from chalicelib.model.jobs import QUEUES
from chalicelib.settings import settings
from chalicelib.store import database
from infra.functions import ALL, VISIBILITY, VISIBILITY_TIMES
from tests import events
from tests.clock import FakeClock
from tests.events import Context, Event

Call = Callable[[str, dict[str, Any]], Any]
Items = dict[tuple[str, str], Any]

MOST_ROUNDS = 16  # of one message and those that followed from it, before Lambda takes them for an endless loop
MAY_LOOP = {it.works_off.name for it in ALL if it.works_off and it.is_loop}
FORGETS_AFTER = timedelta(minutes=5)  # deduplication ids
_FUNCTIONS: dict[str, Any] = {"sessions": app.sessions_changed, "conversations": app.conversations_changed}
_WORKERS: dict[str, Any] = {
    "prompts": app.write_prompt,
    "summaries": app.write_summary,
    "briefs": app.write_brief,
    "cards": app.update_cards,
    "deletions": app.delete_data,
    "mails": app.send_mail,
    "exports": app.write_export,
}


class Streams:
    """The streams of the two tables: one record for each change of an item; `waiting` holds those not delivered yet."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Event]] = {table: [] for table in _FUNCTIONS}

    def wrap(self, call: Call) -> Call:
        """The client's call, whose changes are noted."""

        def through(operation: str, arguments: dict[str, Any]) -> Any:
            if operation in ("GetItem", "BatchGetItem", "Query"):
                return call(operation, arguments)
            before = {table: _items(table) for table in self.waiting}
            try:
                return call(operation, arguments)
            finally:
                for table, records in self.waiting.items():
                    records += _changes(before[table], _items(table), with_old=table == "sessions")

        return through

    def deliver(self, table: str, records: Iterable[Event]) -> None:
        """Call the stream's function on these records; whatever it raises, the stream would bring them all again."""
        _FUNCTIONS[table](events.batch(*records), Context())

    def done_with(self, table: str, records: list[Event]) -> None:
        """These do not come again."""
        gone = set(map(id, records))
        self.waiting[table] = [record for record in self.waiting[table] if id(record) not in gone]

    def lose(self) -> None:
        """What was not delivered never is: a stream keeps its records for a day."""
        for records in self.waiting.values():
            records.clear()


@dataclass
class QueuedMessage:
    """A message of a queue; it can be received from `visible_at` on."""

    queue: str
    body: str
    group: str | None
    number: int
    visible_at: datetime
    received: int = 0
    rounds: dict[str, int] = field(
        default_factory=dict
    )  # how often each queue is among those that led to it, and itself


@dataclass
class Queues:
    """The queues as SQS keeps them: delays, locks, deduplication, one message of a group at a time, dead letters; and Lambda,
    which gives up what goes round too often."""

    clock: FakeClock
    waiting: list[QueuedMessage] = field(default_factory=list)
    dead: list[QueuedMessage] = field(default_factory=list)
    _in_work: QueuedMessage | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    _seen: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def call(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Stands for the client's call."""
        if operation == "SendMessage":
            self._send(arguments)
        elif operation == "SendMessageBatch":
            for entry in arguments["Entries"]:
                self._send({"QueueUrl": arguments["QueueUrl"], **entry})
        elif operation == "ChangeMessageVisibility":
            for queued in self.waiting:
                if str(queued.number) == arguments["ReceiptHandle"]:
                    queued.visible_at = self.clock.now() + timedelta(seconds=arguments["VisibilityTimeout"])
        elif operation == "GetQueueAttributes":
            queue, now = self._named(arguments["QueueUrl"]), self.clock.now()
            visible = sum(queued.queue == queue and queued.visible_at <= now for queued in self.waiting)
            return {"Attributes": {"ApproximateNumberOfMessages": str(visible)}}
        else:
            raise AssertionError(f"No worker asks SQS to {operation}")
        return {}

    def next_ones(self) -> list[QueuedMessage]:
        """What can be delivered next: of each group its oldest message."""
        firsts: dict[tuple[str, str | int], QueuedMessage] = {}
        for queued in self.waiting:
            firsts.setdefault((queued.queue, queued.group or queued.number), queued)
        return list(firsts.values())

    def deliver(self, queued: QueuedMessage, *, stays: bool = False) -> None:
        """Wait until it can be received, and call the worker; with `stays`, it comes again although its work is done."""
        self.clock.advance(max(0.0, (queued.visible_at - self.clock.now()).total_seconds()))
        goes_round = queued.queue not in MAY_LOOP and queued.rounds[queued.queue] > MOST_ROUNDS
        if goes_round or queued.received == next(row.receives for row in QUEUES if row.name == queued.queue):
            self.waiting.remove(queued)
            self.dead.append(queued)
            return
        queued.received += 1
        queued.visible_at = self.clock.now() + timedelta(seconds=VISIBILITY[queued.queue])
        name = str(queued.number)
        message = events.raw_message(queued.body, received=queued.received, group=queued.group or "")
        message |= {"messageId": name, "receiptHandle": name}
        self._in_work = queued
        try:
            answer = _WORKERS[queued.queue](
                events.batch(message), Context(seconds=VISIBILITY[queued.queue] / VISIBILITY_TIMES)
            )
        finally:
            self._in_work = None
        if not (answer["batchItemFailures"] or stays):
            self.waiting.remove(queued)

    def _send(self, arguments: dict[str, Any]) -> None:
        queue, now = self._named(arguments["QueueUrl"]), self.clock.now()
        if once := arguments.get("MessageDeduplicationId"):
            if (queue, once) in self._seen and now - self._seen[queue, once] < FORGETS_AFTER:
                return
            self._seen[queue, once] = now
        delay = next(getattr(settings(), row.delay) if row.fifo else 0 for row in QUEUES if row.name == queue)
        visible_at = now + timedelta(seconds=delay)
        group = arguments.get("MessageGroupId")
        rounds = dict(self._in_work.rounds) if self._in_work else {}
        rounds[queue] = rounds.get(queue, 0) + 1
        number = next(self._numbers)
        self.waiting.append(QueuedMessage(queue, arguments["MessageBody"], group, number, visible_at, rounds=rounds))

    def _named(self, url: str) -> str:
        return next(name for name, its_url in settings().queue_urls.items() if its_url == url)


def stand_in_for_aws(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> tuple[Streams, Queues]:
    """Put streams under the one DynamoDB client, and queues in the place of SQS."""
    streams, queues = Streams(), Queues(clock)
    dynamodb: Any = database.connection().client
    monkeypatch.setattr(dynamodb, "_make_api_call", streams.wrap(dynamodb._make_api_call))
    monkeypatch.setattr(vars(container.jobs())["_client"], "_make_api_call", queues.call)
    return streams, queues


def _items(table: str) -> Items:
    """The stored items; one that changes is another object then."""
    stored = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[table].items
    return {(own.value, part.value): item for own, items in stored.items() for part, item in items.items()}


def _changes(before: Items, after: Items, *, with_old: bool) -> list[Event]:
    changed = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old is new:
            continue
        was, now = _image(old), _image(new)
        if was != now:
            name = "INSERT" if was is None else "REMOVE" if now is None else "MODIFY"
            record = events.change(name, now, was)
            if not with_old:
                record["dynamodb"].pop("OldImage", None)
            changed.append(record)
    return changed


def _image(item: Any) -> Event | None:
    return None if item is None else dict(item.to_json()["Attributes"])
