"""What a screen reader is told: each reply once and by whom, failures at once, whose language is spoken, where the focus is."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, Devices
from tests.browser.directed_model import PATIENCE, DirectedModel
from tests.browser.live_regions import listen, told
from tests.e2e.local import LocalCloud
from tests.fake_anthropic import Fault

ARABIC = "الحساء لذيذ ولكن المطعم بعيد جدا عن المكتب."


def begin(devices: Devices, cloud: LocalCloud, settings: dict[str, Any] | None = None, **fields: Any) -> ChatPage:
    page = devices.open(cloud, DESKTOP, **(settings or {}))
    return ChatPage(page, cloud, new_session(cloud, **{"questions": [], **fields})).join()


def test_each_reply_is_told_once_with_its_speaker(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    model.says("Welcome! What do you eat?", "Why **soup**?")
    talk = begin(devices, scripted)
    listen(talk.page)
    talk.say("Soup.")
    talk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    heard = told(talk.page, "log")
    assert [text for text in heard if "Why" in text] == ["Facilitator Why soup?"]
    assert [text for text in heard if "Soup." in text] == ["You Soup. Sending…"]
    assert told(talk.page, "alert") == told(talk.page, "status") == []
    expect(talk.page.get_by_role("log")).to_have_count(1)
    expect(talk.page.get_by_role("log")).to_match_aria_snapshot(
        """
        - log "Conversation":
          - article:
            - heading "Facilitator" [level=2]
            - paragraph: Welcome! What do you eat?
          - article:
            - heading "You" [level=2]
            - text: Soup.
            - paragraph: Sent
          - article:
            - heading "Facilitator" [level=2]
            - paragraph:
              - text: Why
              - strong: soup
              - text: "?"
        """
    )


def test_the_focus_stays_in_the_box_while_one_waits_and_when_the_reply_comes(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    talk = begin(devices, scripted)
    model.hold()
    talk.send("Soup.")
    expect(talk.box).to_be_focused()
    assert model.asked.wait(PATIENCE)
    expect(talk.page.get_by_text("The facilitator is writing…")).to_be_visible()
    talk.page.keyboard.type("And")
    model.go()
    expect(talk.replies).to_have_count(2)
    expect(talk.box).to_be_focused()
    expect(talk.box).to_have_value("And")
    expect(talk.page.get_by_text("The facilitator is writing…")).to_be_hidden()


def test_a_failure_is_an_alert(scripted: LocalCloud, devices: Devices) -> None:
    talk = begin(devices, scripted)
    listen(talk.page)
    talk.page.context.set_offline(True)
    talk.send("Soup.")
    expect(talk.page.get_by_role("button", name="Try again")).to_be_visible()
    assert [text.split(".")[0] for text in told(talk.page, "alert")] == ["You are offline"]
    expect(talk.page.get_by_role("alert")).to_match_aria_snapshot(
        """
        - alert:
          - paragraph: /You are offline/
        """
    )
    expect(talk.box).to_be_focused()
    talk.page.context.set_offline(False)
    expect(talk.replies).to_have_count(2)


def test_a_facilitator_out_of_reach_is_told(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted)
    listen(talk.page)
    model.says(Fault(529), Fault(529), Fault(529))
    talk.send("Soup.")
    expect(talk.page.get_by_text("The facilitator could not be reached for a reply.")).to_be_visible()
    assert [text.split(".")[0] for text in told(talk.page, "alert")] == ["Your message is saved"]


def test_every_message_tells_its_language_and_direction(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    model.says("Welcome! What do you eat?", "ولماذا الحساء؟")
    talk = begin(devices, scripted)
    talk.say(ARABIC)
    marks = "all => all.map(it => [it.lang, it.dir, getComputedStyle(it).direction])"
    found = talk.page.locator("[role=log] .words").evaluate_all(marks)
    assert found == [["en", "ltr", "ltr"], ["ar", "rtl", "rtl"], ["ar", "rtl", "rtl"]]
    talk.open()
    assert talk.page.locator("[role=log] .words").evaluate_all(marks) == found


def test_an_arabic_visitor_gets_an_arabic_page_around_english_words(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    model.says("Welcome! What do you eat?")
    page = devices.open(scripted, locale="ar")
    page.goto(f"/chat?s={new_session(scripted, questions=[])}")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", level=1)).to_have_attribute("dir", "ltr")
    page.locator("#join button").click()
    words = page.locator("[role=log] .words").first
    expect(words).to_have_attribute("lang", "en")
    expect(words).to_have_css("direction", "ltr")
    page.locator("#menu").click()
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_end_is_told(scripted: LocalCloud, devices: Devices, model: DirectedModel) -> None:
    talk = begin(devices, scripted)
    model.concludes("You eat soup. Thank you!")
    listen(talk.page)
    talk.say("Soup, and that is all.")
    (recap,) = (text for text in told(talk.page, "log") if "You eat" in text)
    assert recap.startswith("Facilitator · What I heard You eat soup. Thank you!")
    expect(talk.page.locator(".conclusion")).to_match_aria_snapshot(
        """
        - region "Thank you!":
          - heading "Thank you!" [level=2]
          - paragraph: /This conversation is complete/
          - paragraph:
            - link "Add or correct something"
          - heading "What happens next" [level=3]
          - list:
            - listitem: /Your host reads what you said/
            - listitem: /Others can still take part/
            - listitem: /The results go to your host/
          - paragraph:
            - link "My words"
          - group "How was this conversation?":
            - radio "1 (Not good)"
            - radio "2"
            - radio "3"
            - radio "4"
            - radio "5 (Very good)"
          - button "Send rating"
        """
    )
