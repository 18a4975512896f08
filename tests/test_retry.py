"""Trying again, on a clock that only moves by waiting."""

import pytest

from chalicelib.retry import Retry
from tests.clock import NOON, FakeClock


def test_the_first_try_comes_at_once_and_every_other_after_its_pause() -> None:
    clock = FakeClock()
    times = [(failed, clock.slept) for failed in Retry(tries=4, pause=lambda failed: 0.5 * failed).attempts(clock)]
    assert times == [(0, 0), (1, 0.5), (2, 1.5), (3, 3.0)]


def test_nobody_waits_after_the_last_try_nor_longer_than_there_is_time() -> None:
    clock = FakeClock()
    assert len(list(Retry(seconds=10, pause=0.25).attempts(clock))) == 41
    assert clock.slept == 10
    assert list(Retry(seconds=10, pause=4).attempts(clock)) == [0, 1, 2]
    assert clock.slept == 18


def test_time_that_passes_while_something_is_tried_counts() -> None:
    clock = FakeClock()
    for _ in Retry(seconds=10, pause=0.25).attempts(clock):
        clock.advance(6)
    assert (clock.now() - NOON).total_seconds() == 12.25


def test_without_pauses_nobody_waits_and_without_time_nothing_is_tried() -> None:
    clock = FakeClock()
    assert list(Retry(tries=3).attempts(clock)) == [0, 1, 2]
    assert list(Retry(seconds=0, pause=1).attempts(clock)) == []
    assert clock.slept == 0


def test_with_jitter_a_pause_is_a_random_part_of_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.retry.random.uniform", lambda least, most: (least + most) / 4)
    clock = FakeClock()
    assert list(Retry(tries=3, pause=2, jitter=True).attempts(clock)) == [0, 1, 2]
    assert clock.slept == 1
