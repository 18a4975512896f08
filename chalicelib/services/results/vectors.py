"""People as vectors: how alike they are, and where each stands on a map of two dimensions.

A vector is sparse and of length 1, so that the product of two is the cosine of their angle. Everything here takes time in
proportion to the number of people, and gives the same for the same people in the same order.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from operator import mul
from typing import Final

from msgspec import Struct

Dense = list[float]

_STEPS: Final = 30  # of a power iteration
SETTLED: Final = 1e-9


class Vector(Struct, frozen=True):
    """Which coordinates it has, in ascending order, and the value of each; the others are 0."""

    at: tuple[int, ...]
    values: tuple[float, ...]

    def times(self, other: Dense) -> float:
        """The product with a vector that has all coordinates."""
        return sum(map(mul, self.values, map(other.__getitem__, self.at)), 0.0)


def make_unit(entries: Mapping[int, float]) -> Vector:
    """This vector at length 1; one without entries stays empty."""
    length = sqrt(sum(value * value for value in entries.values()))
    kept = sorted((at, value / length) for at, value in entries.items() if value)
    return Vector(tuple(at for at, _ in kept), tuple(value for _, value in kept))


def add_up(units: Sequence[Vector], size: int) -> Dense:
    """The sum of these vectors of so many coordinates."""
    return add_weighted(units, [1.0] * len(units), size)


def add_weighted(units: Sequence[Vector], weights: Sequence[float], size: int) -> Dense:
    """The sum of these vectors, each so many times."""
    total = [0.0] * size
    for unit, weight in zip(units, weights, strict=True):
        for at, value in zip(unit.at, unit.values, strict=True):
            total[at] += weight * value
    return total


def multiply(one: Dense, other: Dense) -> float:
    """The product of two vectors."""
    return sum(map(mul, one, other), 0.0)


def measure_cohesion(units: Sequence[Vector], size: int) -> float:
    """The mean cosine of all pairs, from the square of their sum: 1 where all are the same.

    0 where nothing is shared, and where they stand against each other as much as together, or more. There are at least two.
    """
    number, total = len(units), add_up(units, size)
    return min(1.0, max(0.0, (multiply(total, total) - number) / (number * (number - 1))))


def project(units: Sequence[Vector], size: int) -> tuple[list[tuple[float, float]], float]:
    """Where each stands on the two axes on which they differ most (principal components), and the share of all differences that
    these show, 0 to 1."""
    number = len(units)
    middle = [value / number for value in add_up(units, size)]
    spread = number * (1 - multiply(middle, middle))
    if spread < SETTLED:
        return [(0.0, 0.0)] * number, 1.0
    first = _find_axis(units, middle, ())
    second = _find_axis(units, middle, (first,))
    places = list(zip(_shadows(units, middle, first), _shadows(units, middle, second), strict=True))
    return places, min(1.0, sum(x * x + y * y for x, y in places) / spread)


def _find_axis(units: Sequence[Vector], middle: Dense, before: Sequence[Dense]) -> Dense:
    """The axis on which they differ most, at right angles to those of before, by power iteration; all 0 where none is left."""
    axis = _straighten([1.0 + at * 0.618034 % 1 for at in range(len(middle))], before)
    for _ in range(_STEPS):
        moved = _straighten(add_weighted(units, _shadows(units, middle, axis), len(middle)), before)
        settled = 1 - multiply(axis, moved) < SETTLED
        axis = moved
        if settled:
            break
    return [-value for value in axis] if max(axis, key=abs) < 0 else axis


def _shadows(units: Sequence[Vector], middle: Dense, axis: Dense) -> Dense:
    """How far each stands from the middle along an axis."""
    zero = multiply(middle, axis)
    return [unit.times(axis) - zero for unit in units]


def _straighten(vector: Dense, before: Sequence[Dense]) -> Dense:
    """This vector without its part along those of before, at length 1."""
    for axis in before:
        along = multiply(vector, axis)
        vector = [value - along * other for value, other in zip(vector, axis, strict=True)]
    length = sqrt(multiply(vector, vector))
    return [value / length for value in vector] if length > SETTLED else [0.0] * len(vector)
