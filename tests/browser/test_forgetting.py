"""The way out for whoever is not this person: a browser forgets only when asked twice, and when the server has let go of it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, PHONE, TIMEOUT, Devices
from tests.e2e.local import LocalCloud

LIVE = "**/chat/live*"
SOUP, DRAFT = "Soup, mostly.", "And bread that"
FORGET = "Forget it and start new"
KEPT = "Object.keys(localStorage).filter(it => it.startsWith('harmonica')).length"

Start = Callable[..., ChatPage]


@pytest.fixture
def start(scripted: LocalCloud, devices: Devices) -> Start:
    """Somebody who has started."""

    def start(**settings: Any) -> ChatPage:
        page = devices.open(scripted, settings.pop("size", DESKTOP), **settings)
        return ChatPage(page, scripted, new_session(scripted, questions=[])).join()

    return start


def leaving(talk: ChatPage) -> ChatPage:
    """One message that could not be sent and a draft, on the page that asks."""
    talk.page.route(LIVE, lambda route: route.abort())
    talk.send(SOUP)
    expect(talk.page.get_by_role("button", name="Try again")).to_be_visible()
    talk.box.fill(DRAFT)
    talk.page.locator("#to-leave").click()
    expect(talk.page.get_by_role("status").filter(has_text="Not sent yet")).to_contain_text(": 2")
    talk.page.unroute(LIVE)
    return talk


def has_all(talk: ChatPage) -> None:
    """Nothing was lost: back in the conversation, the message is sent and the draft is in its box."""
    talk.page.get_by_role("link", name="Stay in this conversation").click()
    expect(talk.replies).to_have_count(2)
    expect(talk.box).to_have_value(DRAFT)
    assert talk.stored() == [[SOUP]]


def test_whoever_stays_has_lost_nothing(start: Start) -> None:
    has_all(leaving(start()))


def test_whoever_forgets_leaves_nothing_behind(start: Start) -> None:
    talk = leaving(start())
    talk.press(FORGET)
    expect(talk.page.locator("#join")).to_be_visible()
    assert talk.page.evaluate(KEPT) == 0
    talk.page.go_back()
    talk.open()
    expect(talk.page.locator("#join")).to_be_visible()
    assert talk.stored() == [[]]


def test_with_nothing_unsent_nothing_is_said_of_it(start: Start) -> None:
    talk = start()
    talk.page.locator("#to-leave").click()
    expect(talk.page.get_by_role("button", name=FORGET)).to_be_visible()
    expect(talk.page.locator("#unsent")).to_be_hidden()
    expect(talk.page.get_by_role("button", name="Copy")).to_be_visible()


@pytest.mark.parametrize("trouble", ["no network", "no application"])
def test_a_failure_is_an_alert_and_loses_nothing(trouble: str, start: Start) -> None:
    talk = leaving(start())

    def fail(route: Route) -> None:
        if trouble == "no network":
            route.abort()
        else:
            route.fulfill(status=502, json={"message": "Internal server error"})

    talk.page.route(LIVE, fail)
    talk.press(FORGET)
    expect(talk.alert).to_contain_text("We got no answer")
    expect(talk.page.get_by_role("button", name=FORGET)).to_be_focused()
    assert talk.page.evaluate(KEPT) == 2
    talk.page.unroute(LIVE)
    has_all(talk)


def test_a_lost_answer_is_made_up_for_by_another_try(start: Start) -> None:
    talk = leaving(start())

    def lose(route: Route) -> None:
        route.fetch(timeout=TIMEOUT)
        route.abort("connectionreset")

    talk.page.route(LIVE, lose, times=1)
    talk.press(FORGET)
    expect(talk.alert).to_contain_text("We got no answer")
    talk.page.context.clear_cookies()  # which the lost answer took away
    talk.press(FORGET)
    expect(talk.page.locator("#join")).to_be_visible()
    assert talk.page.evaluate(KEPT) == 0


def test_where_it_is_somebody_elses_already_nothing_of_theirs_is_touched(start: Start) -> None:
    talk = leaving(start())
    talk.page.context.clear_cookies()
    other = ChatPage(talk.page.context.new_page(), talk.cloud, talk.session).join()
    other.say("Salad.")
    talk.press(FORGET)
    expect(talk.page.locator("[role=log] .message.user .words")).to_have_text(["Salad."])
    assert talk.page.evaluate(KEPT) == 2
    other.say("And tea.")
    assert sorted(talk.stored()) == [[], ["Salad.", "And tea."]]


def test_it_works_without_a_script(start: Start) -> None:
    talk = start(size=PHONE, java_script_enabled=False)
    talk.say(SOUP)
    talk.open_menu()
    talk.page.locator("#to-leave").click()
    talk.press(FORGET)
    expect(talk.page.locator("#join")).to_be_visible()
    talk.join()
    assert talk.said() == []
