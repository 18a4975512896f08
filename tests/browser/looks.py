"""How a page looks: pictures for people to look at, and checks that a script can do."""

import os
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).absolute().parents[2]
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", ROOT / ".local" / "screenshots"))

_STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = it => it && (/auto|scroll|hidden|clip/.test(getComputedStyle(it).overflowX) || scrolls(it.parentElement));
  const out = [...document.body.querySelectorAll('*')].filter(it => {
    const box = it.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && (box.right > wide + 1 || box.left < -1) && !scrolls(it.parentElement);
  });
  const page = document.documentElement.scrollWidth > wide ? ['the page'] : [];
  return [...page, ...out.map(it => it.outerHTML.slice(0, 120))];
}"""


def overflowing(page: Page) -> list[str]:
    """What sticks out of the page sideways."""
    found: list[str] = page.evaluate(_STICKING_OUT)
    return found


def photograph(page: Page, name: str) -> None:
    """Keep a picture of the whole page; nothing may stick out of it."""
    assert overflowing(page) == [], name
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    # Without the styles that Playwright would add to the page, which its policy forbids.
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, caret="initial", animations="allow")
