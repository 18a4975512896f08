"""How sure a rate or a mean is."""

from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev
from typing import Final

from msgspec import Struct

_Z: Final = 1.959964
# Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom; beyond, the normal distribution's is near enough.
_T: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


class Interval(Struct, frozen=True):
    """A value with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(passed: int, n: int) -> Interval:
    """The share of `passed` in n with Wilson's score interval. Raises ValueError where there is nothing to share."""
    if not 0 <= passed <= n or n == 0:
        raise ValueError(f"{passed} of {n} is no share")
    share, square = passed / n, _Z * _Z
    centre = (share + square / (2 * n)) / (1 + square / n)
    margin = _Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return Interval(share, max(0.0, centre - margin), min(1.0, centre + margin))


def mean_of(values: Sequence[float], lowest: float, highest: float) -> Interval:
    """The mean with its t-interval, kept within the scale; a single value tells nothing of its spread."""
    if not values:
        raise ValueError("no values, no mean")
    if len(values) == 1:
        return Interval(values[0], lowest, highest)
    freedom = len(values) - 1
    quantile = _T[freedom - 1] if freedom <= len(_T) else _Z
    margin = quantile * stdev(values) / sqrt(len(values))
    middle = mean(values)
    return Interval(middle, max(lowest, middle - margin), min(highest, middle + margin))
