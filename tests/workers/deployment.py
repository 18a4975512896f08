"""A whole deployment on a clock that tests own: streams, queues and the sweep do their work at the time they would."""

from collections import Counter
from dataclasses import dataclass, field

import app
from tests import events
from tests.clock import FakeClock
from tests.events import Context
from tests.workers.delivery import Queues, Streams

SWEEP_SECONDS = 300


@dataclass
class Deployment:
    """What is behind the doors. `delivered` counts the messages that a worker got, by queue and group."""

    clock: FakeClock
    streams: Streams
    queues: Queues
    delivered: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass, and all be done in it that is to be."""
        end = self.clock.now().timestamp() + seconds
        while (at := self._next()) <= end:
            self._wait_until(at)
            if due := [queued for queued in self.queues.next_ones() if queued.visible_at.timestamp() <= at]:
                self.delivered[due[0].queue, due[0].group] += 1
                self.queues.deliver(due[0])
            elif at % SWEEP_SECONDS == 0:
                app.sweep(events.clock_event(), Context())
                self.clock.advance(0.001)  # it is over
        self._wait_until(end)
        self._carry()

    def _next(self) -> float:
        """When something is to be done next."""
        self._carry()
        now = self.clock.now().timestamp()
        sweep = -(-now // SWEEP_SECONDS) * SWEEP_SECONDS
        return max(now, min([sweep, *(queued.visible_at.timestamp() for queued in self.queues.next_ones())]))

    def _wait_until(self, at: float) -> None:
        self.clock.advance(max(0.0, at - self.clock.now().timestamp()))

    def _carry(self) -> None:
        """The streams carry every change at once."""
        while waiting := [(table, list(records)) for table, records in self.streams.waiting.items() if records]:
            for table, records in waiting:
                self.streams.deliver(table, records)
                self.streams.done_with(table, records)
