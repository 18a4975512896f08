"""The prompt of a session in a browser with scripts: what is written there is not left unsaved without a word."""

import re

from playwright.sync_api import Dialog, expect

from tests.browser.chat_page import new_session
from tests.browser.devices import PHONE, Devices, sign_in_as_demo_host
from tests.e2e.local import LocalCloud


def test_the_browser_asks_before_a_prompt_is_left_that_is_neither_saved_nor_discarded(
    scripted: LocalCloud, devices: Devices
) -> None:
    page = devices.open(scripted, PHONE)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    sign_in_as_demo_host(page)
    brief = {"topic": "Lunch", "goal": "Before"}
    session = new_session(scripted, prompt="Ask.", prompt_generated_from=brief)
    address = f"/sessions/{session}/prompt"
    page.goto(f"{address}?edit=1")
    page.locator("#text").press_sequentially("Ask why.")
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.assign('/'))")
    expect(page.locator("#text")).to_have_value(re.compile("Ask why"))
    page.locator("[data-discards]").click()
    page.locator("#instructions").press_sequentially("Ask why.")
    renew = page.locator("button[value=renew]")
    with page.expect_event("dialog"):
        renew.click(no_wait_after=True)
    assert asked == ["beforeunload"] * 2, "nobody is asked about what they discard"
    page.locator("#instructions").press("Escape")
    expect(renew).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator("#instructions")).to_have_value("Ask why.")
