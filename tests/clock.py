"""Time that tests own: it moves only where a test, or the code under test by sleeping, moves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from chalicelib import container
from chalicelib.clock import Clock
from chalicelib.services.conversations import request_context
from chalicelib.store import transact

NOON = datetime(2026, 3, 1, 12, 0, 5, 123456, tzinfo=UTC)


class FakeClock(Clock):
    """A clock that sleeps by moving on; what was planned with `after` happens in passing, as other requests would."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._plans: list[tuple[datetime, Callable[[], object]]] = []
        self.slept = 0.0

    def now(self) -> datetime:
        """The time of the test."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.slept += seconds
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move on without anybody waiting."""
        self._now += timedelta(seconds=seconds)
        due = [plan for plan in self._plans if plan[0] <= self._now]
        self._plans = [plan for plan in self._plans if plan not in due]
        for _, action in due:
            action()

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Have something happen once that much time has passed."""
        self._plans.append((self._now + timedelta(seconds=seconds), action))


def own_time(monkeypatch: pytest.MonkeyPatch, start: datetime = NOON, known: FakeClock | None = None) -> FakeClock:
    """Give the whole application this clock. Nobody waits for a prompt that is being written: no worker writes any here."""
    clock = known or FakeClock(start)
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 0)
    monkeypatch.setattr(container, "clock", cache(lambda: clock))
    return clock


class FakeTime:
    """Stands in for the module `time` where retries wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def monotonic(self) -> float:
        """Seconds, as far as anybody has waited."""
        return sum(self.waits)

    def sleep(self, seconds: float) -> None:
        """Note how long."""
        self.waits.append(seconds)


def own_retries(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Let the retries of `transact.py` wait without waiting."""
    fake = FakeTime()
    monkeypatch.setattr(transact, "time", fake)
    return fake
