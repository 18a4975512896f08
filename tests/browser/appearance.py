"""How a page looks: checks that a script can do, and pictures for people to look at, in the folder that SCREENSHOTS names."""

import os
from collections.abc import Collection
from itertools import cycle
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from chalicelib.web.kit.language import COOKIE, PARAMETER
from tests.browser.axe import violations
from tests.browser.visitor import State, Visitor

SCREENSHOTS = os.environ.get("SCREENSHOTS")  # no pictures without: they take longer than all that is checked

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

# Fields that the browser itself would say something of, in words and a style that are not the page's. In the description of the
# API, which has no words of ours for mistakes, it may.
_CHECKED_BY_BROWSER = """() => [...document.forms].filter(form => !form.noValidate && !form.dataset.method)
  .flatMap(form => [...form.elements])
  .filter(it => it.willValidate && (it.required || it.pattern || it.minLength > 0
    || ['email', 'url', 'number', 'date', 'time', 'datetime-local'].includes(it.type)))
  .map(it => it.outerHTML.slice(0, 120))"""


def overflowing(page: Page) -> list[str]:
    """What sticks out of the page sideways."""
    found: list[str] = page.evaluate(_STICKING_OUT)
    return found


def photograph(page: Page, name: str) -> None:
    """Keep a picture of the whole page, where pictures are wanted; nothing may stick out of it."""
    assert overflowing(page) == [], name
    _keep(page, name)


def _keep(page: Page, name: str) -> None:
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        # Without the styles that Playwright would add to the page, which its policy forbids.
        page.screenshot(path=Path(SCREENSHOTS, f"{name}.png"), full_page=True, caret="initial", animations="allow")


_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_OPEN_ALL = """document.querySelectorAll('[popover]').forEach(it => it.showPopover());
  document.querySelectorAll('details').forEach(it => { it.open = true })"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 768, 1280)
# Of each direction; what is between the narrowest and the widest is laid out as one of them, and looked at in one direction.
_WIDTHS = {"ltr": (1280, 768, 320), "rtl": (320, 1280)}
# The one with the longest words for every page, and in turn those with the longest sentences; one page after another is made of the
# same parts. Chinese is shorter than any of them, and breaks between any two characters.
LONGEST_WORDS, LONG = "de", ("es", "fr")
_PLACED = ("target-size", "scrollable-region-focusable")  # what depends on where things are
# None: not examined. In the dark only colors are another thing, and in the other direction only where things are, and what
# is said of them.
_RULES: dict[tuple[str, str], tuple[str, ...] | None] = {
    ("light", "ltr"): (),  # all
    ("dark", "ltr"): ("color-contrast", "link-in-text-block"),
    ("dark", "rtl"): None,
    ("light", "rtl"): (
        "target-size",
        "document-title",
        "html-has-lang",
        "html-lang-valid",
        "valid-lang",
        "label",
        "button-name",
        "link-name",
        "select-name",
        "input-button-name",
        "summary-name",
        "frame-title",
        "image-alt",
        "svg-img-alt",
        "aria-command-name",
        "aria-dialog-name",
        "aria-input-field-name",
        "aria-meter-name",
        "aria-progressbar-name",
        "aria-toggle-field-name",
        "aria-tooltip-name",
        "aria-treeitem-name",
        "empty-heading",
        "scrollable-region-focusable",
    ),
}


def examine(page: Page, name: str, direction: str, widths: Collection[int] = ()) -> list[str]:
    """What is wrong with the page as it stands: what sticks out at any of these widths, or at all, and barriers, light and dark."""
    wrong: list[str] = []
    tells = page.evaluate("document.documentElement.dir")
    if tells != direction:
        wrong.append(f"{name}: the page's direction is {tells}")
    wrong += [f"{name}: the browser would check this: {it}" for it in page.evaluate(_CHECKED_BY_BROWSER)]
    page.mouse.move(0, 0)
    for width in widths or _WIDTHS[direction]:
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{name}-{width}-{direction}: sticks out: {it}" for it in overflowing(page)]
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")  # where a pinned box covers nothing
    for scheme in SCHEMES:
        rules = _RULES[scheme, direction]
        if rules is not None:
            page.emulate_media(color_scheme=scheme)
            wrong += [f"{name}-{scheme}-{direction}: {it}" for it in violations(page, rules=rules)]
    if SCREENSHOTS:
        _keep_all(page, name, direction)
    return wrong


_MIRROR = "() => { document.documentElement.dir = 'rtl' }"


def examine_mirrored(page: Page, name: str) -> list[str]:
    """What is wrong with where things are once the page, which was examined as it stood, is laid out from right to left."""
    page.evaluate(_MIRROR)
    wrong: list[str] = []
    for width in _WIDTHS["rtl"]:
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{name}-{width} mirrored: sticks out: {it}" for it in overflowing(page)]
    return wrong + [f"{name} mirrored: {it}" for it in violations(page, rules=_PLACED)]


def _keep_all(page: Page, name: str, direction: str) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(_PAINTED)
            _keep(page, f"{name}-{width}-{scheme}-{direction}")


def examine_all(visitor: Visitor, states: Collection[State], wordy: Collection[State]) -> list[str]:
    """What is wrong with any of these states. The wordy ones are opened in other languages too, and so in Arabic. The others, which acts
    lead to, are mirrored as they stand, and every third of them is made in Arabic as well: they are made of the same parts."""
    wrong: list[str] = []
    long = cycle(LONG)
    if visitor.tongue == "ar":
        states = [state for state in states if state not in wordy][::3]
    for state in states:
        name = state.__name__.replace("_", "-")
        page = state(visitor)
        wrong += examine(page, name, visitor.direction)
        if visitor.tongue == "en":
            wrong += examine_translations(page, name, next(long)) if state in wordy else examine_mirrored(page, name)
        visitor.clear()
    return wrong


def examine_translations(page: Page, name: str, long: str) -> list[str]:
    """What sticks out of the narrowest screen when the page's address is opened in German, this other language and Arabic, which is
    examined whole."""
    wrong: list[str] = []
    address = page.url.partition("#")[0]
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    for tag in (LONGEST_WORDS, long, "ar"):
        page.goto(f"{address}{'&' if '?' in address else '?'}{PARAMETER}={tag}")
        tells = page.evaluate("document.documentElement.lang")
        if tells != tag:
            wrong.append(f"{name}: the page's language is {tells}, and not {tag}")
        page.evaluate(_OPEN_ALL)
        wrong += [f"{name} in {tag}: sticks out: {it}" for it in overflowing(page)]
    wrong += examine(page, f"{name} in ar", "rtl", WIDTHS[-1:])  # the narrowest it had just now
    page.context.clear_cookies(name=COOKIE)
    return wrong
