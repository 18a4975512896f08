"""The page that hosts take away: it needs nothing else, can be read by everybody, and prints."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.finished_sessions import ARABIC, SAID, summarised, talked_in
from tests.e2e.local import LocalCloud

WIDTHS = (320, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_a_page_that_was_taken_away_asks_for_nothing_and_can_be_read_and_printed(
    cloud: LocalCloud, chromium: Browser, tmp_path: Path
) -> None:
    session = talked_in(cloud, **{**ARABIC, "questions": []})
    summarised(cloud, session)
    answer = cloud.call("GET", f"/sessions/{session}/export?format=html&parts=summary,transcripts")
    assert answer.status == 200
    file = tmp_path / "page.html"
    file.write_bytes(answer.body)
    for scheme in SCHEMES:
        context = chromium.new_context(color_scheme=scheme, offline=True)
        read(context.new_page(), file.as_uri())
        context.close()


def read(page: Page, address: str) -> None:
    """Look at the page on screens and on paper."""
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert set(asked) == {address}
    expect(page.locator("html[dir=rtl] h1")).to_have_text(str(ARABIC["topic"]))
    expect(page.get_by_text(SAID[0]).first).to_be_visible()
    assert axe.violations(page) == []
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")
