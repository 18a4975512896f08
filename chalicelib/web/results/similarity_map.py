"""The map of people as a drawing: marks that differ in color and in shape by group, without axes.

It is the same in every direction of writing: its directions mean nothing, and two people who speak of one map are to see the same.
"""

from collections.abc import Sequence
from math import cos, pi, sin, sqrt

from msgspec import Struct

from chalicelib.services.results.similarity import Dot

_WIDTH, _MARGIN, _LEAST_HEIGHT = 400, 26, 150  # of the drawing, which is as wide as the page lets it be
_SIZES = ((60, 5.5), (250, 4.0), (1_000, 3.0))  # up to so many marks: the radius of a person's
_LARGEST = 24.0  # radius
_CORNERS = (0, 4, 3, 5, 6)  # of the shape of each group, the largest first; 0 is a circle
_TURNED = {4: pi / 4, 6: pi / 6}
NOBODYS = "none"  # the kind of marks without a group


class Mark(Struct, frozen=True):
    """People at one place; `kind` is the class that gives their color, `path` the outline of their shape."""

    kind: str
    path: str


class Label(Struct, frozen=True):
    """The name of a group, in the middle of it."""

    name: str
    x: float
    y: float


class Map(Struct, frozen=True):
    """A drawing, the smaller marks in front."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]


def letter_of(group: int) -> str:
    """Returns what a group is called, by its place in the list."""
    return chr(ord("A") + group)


def kind_of(group: int | None) -> str:
    """Returns the class of a group's marks."""
    return NOBODYS if group is None else letter_of(group).lower()


def draw_map(dots: Sequence[Dot]) -> Map:
    """Returns the drawing of these people, as wide as they are apart and as high as that makes it."""
    scale = _WIDTH / 2 - _MARGIN
    tallest = max((abs(dot.y) for dot in dots), default=0.0)
    height = max(_LEAST_HEIGHT, round(2 * (tallest * scale + _MARGIN)))
    unit = next((radius for most, radius in _SIZES if len(dots) <= most), _SIZES[-1][1])
    places = [(_WIDTH / 2 + dot.x * scale, height / 2 - dot.y * scale) for dot in dots]
    drawn = sorted(zip(dots, places, strict=True), key=lambda it: -it[0].people)
    marks = tuple(
        Mark(kind_of(dot.group), outline(dot.group, x, y, min(_LARGEST, unit * sqrt(dot.people))))
        for dot, (x, y) in drawn
    )
    groups = sorted({dot.group for dot in dots if dot.group is not None})
    return Map(_WIDTH, height, marks, tuple(_label(group, dots, places) for group in groups))


def outline(group: int | None, x: float, y: float, radius: float) -> str:
    """Returns the shape of a group's marks around this place; of none, a cross."""
    across = f"{2 * radius:.1f}"
    if group is None:
        return f"M{x - radius:.1f} {y - radius:.1f}l{across} {across}m0-{across}l-{across} {across}"
    corners = _CORNERS[group % len(_CORNERS)]
    if not corners:
        arc = f"a{radius:.1f} {radius:.1f} 0 1 0"
        return f"M{x - radius:.1f} {y:.1f}{arc} {across} 0{arc}-{across} 0z"
    turns = [_TURNED.get(corners, 0.0) + 2 * pi * corner / corners for corner in range(corners)]
    reach = radius * sqrt(2 * pi / corners / sin(2 * pi / corners))  # for the area of the circle
    return "M" + "L".join(f"{x + reach * sin(turn):.1f} {y - reach * cos(turn):.1f}" for turn in turns) + "z"


def _label(group: int, dots: Sequence[Dot], places: Sequence[tuple[float, float]]) -> Label:
    own = [(dot.people, place) for dot, place in zip(dots, places, strict=True) if dot.group == group]
    people = sum(count for count, _ in own)
    x, y = (sum(count * place[axis] for count, place in own) / people for axis in (0, 1))
    return Label(letter_of(group), round(x, 1), round(y, 1))
