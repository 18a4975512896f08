"""Every state of every page: no barrier that axe-core knows, nothing that sticks out."""

import pytest

from tests.browser.appearance import WIDTHS, examine, examine_all, overflowing, photograph
from tests.browser.chat_page import new_session
from tests.browser.devices import DESKTOP, Devices
from tests.browser.states import STATES, WORDY, waiting
from tests.browser.visitor import Visitor
from tests.e2e.local import LocalCloud

_WIDEN = """() => {
  const region = document.querySelector('main').appendChild(document.createElement('section'));
  region.style.overflowX = 'auto';
  const wide = region.appendChild(document.createElement('p'));
  wide.style.width = '2000px';
  wide.textContent = 'Wide';
}"""


def test_every_state_of_a_conversation_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    assert examine_all(visitor, STATES, WORDY) == []


def test_waiting_is_without_barriers_and_fits_every_screen(visitor: Visitor) -> None:
    with waiting(visitor) as page:
        assert examine(page, "waiting", visitor.direction) == []


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_code_for_the_wall_is_a_picture_of_any_size(kind: str, scripted: LocalCloud, devices: Devices) -> None:
    page = devices.open(scripted, DESKTOP)
    address = f"{scripted.url}/qr?s={new_session(scripted)}&format={kind}"
    page.set_content(f'<img src="{address}" alt="" style="width: 100%">')
    assert page.evaluate(
        "document.querySelector('img').decode().then(() => document.querySelector('img').naturalWidth)"
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        photograph(page, f"qr-{kind}-{width}")


def test_what_is_too_wide_is_noticed(scripted: LocalCloud, devices: Devices) -> None:
    page = devices.open(scripted, DESKTOP)
    page.goto("/")
    assert overflowing(page) == []
    page.evaluate(_WIDEN)
    assert overflowing(page) == [], "what scrolls by itself is not too wide"
    page.evaluate("document.querySelector('main > section').style.overflowX = 'visible'")
    found = overflowing(page)
    assert found[0] == "the page"
    assert any("<p" in it for it in found)
    assert any("sticks out" in it for it in examine(page, "too-wide", "ltr"))
