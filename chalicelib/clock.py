"""The clock: the only source of now, and of waiting, so that tests can own both."""

import time
from datetime import UTC, datetime, timedelta

from msgspec import Struct

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
