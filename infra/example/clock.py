"""The clock of the example: it stands where the story is, and moves when somebody reads, thinks or writes."""

from datetime import datetime, timedelta

from chalicelib.clock import Clock

LEAST_WAIT = 60.0  # seconds: whoever waits for something waits long enough for it to be over


class StoryClock(Clock):
    """A time that moves only when it is told to."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Where the story is."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Wait for something that another run may have left behind, such as a lease."""
        self.advance(max(seconds, LEAST_WAIT))

    def advance(self, seconds: float) -> None:
        """Let this much time pass."""
        self._at += timedelta(seconds=seconds)
