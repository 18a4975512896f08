"""Figures as bars: one inline drawing, and the same numbers as a table beside it."""

from collections.abc import Sequence

from msgspec import Struct

_ROW, _TEXT, _BAR = 50, 16, 14  # heights, in pixels
_LONGEST = 36  # characters of a label in the drawing; the table has all of it
_ISOLATED = (
    "\u2068{}\u2069"  # a label keeps its own direction and the order of its words, whatever stands in front of it
)


class Bar(Struct, frozen=True):
    """One figure; `label` is in the words of the page or of participants."""

    label: str
    count: int


class Row(Struct, frozen=True):
    """A bar as it is drawn; widths and places in per cent of the drawing, so that it fits any screen."""

    text: str
    text_y: int
    bar_y: int
    width: float
    start: float


class Chart(Struct, frozen=True):
    """A drawing of bars, and what it is of."""

    title: str
    bars: tuple[Bar, ...]
    total: int
    rows: tuple[Row, ...]
    height: int
    bar_height: int = _BAR


def make_chart(title: str, bars: Sequence[Bar], total: int, direction: str) -> Chart:
    """Returns the bars of these figures, against the total; from the right where the page reads from there."""
    most = max([total, *(bar.count for bar in bars), 1])
    rows = []
    for index, bar in enumerate(bars):
        width = round(100 * bar.count / most, 2)
        top = index * _ROW
        start = 0.0 if direction == "ltr" else round(100 - width, 2)
        rows.append(
            Row(f"{bar.count} · {_ISOLATED.format(_short(bar.label))}", top + _TEXT, top + _TEXT + 8, width, start)
        )
    return Chart(title, tuple(bars), total, tuple(rows), len(bars) * _ROW)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"
