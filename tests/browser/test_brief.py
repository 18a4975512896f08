"""A brief that saves itself in a browser with scripts: no word is lost on the way, and what others wrote is not overwritten."""

import re

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.chat_page import new_session
from tests.browser.devices import PHONE, Devices, sign_in_as_demo_host
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import wait_for


@pytest.fixture
def page(scripted: LocalCloud, devices: Devices) -> Page:
    """The page of a host who is signed in."""
    page = devices.open(scripted, PHONE)
    sign_in_as_demo_host(page)
    return page


def test_words_that_were_typed_just_before_leaving_are_kept_in_the_one_draft(scripted: LocalCloud, page: Page) -> None:
    page.goto("/new")
    page.locator("#goal").press_sequentially("Why herons")
    expect(page).to_have_url(re.compile("step=goal"))
    page.locator("#goal").press_sequentially(" leave us.")
    page.goto("/keys")  # before a pause that would have saved it

    def listed() -> list[str]:
        found = scripted.call("GET", "/sessions?status=draft&limit=100").json()["data"]
        return [it["goal"] for it in found if "herons" in it["goal"]]

    wait_for("the draft", lambda: listed() == ["Why herons leave us."])


def test_a_button_that_is_pressed_while_words_are_on_their_way_takes_all_of_them_along(
    scripted: LocalCloud, page: Page
) -> None:
    held: list[Route] = []
    page.goto("/new")
    page.route("**/new", lambda route: route.continue_() if held else held.append(route))
    page.locator("#goal").press_sequentially("Why storks")
    wait_for("words on their way", lambda: page.locator("#goal").is_visible() and held)
    page.locator("#goal").press_sequentially(" return.")
    page.get_by_role("button", name="Continue").click()
    held[0].continue_()
    expect(page).to_have_url(re.compile("step=critical"))
    expect(page.locator("main")).to_contain_text("Why storks return.")


def test_words_that_follow_others_on_their_way_are_kept_as_somebody_leaves(scripted: LocalCloud, page: Page) -> None:
    session = new_session(scripted, draft=True, goal="Why cranes")

    def goal() -> str:
        return str(scripted.call("GET", f"/sessions/{session}").json()["goal"])

    page.goto(f"/sessions/{session}/brief?step=goal")
    page.route("**/brief", lambda route: route.fetch(), times=1)  # it arrives, and nothing is answered
    page.locator("#goal").press_sequentially(" “leave”")
    wait_for("the first words", lambda: page.locator("#goal").is_visible() and goal() == "Why cranes “leave”")
    page.locator("#goal").press_sequentially(" us.")
    page.goto("/keys")
    wait_for("the last words", lambda: goal() == "Why cranes “leave” us.")


def test_words_that_cannot_be_saved_are_not_left_without_asking(scripted: LocalCloud, page: Page) -> None:
    session = new_session(scripted, draft=True, goal="Why storks")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"/sessions/{session}/brief?step=goal")
    page.context.clear_cookies()
    page.locator("#goal").press_sequentially(" leave")
    expect(page.locator("#signed-out")).to_contain_text("sign in")
    page.get_by_role("link", name="Projects", exact=True).click(no_wait_after=True)
    wait_for("the question", lambda: page.locator("#goal").input_value() == "Why storks leave" and bool(asked))
    assert asked == ["beforeunload"]


def test_of_two_texts_the_one_that_is_chosen_stays_while_the_rest_is_saved(scripted: LocalCloud, page: Page) -> None:
    session = new_session(scripted, draft=True, goal="Before")
    page.goto(f"/sessions/{session}/brief")
    assert scripted.call("PATCH", f"/sessions/{session}", {"goal": "Theirs"}).status == 200
    page.locator("#critical").fill("Allergies")
    page.locator("#goal").fill("Mine")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".clash")).to_contain_text("Theirs")
    page.locator(".clash input").last.check()
    expect(page.locator("#goal")).to_have_value("Theirs")
    shown = scripted.call("GET", f"/sessions/{session}").json()
    assert (shown["goal"], shown["critical"]) == ("Theirs", "Allergies")
