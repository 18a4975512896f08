"""The clock: the only source of now, and of waiting, so that tests can own both."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

# The gateway gives up on a request after 29 seconds.
TURN_SECONDS = 24  # for a turn, and for any request that does not ask for less
ON_DEMAND_SECONDS = 20.0  # for what a model writes at a host's request

CLOCKS_DIFFER = timedelta(minutes=1)  # by less than this, of any two computers


class Clock:
    """Real time."""

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def deadline(self, seconds: float) -> "Deadline":
        """A point in time this many seconds from now."""
        return Deadline(self, self.now().timestamp() + seconds)


class Deadline(Struct, frozen=True):
    """The moment by which a piece of work has to be over."""

    clock: Clock
    at: float

    def remaining(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self.at - self.clock.now().timestamp())


def begin(call: Callable[[], T]) -> "Future[T]":
    """Run a call in a thread of its own, and give what it will come to.

    Whoever waits for it says how long: time-outs of a socket begin anew with every byte that comes. A thread that is left
    behind ends with its connection.
    """
    from concurrent.futures import Future  # which only those need who ask other servers
    from threading import Thread

    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # whatever it is, it belongs to the caller
            outcome.set_exception(error)

    Thread(target=run, daemon=True).start()
    return outcome
