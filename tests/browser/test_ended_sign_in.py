"""A sign-in that ends while a host writes, in a browser with scripts: the page says so once, and saves what was written after it."""

from playwright.sync_api import expect

from tests.browser.devices import PHONE, Devices, finish_sign_in, sign_in_as_demo_host
from tests.e2e.local import LocalCloud


def test_words_that_were_typed_without_a_sign_in_are_saved_after_it(scripted: LocalCloud, devices: Devices) -> None:
    page = devices.open(scripted, PHONE)
    sign_in_as_demo_host(page)
    page.locator("#goal").fill("Why do people stay away?")
    page.locator(".ask button").first.click()
    words, told = page.locator("#brief textarea:visible").first, page.locator("#signed-out")
    expect(words).to_be_visible()  # the answer to the button renews the cookie
    page.context.clear_cookies(name="harmonica")
    words.press_sequentially("Never lost")
    expect(told).to_contain_text("Your sign-in has ended")
    with page.context.expect_page() as tab:
        told.locator("a").click()
    finish_sign_in(tab.value)
    tab.value.close()
    expect(told).to_be_empty()
    page.reload()
    expect(words).to_have_value("Never lost")
