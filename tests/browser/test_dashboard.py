"""The dashboard of a host in a browser with scripts: the list follows what is typed."""

import re

from playwright.sync_api import expect

from tests.browser.chat_page import new_session
from tests.browser.devices import PHONE, Devices, sign_in_as_demo_host
from tests.browser.live_regions import listen
from tests.e2e.local import LocalCloud


def test_the_list_follows_what_is_typed_and_what_it_brings_can_be_used(scripted: LocalCloud, devices: Devices) -> None:
    for topic in ("Quagga herds", "Zebra crossings"):
        new_session(scripted, topic=topic)
    page = devices.open(scripted, PHONE)
    sign_in_as_demo_host(page)
    rows = page.locator(".sessions > li")
    expect(rows.nth(1)).to_be_visible()
    page.locator("#q").press_sequentially("quagga")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Quagga herds")
    expect(page.locator("#count")).to_have_text("1 session")
    expect(page.locator("#q")).to_be_focused()
    expect(page).to_have_url(re.compile("q=quagga"))
    rows.locator("summary").click()
    expect(rows.locator("[data-copies]")).to_be_visible()
    page.locator("#status").select_option("completed")
    expect(rows).to_have_count(0)
    page.locator("#goal").fill("Where quaggas are")
    page.locator("#goal").press("Control+Enter")
    expect(page).to_have_url(re.compile("/brief"))


def test_the_bell_follows_on_coming_back_and_what_is_followed_is_read(scripted: LocalCloud, devices: Devices) -> None:
    session = new_session(scripted, topic="Quagga herds")
    page = devices.open(scripted, PHONE)
    sign_in_as_demo_host(page)
    bell = page.locator("#bell .count")
    before = int(bell.inner_text()) if bell.count() else 0
    listen(page)
    assert scripted.call("PATCH", f"/sessions/{session}", {"status": "completed"}).status == 200
    for _ in range(60):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        if bell.count() and int(bell.inner_text()) > before:
            break
        page.wait_for_timeout(500)
    expect(bell).to_have_text(str(before + 1))
    assert page.evaluate("window.told.filter(([, text]) => /unread/.test(text)).length") == 1
    page.locator(".bell").click()
    with page.expect_response("**/notifications*"):  # it is sent along with the way there
        page.locator(".told a", has_text="Quagga herds").first.click()
    expect(page).to_have_url(re.compile(session))
    page.goto("/notifications")
    expect(page.locator(".told .unread", has_text="Quagga herds")).to_have_count(0)
    expect(page.locator(".told li", has_text="Quagga herds")).to_have_count(1)
