"""Figures as bars: one inline drawing, and the same numbers as a table beside it."""

from collections.abc import Sequence

from msgspec import Struct

_ROW, _TEXT, _BAR = 50, 16, 14  # heights, in pixels
_LONGEST = 36  # characters of a label in the drawing; the table has all of it


class Bar(Struct, frozen=True):
    """One figure; `label` is in the words of the page or of participants.

    `counts` are the figures that it consists of, in the order of the chart's parts, where it has any. `url` is where its label leads.
    `shown` is what is written in the place of `count`, where that only says how long the bar is.
    """

    label: str
    count: int
    counts: tuple[int, ...] = ()
    url: str = ""
    shown: str = ""


class Part(Struct, frozen=True):
    """What the bars of a chart consist of: its name on the page, and the class that gives it its color."""

    name: str
    kind: str


class Stretch(Struct, frozen=True):
    """A stretch of a bar as it is drawn, in per cent of the drawing, so that it fits any screen."""

    kind: str
    start: float
    width: float


class Row(Struct, frozen=True):
    """A bar as it is drawn."""

    text: str
    url: str
    text_y: int
    bar_y: int
    stretches: tuple[Stretch, ...]


class Chart(Struct, frozen=True):
    """A drawing of bars, and what it is of; `column` is the heading of what is counted, where that is not people."""

    title: str
    bars: tuple[Bar, ...]
    total: int
    rows: tuple[Row, ...]
    height: int
    parts: tuple[Part, ...] = ()
    column: str = ""
    bar_height: int = _BAR


def make_chart(
    title: str,
    bars: Sequence[Bar],
    total: int,
    direction: str,
    *,
    parts: Sequence[Part] = (),
    column: str = "",
    as_shares: bool = False,
) -> Chart:
    """Returns the bars of these figures, against the total, or `as_shares` of their own; from the right where the page reads from there."""
    most = max([total, *(bar.count for bar in bars), 1])
    rows = []
    for index, bar in enumerate(bars):
        top = index * _ROW
        text = f"{bar.shown or bar.count} · {isolate(_short(bar.label))}"
        stretches = _stretches(bar, parts, max(bar.count, 1) if as_shares else most, direction)
        rows.append(Row(text, bar.url, top + _TEXT, top + _TEXT + 8, tuple(stretches)))
    return Chart(title, tuple(bars), total, tuple(rows), len(bars) * _ROW, tuple(parts), column)


def isolate(text: str) -> str:
    """Returns a text that keeps its own direction and the order of its words, whatever stands beside it."""
    return f"\u2068{text}\u2069"


def _stretches(bar: Bar, parts: Sequence[Part], most: int, direction: str) -> list[Stretch]:
    """Returns the stretches of a bar, each behind the one before; those of nobody are left out, but for that of a bar without parts."""
    drawn, before = [], 0
    figures = [(part.kind, count) for part, count in zip(parts, bar.counts, strict=True) if count]
    for kind, count in figures if parts else [("bar", bar.count)]:
        width = round(100 * count / most, 2)
        start = round(100 * before / most, 2) if direction == "ltr" else round(100 - 100 * (before + count) / most, 2)
        drawn.append(Stretch(kind, start, width))
        before += count
    return drawn


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"
