"""What somebody is writing or filling in stays theirs: while news arrive, in two tabs, with full storage, and for nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Route, expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, Devices
from tests.browser.directed_model import PATIENCE, DirectedModel
from tests.e2e.local import LocalCloud

LIVE = "**/chat/live*"
SOUP, BREAD = "Soup, mostly.", "And bread that somebody baked."
FOOD = ["Soup", "Salad", "Bread"]
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"  # as when one comes back to a tab
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"

Start = Callable[..., ChatPage]


@pytest.fixture
def start(scripted: LocalCloud, devices: Devices) -> Start:
    """Somebody at a desktop, who has started; with a script of the test's own, where it has one."""

    def start(script: str = "", **fields: Any) -> ChatPage:
        page = devices.open(scripted, DESKTOP)
        page.add_init_script(script)
        return ChatPage(page, scripted, new_session(scripted, **{"questions": [], **fields})).join()

    return start


def another_tab(talk: ChatPage) -> ChatPage:
    other = ChatPage(talk.page.context.new_page(), talk.cloud, talk.session).open()
    other.page.wait_for_load_state()
    return other


def test_a_half_filled_rating_stays_while_news_arrive(start: Start, model: DirectedModel) -> None:
    talk = start()
    talk.press("I’m done")
    comment = talk.page.get_by_label("Anything you would like to add")
    talk.page.get_by_role("radio", name="4").check(force=True)
    comment.fill("Quick and")
    other = another_tab(talk)
    model.hold()
    other.send(SOUP)
    assert model.asked.wait(PATIENCE)
    talk.page.evaluate(LOOK)
    expect(talk.page.get_by_text("Your message is saved.")).to_be_visible()
    expect(comment).to_be_focused()
    expect(comment).to_have_value("Quick and")
    talk.page.keyboard.type(" kind")
    model.go()
    expect(talk.replies).to_have_count(2)
    expect(talk.page.get_by_text("Your message is saved.")).to_have_count(0)
    expect(comment).to_have_value("Quick and kind")
    expect(talk.page.get_by_role("radio", name="4")).to_be_checked()
    with talk.page.expect_request(LIVE) as sent:
        talk.press("Send rating")
    assert "comment=Quick+and+kind" in (sent.value.post_data or "")
    expect(talk.page.locator(".thanks")).to_be_visible()
    people = talk.cloud.call("GET", f"/sessions/{talk.session}/responses").json()["data"]
    assert [person["rating"] for person in people] == [4]


def test_a_half_sorted_ranking_stays_while_news_arrive(start: Start, model: DirectedModel) -> None:
    talk = start(widgets_enabled=True)
    model.shows("RankingList", "What matters most?", items=FOOD)
    talk.say(SOUP)
    talk.page.get_by_role("button", name="Move “Bread” up").click()

    def renew(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "key": "another"})

    talk.page.route(LIVE, renew, times=1)
    with talk.page.expect_response(LIVE):
        talk.page.evaluate(LOOK)
    expect(talk.page.locator("#foot")).to_have_attribute("data-key", "another")
    assert talk.page.locator(".ranking .item").all_inner_texts() == ["Soup", "Bread", "Salad"]
    expect(talk.page.get_by_role("button", name="Move “Bread” up")).to_be_focused()
    talk.press("Send answer")
    expect(talk.replies).to_have_count(3)
    assert talk.stored() == [[SOUP, "1. Soup\n2. Bread\n3. Salad"]]


def test_with_full_storage_the_page_keeps_and_sends(start: Start) -> None:
    talk = start(FULL)
    talk.page.context.set_offline(True)
    for words in (SOUP, BREAD):
        talk.send(words)
    expect(talk.page.get_by_role("button", name="Try again")).to_be_visible()
    talk.box.fill("A draft")
    assert talk.said() == [SOUP, BREAD]
    talk.page.context.set_offline(False)
    expect(talk.replies).to_have_count(3)
    assert talk.stored() == [[SOUP, BREAD]]
    expect(talk.box).to_have_value("A draft")


def test_with_full_storage_the_browser_asks_before_it_closes_the_page(start: Start) -> None:
    talk = start(FULL)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    talk.page.on("dialog", stay)
    talk.box.press_sequentially("A draft")
    with talk.page.expect_event("dialog"):
        talk.page.evaluate("setTimeout(() => location.reload())")
    expect(talk.box).to_have_value("A draft")
    talk.say(SOUP)
    talk.page.reload()
    expect(talk.replies).to_have_count(2)
    assert asked == ["beforeunload"], "the second time nothing is left to lose"


def test_the_end_of_a_composition_in_safari_sends_nothing(start: Start) -> None:
    talk = start()
    talk.box.fill("我喜欢喝汤")
    key = "new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true})"
    assert talk.box.evaluate(f"box => box.dispatchEvent({key})"), "the key goes to the composition"
    expect(talk.box).to_have_value("我喜欢喝汤")
    assert talk.said() == []
    talk.page.keyboard.press("Enter")
    expect(talk.replies).to_have_count(2)
    assert talk.stored() == [["我喜欢喝汤"]]


def test_a_draft_of_another_tab_comes_only_into_a_box_that_nobody_has_touched(start: Start) -> None:
    one = start()
    other = another_tab(one)
    other.page.locator("summary").first.focus()
    one.box.fill("A draft")
    expect(other.box).to_have_value("A draft")
    one.box.fill("A draft that grows")
    expect(other.box).to_have_value("A draft that grows")
    other.box.fill("Mine")
    other.page.locator("summary").first.focus()
    one.box.fill("A draft that goes on")
    expect(one.box).to_have_value("A draft that goes on")
    other.page.evaluate("new Promise(done => setTimeout(done))")
    expect(other.box).to_have_value("Mine")


def test_a_tab_left_open_gives_the_next_person_nothing(start: Start) -> None:
    talk = start()
    talk.say(SOUP)
    talk.box.fill("A draft that nobody else may find")
    other = another_tab(talk)
    other.page.locator("#to-leave").click()
    other.press("Forget it and start new")
    expect(other.page.locator("#join")).to_be_visible()
    talk.page.evaluate(LOOK)
    expect(talk.page.locator("#join")).to_be_visible()
    talk.press("Start the conversation")
    expect(talk.replies).to_have_count(1)
    expect(talk.box).to_have_value("")
    assert talk.said() == []
