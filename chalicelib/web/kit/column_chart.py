"""How many chose each value of a scale: columns side by side, with a mark where the middle of all values is."""

from collections.abc import Sequence

from msgspec import Struct

from chalicelib.web.kit.chart import Bar, Part

_HIGHEST, _ABOVE, _BELOW = (
    120,
    24,
    28,
)  # heights, in pixels: of the highest column, and of what stands above and below columns
_FILLED = 0.7  # of the place of a column


class Column(Struct, frozen=True):
    """A column as it is drawn: along the scale in per cent of the drawing, so that it fits any screen, else in pixels."""

    label: str
    count: int
    start: float
    width: float
    middle: float
    y: int
    height: int


class ColumnChart(Struct, frozen=True):
    """A drawing of columns, and the figures that it is of; `mark` is where the middle is, `base` where the columns stand."""

    title: str
    bars: tuple[Bar, ...]
    columns: tuple[Column, ...]
    mark: float
    column: str = ""
    parts: tuple[Part, ...] = ()
    base: int = _ABOVE + _HIGHEST
    height: int = _ABOVE + _HIGHEST + _BELOW


def make_columns(title: str, bars: Sequence[Bar], middle: float, direction: str) -> ColumnChart:
    """Returns columns of these figures, of which there are some; `middle` counts from 0, the first. From the right where the page reads
    from there."""
    place, most = 100 / len(bars), max(1, *(bar.count for bar in bars))
    columns = []
    for index, bar in enumerate(bars):
        height = round(_HIGHEST * bar.count / most)
        center = _mirror(place * (index + 0.5), direction)
        width = place * _FILLED
        start = round(center - width / 2, 2)
        columns.append(
            Column(bar.label, bar.count, start, round(width, 2), round(center, 2), _ABOVE + _HIGHEST - height, height)
        )
    return ColumnChart(title, tuple(bars), tuple(columns), round(_mirror(place * (middle + 0.5), direction), 2))


def _mirror(at: float, direction: str) -> float:
    return at if direction == "ltr" else 100 - at
