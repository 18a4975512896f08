"""A host's color on our pages: the same hue, as dark or as light as it has to be to be read.

Contrast is that of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), and text needs 4.5 of it
(https://www.w3.org/TR/WCAG22/#contrast-minimum): links and quiet buttons are text in this color, on each of a page's papers.
"""

import colorsys
from collections.abc import Sequence

from msgspec import Struct

READABLE, STRONG = 4.5, 7.0
LIGHT_PAPERS = ("#f7f5ef", "#ffffff", "#efece3")  # as `page.css` has them: paper, raised, sunken
DARK_PAPERS = ("#12171b", "#1b2228", "#171d22")
_WHITE, _INK = "#ffffff", "#101418"
_STEPS = 256  # of a channel


class Palette(Struct, frozen=True):
    """What a page needs of a color: for text, borders and buttons; for what a pointer is on; and for text on a button."""

    accent: str
    strong: str
    on_accent: str


def light_palette(color: str) -> Palette:
    """Returns a color as light pages have it."""
    return _palette(color, LIGHT_PAPERS)


def dark_palette(color: str) -> Palette:
    """Returns a color as dark pages have it."""
    return _palette(color, DARK_PAPERS)


def make_readable(color: str, papers: Sequence[str], ratio: float = READABLE) -> str:
    """Returns the color, or the one of its hue that is nearest to it in lightness and can be read on each of these papers: a darker one
    on light papers, a lighter one on dark papers."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(color))
    end = 0.0 if luminance(papers[0]) > luminance("#777777") else 1.0
    for step in range(_STEPS + 1):
        nearer = lightness + (end - lightness) * step / _STEPS
        found = _hex(colorsys.hls_to_rgb(hue, nearer, saturation)) if step else color
        if all(contrast(found, paper) >= ratio for paper in papers):
            return found
    return _WHITE if end else _INK


def contrast(one: str, other: str) -> float:
    """Returns how far two colors are apart: from 1, for the same, to 21, for black and white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Returns how bright a color of sRGB is, from 0 to 1 (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _palette(color: str, papers: Sequence[str]) -> Palette:
    accent = make_readable(color, papers)
    on_accent = max((_WHITE, _INK), key=lambda text: contrast(text, accent))
    return Palette(accent, make_readable(accent, papers, STRONG), on_accent)


def _channels(color: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * it):02x}" for it in channels)
