"""The account's pages in a browser with scripts: the zone that the browser proposes, the count, two windows, a text that is not left
without a word."""

import re

from playwright.sync_api import Dialog, Page, expect

from tests.browser.chat_page import new_session
from tests.browser.devices import PHONE, Devices, sign_in_as_demo_host
from tests.e2e.local import LocalCloud

MD = "/account/harmonica-md"


def save(page: Page) -> None:
    """Save, which works."""
    page.locator("[value=save]").click()
    expect(page.locator("#told")).to_be_visible()


def test_the_zone_of_the_browser_is_proposed_and_nothing_more(scripted: LocalCloud, devices: Devices) -> None:
    page = devices.open(scripted, PHONE, timezone_id="America/Bogota")
    sign_in_as_demo_host(page)
    page.goto("/account")
    proposal, zones = page.locator("[data-zone]"), page.locator("#time_zone")
    zones.select_option("Asia/Tokyo")
    save(page)
    expect(page.locator("main")).to_contain_text("(Asia/Tokyo, ")
    expect(proposal).to_contain_text("America/Bogota")
    proposal.click()
    expect(zones).to_have_value("America/Bogota")
    expect(zones).to_be_focused()
    expect(proposal).to_be_hidden()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(zones).to_have_value("Asia/Tokyo")
    zones.select_option("")
    save(page)


def test_a_text_is_begun_counted_kept_and_shown_in_front_of_a_prompt(scripted: LocalCloud, devices: Devices) -> None:
    page = devices.open(scripted, PHONE)
    sign_in_as_demo_host(page)
    page.goto(f"{MD}?questions=1")
    text, count = page.locator("#harmonica_md"), page.locator("[data-counts]")
    page.locator("#who").fill("A school kitchen")
    page.locator("[value=seed]").click()
    expect(text).to_have_value(re.compile("^# Who we are\n\nA school kitchen"))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    text.press("End")
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.assign('/'))")
    assert asked == ["beforeunload"]
    text.fill("𝕳" * 10_001)
    expect(count).to_have_text("10,001 of 10,000 characters")
    expect(count).to_have_class("over")
    text.press("Backspace")
    expect(count).to_have_text("10,000 of 10,000 characters")
    text.fill("Of the first window")
    other = page.context.new_page()
    other.goto(MD)
    other.locator("#harmonica_md").fill("Of the second window")
    save(other)
    page.locator("[value=save]").click()
    expect(page.locator(".clash .said")).to_have_text("Of the second window")
    expect(text).to_have_value("Of the first window")
    page.locator("[name='keep.harmonica_md']").first.check()
    save(page)
    session = new_session(scripted, prompt="Ask.")
    page.goto(f"/sessions/{session}/prompt")
    page.locator("summary", has_text="HARMONICA.md").click()
    expect(page.locator(".prompt-text").first).to_have_text("Of the first window")
    other.goto(MD)  # the sessions of other tests are without it
    other.locator("#harmonica_md").fill("")
    save(other)
