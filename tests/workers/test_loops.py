"""A worker that wakes itself: Lambda gives up what goes round for the seventeenth time, unless its function may loop."""

from typing import Any

import pytest

from chalicelib.settings import settings
from tests.clock import FakeClock
from tests.workers import delivery
from tests.workers.delivery import MAY_LOOP, MOST_ROUNDS, Queues


@pytest.mark.parametrize(("queue", "is_stopped"), [("briefs", True), ("deletions", False)])
def test_what_sends_to_its_own_queue_without_end_is_stopped_where_it_is_not_meant_to(
    aws: None, monkeypatch: pytest.MonkeyPatch, queue: str, is_stopped: bool
) -> None:
    queues, runs = Queues(FakeClock()), 0
    again = {"QueueUrl": settings().queue_urls[queue], "MessageBody": "{}"}

    def work(*_: Any) -> dict[str, Any]:
        nonlocal runs
        runs += 1
        queues.call("SendMessage", again)
        return {"batchItemFailures": []}

    monkeypatch.setitem(delivery._WORKERS, queue, work)
    queues.call("SendMessage", again)
    for _ in range(MOST_ROUNDS + 4):
        for queued in queues.next_ones():
            queues.deliver(queued)
    assert (queue in MAY_LOOP) is not is_stopped
    assert (runs, len(queues.dead)) == ((MOST_ROUNDS, 1) if is_stopped else (MOST_ROUNDS + 4, 0))
