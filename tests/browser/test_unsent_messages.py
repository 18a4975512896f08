"""What happens to a message on a bad day: nothing is lost, nothing comes twice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, TIMEOUT, Devices
from tests.browser.directed_model import PATIENCE, DirectedModel
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import wait_for
from tests.fake_anthropic import Fault

LIVE = "**/chat/live*"
SOUP, BREAD, TEA = "Soup, mostly.", "And bread that somebody baked.", "Tea in the afternoon."

Start = Callable[..., ChatPage]


@pytest.fixture
def start(scripted: LocalCloud, devices: Devices) -> Start:
    """Somebody at a desktop, who has started."""

    def start(**fields: object) -> ChatPage:
        page = devices.open(scripted, DESKTOP)
        return ChatPage(page, scripted, new_session(scripted, **{"questions": [], **fields})).join()

    return start


def test_what_is_written_without_a_network_is_kept_and_sent_in_its_order(start: Start) -> None:
    talk = start()
    talk.page.context.set_offline(True)
    for words in (SOUP, BREAD, TEA):
        talk.send(words)
    expect(talk.alert).to_contain_text("You are offline. Your message is kept on this device")
    expect(talk.page.get_by_role("button", name="Try again")).to_be_visible()
    assert talk.said() == [SOUP, BREAD, TEA]
    assert talk.stored() == [[]]
    talk.page.context.set_offline(False)
    expect(talk.replies).to_have_count(4)
    expect(talk.alert).to_have_count(0)
    assert talk.stored() == [[SOUP, BREAD, TEA]]
    talk.open()
    assert talk.said() == [SOUP, BREAD, TEA]


def test_an_answer_that_got_lost_costs_no_second_turn(start: Start, model: DirectedModel) -> None:
    talk = start()
    before = model.turns

    def lose(route: Route) -> None:
        route.fetch(timeout=TIMEOUT)
        route.abort("connectionreset")

    talk.page.route(LIVE, lose, times=1)
    talk.send(SOUP)
    expect(talk.alert).to_contain_text("Your message was not sent. It is kept on this device.")
    talk.press("Try again")
    expect(talk.replies).to_have_count(2)
    expect(talk.box).to_be_focused()
    assert talk.stored() == [[SOUP]]
    assert model.turns == before + 1


def test_a_refresh_before_the_message_left_sends_it_afterwards(start: Start) -> None:
    talk = start()
    talk.page.route(LIVE, lambda route: route.abort())
    talk.send(SOUP)
    expect(talk.alert).to_contain_text("Your message was not sent.")
    talk.page.unroute(LIVE)
    talk.page.reload()
    expect(talk.replies).to_have_count(2)
    assert talk.said() == [SOUP]
    assert talk.stored() == [[SOUP]]


def test_a_refresh_while_the_reply_is_written_shows_it_when_it_comes(start: Start, model: DirectedModel) -> None:
    talk = start()
    before = model.turns
    model.hold()
    talk.send(SOUP)
    assert model.asked.wait(PATIENCE)
    talk.page.reload()
    expect(talk.page.locator("[role=log] .message.user")).to_have_count(1)
    model.go()
    expect(talk.replies).to_have_count(2)
    assert talk.said() == [SOUP]
    assert talk.stored() == [[SOUP]]
    assert model.turns == before + 1


def test_closing_the_tab_in_mid_send_loses_nothing(start: Start, model: DirectedModel) -> None:
    talk = start()
    before = model.turns
    model.hold()
    talk.send(SOUP)
    assert model.asked.wait(PATIENCE)
    context = talk.page.context
    talk.page.close()
    model.go()
    later = ChatPage(context.new_page(), talk.cloud, talk.session).open()
    expect(later.replies).to_have_count(2)
    assert later.said() == [SOUP]
    assert later.stored() == [[SOUP]]
    assert model.turns == before + 1


def test_a_draft_outlives_a_refresh(start: Start) -> None:
    talk = start()
    talk.box.fill(BREAD)
    talk.page.reload()
    expect(talk.box).to_have_value(BREAD)
    talk.say(BREAD)
    talk.page.reload()
    expect(talk.box).to_have_value("")
    assert talk.stored() == [[BREAD]]


def test_a_double_click_sends_once(start: Start, model: DirectedModel) -> None:
    talk = start()
    before = model.turns
    talk.box.fill(SOUP)
    model.hold()
    talk.page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(talk.page.locator(".message.user")).to_have_count(1)
    expect(talk.page.locator("#content-error")).to_be_hidden()  # nothing is wrong with a box whose words have just left
    model.go()
    expect(talk.replies).to_have_count(2)
    assert talk.stored() == [[SOUP]]
    assert model.turns == before + 1


def test_two_tabs_are_one_conversation(start: Start) -> None:
    one = start()
    other = ChatPage(one.page.context.new_page(), one.cloud, one.session).open()
    one.say(SOUP)
    other.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(other.replies).to_have_count(2)
    assert other.said() == [SOUP]
    other.say(BREAD)
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.replies).to_have_count(3)
    assert one.said() == other.said() == [SOUP, BREAD]
    assert one.log() == other.log()
    assert one.stored() == [[SOUP, BREAD]]


def test_two_tabs_that_send_at_once_lose_nothing(start: Start, model: DirectedModel) -> None:
    one = start()
    other = ChatPage(one.page.context.new_page(), one.cloud, one.session).open()
    other.page.wait_for_load_state()
    model.hold()
    one.send(SOUP)
    assert model.asked.wait(PATIENCE)
    other.send(BREAD)
    assert other.said()[-1] == BREAD  # behind what the other tab has sent, once that is known here
    model.go()
    # Where the other tab was told that a reply is being written, the first one sends what it keeps.
    wait_for("both messages", lambda: one.stored() == [[SOUP, BREAD]])
    for tab in (one, other):
        tab.open()
        expect(tab.replies).to_have_count(3)
        assert tab.said() == [SOUP, BREAD]


def test_a_facilitator_out_of_reach_is_asked_again_at_a_press(start: Start, model: DirectedModel) -> None:
    talk = start()
    model.says(Fault(529), Fault(529), Fault(529))
    talk.send(SOUP)
    expect(talk.page.get_by_text("The facilitator could not be reached for a reply.")).to_be_visible()
    assert talk.stored() == [[SOUP]]
    model.forget()
    talk.press("Try again")
    expect(talk.replies).to_have_count(2)
    assert talk.said() == [SOUP]
    assert talk.stored() == [[SOUP]]


def test_an_opening_out_of_reach_is_asked_for_again(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    talk = ChatPage(devices.open(scripted), scripted, new_session(scripted, questions=[])).open()
    model.says(Fault(529), Fault(529), Fault(529))
    talk.press("Start the conversation")
    expect(talk.page.get_by_text("You are in, and your answers are saved.")).to_be_visible()
    model.forget()
    talk.press("Try again")
    expect(talk.replies).to_have_count(1)
    talk.page.wait_for_load_state()
    talk.say(SOUP)
    assert talk.stored() == [[SOUP]]


def test_too_many_messages_within_a_minute_wait_for_the_next(start: Start) -> None:
    talk = start()
    talk.page.route(
        LIVE,
        lambda route: route.fulfill(status=429, headers={"Retry-After": "2"}, json={"notice": "Slower", "kept": False}),
        times=1,
    )
    talk.send(SOUP)
    expect(talk.alert).to_have_count(1)
    expect(talk.replies).to_have_count(2)
    assert talk.stored() == [[SOUP]]
