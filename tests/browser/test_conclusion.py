"""The end of a conversation: "I'm done", a rating, another try; what is heard of it, where the focus goes, and a bad network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, Devices
from tests.browser.directed_model import PATIENCE, DirectedModel
from tests.browser.live_regions import listen, told
from tests.e2e.local import LocalCloud
from tests.fake_anthropic import Fault

NO_ANSWER = "We got no answer, so this may not have been saved."

Start = Callable[[], ChatPage]


@pytest.fixture
def start(scripted: LocalCloud, devices: Devices) -> Start:
    """Somebody at a desktop who has said something."""

    def start() -> ChatPage:
        talk = ChatPage(devices.open(scripted, DESKTOP), scripted, new_session(scripted, questions=[])).join()
        talk.say("Soup, mostly.")
        return talk

    return start


def test_the_end_and_the_thanks_are_told_once_and_the_focus_follows(start: Start) -> None:
    talk = start()
    listen(talk.page)
    heading = talk.page.get_by_role("heading", name="Thank you!")
    talk.press("I’m done")
    expect(heading).to_be_focused()
    end = "This conversation is complete. You can close this page now, or add something below."
    assert told(talk.page, "status") == [end]
    talk.page.get_by_text("Your conversation by mail").click()
    address = talk.page.get_by_label("Your e-mail address")
    address.fill("ann@example.org")
    talk.page.get_by_role("radio", name="4").check(force=True)
    talk.page.keyboard.press("Tab")
    talk.page.keyboard.type("Quick and kind")
    talk.press("Send rating")
    thanks = "Thank you for your rating: 4 of 5."
    expect(talk.page.get_by_role("paragraph").filter(has_text=thanks)).to_be_in_viewport()
    expect(heading).to_be_focused()
    talk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    talk.say("One more thing.")
    assert told(talk.page, "status") == [end, thanks]
    assert told(talk.page, "alert") == []
    expect(address).to_have_value("ann@example.org")  # the foot is another one by now
    talk.press("Send me my conversation")
    expect(talk.page.get_by_text("Your conversation is on its way.")).to_be_visible()


def test_an_end_without_a_network_is_told_as_what_it_is_and_can_be_repeated(start: Start) -> None:
    talk = start()
    listen(talk.page)
    talk.page.context.set_offline(True)
    talk.press("I’m done")
    expect(talk.alert).to_contain_text(NO_ANSWER)
    assert "message" not in talk.alert.inner_text()
    expect(talk.page.get_by_role("button", name="I’m done")).to_be_focused()
    assert len(told(talk.page, "alert")) == 1
    talk.page.context.set_offline(False)
    talk.press("I’m done")
    expect(talk.page.get_by_role("heading", name="Thank you!")).to_be_focused()
    expect(talk.alert).to_have_count(0)


def test_a_rating_without_a_network_stays_in_its_form(start: Start) -> None:
    talk = start()
    talk.press("I’m done")
    talk.page.get_by_role("radio", name="4").check(force=True)
    talk.page.get_by_label("Anything you would like to add").fill("Quick and kind")
    talk.page.context.set_offline(True)
    talk.press("Send rating")
    expect(talk.alert).to_contain_text(NO_ANSWER)
    expect(talk.page.get_by_role("button", name="Send rating")).to_be_focused()
    expect(talk.page.get_by_label("Anything you would like to add")).to_have_value("Quick and kind")
    talk.page.context.set_offline(False)
    talk.press("Send rating")
    expect(talk.page.get_by_text("Thank you for your rating: 4 of 5.").first).to_be_visible()
    expect(talk.alert).to_have_count(0)


def test_another_try_without_a_network_is_told_and_can_be_repeated(start: Start, model: DirectedModel) -> None:
    talk = start()
    model.says(Fault(529), Fault(529), Fault(529))
    talk.send("And bread.")
    again = talk.page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    talk.page.context.set_offline(True)
    again.click()
    expect(talk.alert.filter(has_text=NO_ANSWER)).to_be_visible()
    expect(again).to_be_focused()
    talk.page.context.set_offline(False)
    model.forget()
    again.click()
    expect(talk.replies).to_have_count(3)
    expect(talk.alert).to_have_count(0)
    expect(talk.box).to_be_focused()


def test_an_end_pressed_while_a_reply_is_written_comes_after_it(start: Start, model: DirectedModel) -> None:
    talk = start()
    model.hold()
    talk.send("And bread.")
    assert model.asked.wait(PATIENCE)
    talk.press("I’m done")
    model.go()
    expect(talk.page.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert talk.stored() == [["Soup, mostly.", "And bread."]]
    assert talk.said() == ["Soup, mostly.", "And bread."]
