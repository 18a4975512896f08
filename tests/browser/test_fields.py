"""What somebody pastes, types or leaves out: kept in full, counted, and refused in words beside the field."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, Devices
from tests.e2e.local import LocalCloud

LIVE = "**/chat/live*"
SOUP, BREAD = "Soup, mostly.", "And bread that somebody baked."
PASTE = """(field, text) => {
  field.focus();
  document.execCommand('insertText', false, text);
}"""
# As browsers do that translate pages: every text goes into elements of their own, and so does what is written later.
TRANSLATE = """() => {
  const skip = 'textarea, input, script, style, font';
  const wrap = node => {
    if (node.nodeType !== Node.TEXT_NODE || !node.data.trim() || !node.parentElement || node.parentElement.closest(skip)) return;
    const outer = document.createElement('font'), inner = document.createElement('font');
    inner.textContent = '[' + node.data + ']';
    outer.append(inner);
    node.replaceWith(outer);
  };
  const walk = root => {
    const all = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    while (all.nextNode()) found.push(all.currentNode);
    found.forEach(wrap);
  };
  const watch = new MutationObserver(changes => changes.forEach(it => it.type === 'characterData' ? wrap(it.target) :
    it.addedNodes.forEach(node => node.nodeType === Node.TEXT_NODE ? wrap(node) : walk(node))));
  walk(document.body);
  watch.observe(document.body, {childList: true, subtree: true, characterData: true});
}"""

Start = Callable[..., ChatPage]


@pytest.fixture
def start(scripted: LocalCloud, devices: Devices) -> Start:
    """Somebody at a desktop, who has started."""

    def start(**fields: Any) -> ChatPage:
        page = devices.open(scripted, DESKTOP)
        return ChatPage(page, scripted, new_session(scripted, **{"questions": [], **fields})).join()

    return start


def error(page: Page, field: str) -> Locator:
    return page.locator(f"#{field}-error")


def test_a_message_is_pasted_in_full_counted_and_refused_beside_its_box(start: Start) -> None:
    talk = start()
    talk.box.evaluate(PASTE, "🥣" * 10_005)
    expect(talk.page.locator(".compose .count")).to_have_text("10,005 of 10,000 characters")
    talk.press("Send")
    expect(error(talk.page, "content")).to_have_text(
        "This is too long: 10,005 of at most 10,000 characters. Please shorten it."
    )
    expect(talk.box).to_have_accessible_description(
        "This is too long: 10,005 of at most 10,000 characters. Please shorten it."
    )
    expect(talk.box).to_have_value("🥣" * 10_005)
    talk.box.fill("🥣" * 10_000)
    expect(error(talk.page, "content")).to_be_hidden()
    talk.press("Send")
    expect(talk.replies).to_have_count(2)
    expect(talk.page.locator(".compose .count")).to_be_hidden()
    assert talk.stored() == [["🥣" * 10_000]]


def test_an_empty_message_and_a_rating_without_a_number_are_refused_in_our_words(start: Start) -> None:
    talk = start()
    talk.press("Send")
    expect(error(talk.page, "content")).to_have_text(
        "Your message is empty. Please write something before you send it."
    )
    expect(talk.box).to_be_focused()
    talk.box.press_sequentially("S")
    expect(error(talk.page, "content")).to_be_hidden()
    talk.press("I’m done")
    talk.press("Send rating")
    expect(error(talk.page, "rating")).to_have_text("Please choose a number from 1 to 5 first.")
    talk.page.get_by_role("radio", name="4").check(force=True)
    expect(error(talk.page, "rating")).to_be_hidden()
    talk.page.locator("#comment").evaluate(PASTE, "x" * 2_001)
    talk.press("Send rating")
    expect(error(talk.page, "comment")).to_contain_text("2,001 of at most 2,000 characters")
    talk.page.locator("#comment").fill("Short")
    talk.press("Send rating")
    expect(talk.page.locator(".thanks")).to_be_visible()


def test_the_form_keeps_lines_counts_and_takes_the_addresses_that_the_api_takes(
    scripted: LocalCloud, devices: Devices
) -> None:
    asked: list[dict[str, Any]] = [
        {"text": "Role"},
        {"text": "Mail", "type": "Email", "required": True},
        {"text": "Team", "type": "Options", "multiple": True, "required": True, "options": ["Red", "Blue"]},
    ]
    talk = ChatPage(devices.open(scripted, DESKTOP), scripted, new_session(scripted, questions=asked)).open()
    role, mail = talk.page.get_by_label("Role"), talk.page.get_by_label("Mail")
    role.evaluate(PASTE, "one\ntwo\n" + "x" * 5_000)
    mail.fill("jörg@bücher")
    talk.press("Start the conversation")
    expect(role).to_be_focused()
    expect(role).to_have_accessible_description("“Role” must be at most 5,000 characters.")
    expect(talk.page.locator(".count").first).to_have_text("5,008 of 5,000 characters")
    expect(mail).to_have_accessible_description("“Mail” must be an e-mail address.")
    expect(talk.page.get_by_text("“Team” needs an answer.")).to_be_visible()
    role.fill("one\ntwo")
    mail.fill("jörg@bücher.example")
    talk.page.get_by_label("Blue").check()
    talk.press("Start the conversation")
    talk.await_opening()
    people = talk.cloud.call("GET", f"/sessions/{talk.session}/responses").json()["data"]
    assert [it["answer"] for it in people[0]["answers"]] == ["one\ntwo", "jörg@bücher.example", "Blue"]


def block(route: Route) -> None:
    route.abort("blockedbyclient")


def test_where_the_scripts_address_is_blocked_a_plain_page_sends_each_message_once(start: Start) -> None:
    talk = start()
    talk.page.clock.install()
    talk.page.route(LIVE, block)
    talk.send(SOUP)
    offer = talk.page.get_by_role("button", name="Send it as a plain page")
    for _ in range(2):
        expect(talk.page.get_by_role("button", name="Try again")).to_be_visible()
        expect(offer).to_have_count(0)
        talk.page.get_by_role("button", name="Try again").click()
    expect(talk.alert).to_contain_text("although you are online")
    offer.click()
    expect(talk.replies).to_have_count(2)
    assert talk.said() == [SOUP]
    talk.page.wait_for_load_state()
    talk.send(BREAD)
    expect(talk.replies).to_have_count(3)
    assert talk.said() == [SOUP, BREAD]
    assert talk.stored() == [[SOUP, BREAD]]
    talk.page.unroute(LIVE)
    talk.open()
    talk.page.wait_for_load_state("networkidle")
    talk.say("Tea")
    assert talk.stored() == [[SOUP, BREAD, "Tea"]]


def test_a_translated_page_says_what_happens(start: Start) -> None:
    talk = start()
    talk.page.evaluate(TRANSLATE)
    talk.page.context.set_offline(True)
    talk.box.fill(SOUP)
    talk.press("[Send]")
    bubble = talk.page.locator("[role=log] .message.user")
    expect(bubble.locator(".state")).to_have_text("[Not sent]")
    expect(talk.alert).to_contain_text("You are offline.")
    talk.page.context.set_offline(False)
    expect(talk.replies).to_have_count(2)
    expect(bubble.locator(".state")).to_have_text("[Sent]")
    expect(talk.page.locator("#alerts .notice")).to_have_count(0)
    talk.press("[Send]")
    expect(error(talk.page, "content")).to_have_text(
        "[Your message is empty. Please write something before you send it.]"
    )
    talk.box.evaluate(PASTE, "x" * 9_000)
    expect(talk.page.locator(".compose .count")).to_have_text("[9,000 of 10,000 characters]")
    talk.box.evaluate(PASTE, "y")
    expect(talk.page.locator(".compose .count")).to_have_text("[9,001 of 10,000 characters]")
    talk.box.fill("")
    talk.press("[I’m done]")
    expect(talk.page.locator("label[for=content]")).to_have_text("[Add something]")
