"""Intervals, against values worked out elsewhere."""

import pytest

from evals.statistics import mean_of, wilson


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [(5, 5, 0.5655, 1.0), (0, 5, 0.0, 0.4345), (8, 10, 0.4902, 0.9433), (50, 100, 0.4038, 0.5962)],
)
def test_wilson(passed: int, n: int, low: float, high: float) -> None:
    found = wilson(passed, n)
    assert found.value == passed / n
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


@pytest.mark.parametrize(("passed", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_no_share_of_nothing(passed: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(passed, n)


def test_a_mean_has_a_t_interval() -> None:
    found = mean_of([2, 3, 4, 3], 1, 5)
    assert [found.value, found.low, found.high] == pytest.approx([3, 1.701, 4.299], abs=1e-3)


def test_an_interval_stays_within_the_scale() -> None:
    assert mean_of([1, 5], 1, 5).low == 1
    assert mean_of([1, 5], 1, 5).high == 5


def test_one_value_tells_nothing_of_its_spread() -> None:
    found = mean_of([4], 1, 5)
    assert (found.value, found.low, found.high) == (4, 1, 5)


def test_many_values_go_by_the_normal_distribution() -> None:
    found = mean_of([2, 4] * 50, 1, 5)
    assert found.high - found.value == pytest.approx(1.96 * 1.00504 / 10, abs=1e-3)


def test_no_mean_of_nothing() -> None:
    with pytest.raises(ValueError, match="no mean"):
        mean_of([], 1, 5)
