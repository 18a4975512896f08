"""A host's color: whichever it is, what is written in it can be read, and it stays the color that it was as far as that goes."""

import colorsys
import re
from pathlib import Path

from chalicelib import web
from chalicelib.web.kit.accent import (
    DARK_PAPERS,
    LIGHT_PAPERS,
    READABLE,
    contrast,
    dark_palette,
    light_palette,
    make_readable,
)
from tests.example_tables import each_row

CHANNEL = (0, 51, 128, 204, 255)
COLORS = [f"#{red:02x}{green:02x}{blue:02x}" for red in CHANNEL for green in CHANNEL for blue in CHANNEL]


@each_row(
    "one, other, ratio",
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#0b6156", "#0b6156", 1.0),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert (round(contrast(one, other), 2), contrast(one, other)) == (ratio, contrast(other, one))


def test_every_color_is_readable_on_every_paper_and_on_its_buttons() -> None:
    for color in COLORS:
        for palette, papers in ((light_palette(color), LIGHT_PAPERS), (dark_palette(color), DARK_PAPERS)):
            assert min(contrast(palette.accent, paper) for paper in papers) >= READABLE, color
            assert min(contrast(palette.strong, paper) for paper in papers) >= READABLE, color
            assert contrast(palette.on_accent, palette.accent) >= READABLE, color


def test_a_color_that_can_be_read_is_left_alone_and_another_keeps_its_hue() -> None:
    assert make_readable("#0b6156", LIGHT_PAPERS) == "#0b6156"
    assert make_readable("#7fd1c1", DARK_PAPERS) == "#7fd1c1"
    for color in ("#e8b400", "#8a1c6b", "#1f4e9c", "#00ff00"):
        for papers in (LIGHT_PAPERS, DARK_PAPERS):
            hues = [
                colorsys.rgb_to_hls(*(it / 255 for it in bytes.fromhex(found[1:])))[0]
                for found in (color, make_readable(color, papers))
            ]
            assert abs(hues[0] - hues[1]) < 0.02, color
    assert contrast(make_readable("#e8b400", LIGHT_PAPERS), LIGHT_PAPERS[2]) < READABLE + 0.2, (
        "no darker than it must be"
    )


def test_the_papers_are_those_of_the_style_sheet() -> None:
    style = next(Path(web.__path__[0]).glob("*/static/page.css")).read_text()
    named = re.findall(r"--(paper|raised|sunken): (#[0-9a-f]{6})", style)
    assert [color for _, color in named] == [*LIGHT_PAPERS, *DARK_PAPERS]
