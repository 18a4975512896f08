"""The clock: the only source of now, and of waiting, so that tests can own both."""

import time
from datetime import UTC, datetime

from msgspec import Struct


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
