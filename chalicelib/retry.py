"""Trying again: how often, for how long and after which pauses, on the clock that the caller is given.

It is written here because the usual library, tenacity, reads a clock of its own, which no test could move.
"""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

from msgspec import Struct

from chalicelib.clock import Clock


class Retry(Struct, frozen=True, kw_only=True):
    """How many tries there are at most, within how many seconds, and the seconds of the pause before the next one.

    A pause may depend on how many tries have failed. With `jitter` it is a random part of that, so that several who are in
    each other's way do not all come again at once.
    """

    tries: int | None = None
    seconds: float | None = None
    pause: float | Callable[[int], float] = 0.0
    jitter: bool = False

    def attempts(self, clock: Clock) -> Iterator[int]:
        """Yields how many tries have failed: 0 at once, then 1, 2, … each after its pause, and ends with the tries or the time.

        A pause that would outlast the time is not made.
        """
        until = None if self.seconds is None else clock.now() + timedelta(seconds=self.seconds)
        for failed in count() if self.tries is None else range(self.tries):
            wait = self._pause_after(failed) if failed else 0.0
            now = clock.now()
            if until and (now >= until or now + timedelta(seconds=wait) > until):
                return
            if wait:
                clock.sleep(wait)
            yield failed

    def _pause_after(self, failed: int) -> float:
        longest = self.pause(failed) if callable(self.pause) else self.pause
        return random.uniform(0, longest) if self.jitter else longest
