"""The whole way of a participant: join, talk, come back, conclude, rate."""

import pytest
from playwright.sync_api import expect

from tests.browser.appearance import photograph
from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, PHONE, Devices
from tests.browser.directed_model import PATIENCE, DirectedModel
from tests.browser.live_regions import listen, told
from tests.e2e.local import LocalCloud

KEYBOARD = 336  # pixels that a phone's keyboard takes of its screen
SLOW = "This is taking longer than usual. Nothing you wrote is lost: you can wait, or come back to this page later."
SAID = (
    "Mostly soup, because the canteen is far away and I only have half an hour between two meetings.",
    "A kitchen on our floor would help; then people would cook together, as they did in the old building.",
)


@pytest.mark.parametrize(
    ("size", "dark", "where"), [(PHONE, False, "local_cloud"), (DESKTOP, True, "cloud")], ids=["phone", "desktop"]
)
def test_somebody_joins_talks_comes_back_concludes_and_rates(
    size: tuple[int, int], dark: bool, where: str, devices: Devices, request: pytest.FixtureRequest
) -> None:
    cloud: LocalCloud = request.getfixturevalue(where)
    page = devices.open(cloud, size, dark=dark)
    talk = ChatPage(page, cloud, new_session(cloud, results_visibility="participants")).open()
    device = "phone" if size == PHONE else "desktop"
    photograph(page, f"journey-join-{device}")
    page.locator("[autocomplete=name]").fill("Ben Okri")
    page.get_by_label("Sometimes").check()
    talk.press("Start the conversation")
    talk.await_opening()
    assert talk.log()[0][0] == "Facilitator"
    for words in SAID:
        talk.say(words)
    talk.open()
    assert talk.log()[1] == ("You", SAID[0])
    photograph(page, f"journey-conversation-{device}")
    talk.press("I’m done")
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    page.get_by_role("radio", name="5 (Very good)").check(force=True)
    page.get_by_label("Anything you would like to add").fill("Quick and kind")
    talk.press("Send rating")
    expect(page.locator(".thanks")).to_have_text("Thank you for your rating: 5 of 5.")
    photograph(page, f"journey-end-{device}")
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lunch at the office")
    assert talk.stored() == [list(SAID)]


def test_a_link_to_the_results_waits_for_the_end(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(
        devices.open(cloud), cloud, new_session(cloud, results_visibility="participants", questions=[])
    ).join()
    expect(talk.page.get_by_role("link", name="See what others said")).to_have_count(0)
    answer = talk.page.goto(f"/results?s={talk.session}")
    assert answer
    assert answer.status == 403


def test_the_box_stays_in_view_and_hides_nothing_that_is_told(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud, PHONE), cloud, new_session(cloud, questions=[])).join()
    bottom = "document.querySelector('#compose').getBoundingClientRect().bottom"
    assert talk.page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "there is nothing to scroll yet"
    for words in SAID:
        talk.say(words)
    assert talk.page.evaluate(f"{bottom} <= innerHeight")
    talk.page.evaluate("scrollTo(0, 0)")
    assert talk.page.evaluate(f"{bottom} <= innerHeight")
    talk.page.context.set_offline(True)
    talk.send("And bread.")
    expect(talk.alert).to_be_visible()
    told, box = talk.alert.bounding_box(), talk.page.locator("#compose").bounding_box()
    assert told
    assert box
    assert told["y"] + told["height"] <= box["y"] + 1
    talk.page.context.set_offline(False)


# As browsers tell of a keyboard on the screen: it makes the page smaller, or lies over the page, which then sees less of itself.
_COVER = """height => {
  Object.defineProperty(visualViewport, 'height', { get: () => height, configurable: true });
  visualViewport.dispatchEvent(new Event('resize'));
}"""
_ARE_IN_VIEW = """height => [document.querySelector('[role=log]').lastElementChild, document.getElementById('content')]
  .map(it => it.getBoundingClientRect()).every(it => it.top >= 0 && it.bottom <= height)"""


def come_into_view(talk: ChatPage, height: int) -> None:
    """Wait until the last message and the box are within what is seen of the page."""
    for _ in range(100):
        if talk.page.evaluate(_ARE_IN_VIEW, height):
            return
        talk.page.wait_for_timeout(50)
    raise AssertionError("the last message or the box is out of view")


@pytest.mark.parametrize("kind", ["smaller page", "over the page"])
def test_with_a_keyboard_on_the_screen_the_last_message_and_the_box_are_in_view(
    kind: str, cloud: LocalCloud, devices: Devices
) -> None:
    talk = ChatPage(devices.open(cloud, PHONE), cloud, new_session(cloud, questions=[])).join()
    for words in SAID:
        talk.say(words)
    left = PHONE[1] - KEYBOARD
    talk.box.tap()
    if kind == "smaller page":
        talk.page.set_viewport_size({"width": PHONE[0], "height": left})
    else:
        talk.page.evaluate(_COVER, left)
    come_into_view(talk, left)
    talk.box.fill("\n".join(["A line"] * 12))
    come_into_view(talk, left)
    height = talk.box.evaluate("it => it.clientHeight / parseFloat(getComputedStyle(it).lineHeight)")
    assert 6 <= height < 7.5, "it grows to six lines, and scrolls from there"
    photograph(talk.page, f"journey-keyboard-{kind.split()[0]}-phone")


def test_what_is_waited_for_is_shown_in_time_and_told_once(
    scripted: LocalCloud, devices: Devices, model: DirectedModel
) -> None:
    talk = ChatPage(devices.open(scripted, PHONE), scripted, new_session(scripted, questions=[])).join()
    talk.page.clock.install(time=0)
    talk.page.clock.pause_at(3_600_000)
    listen(talk.page)
    typing = talk.page.locator("#typing")
    model.hold()
    talk.send("Soup.")
    assert model.asked.wait(PATIENCE)
    expect(typing).to_be_hidden()
    for seconds, shown in ((1, "The facilitator is writing…"), (8, "Still thinking…"), (12, SLOW), (5, SLOW)):
        talk.page.clock.run_for(seconds * 1_000)
        expect(typing).to_have_text(shown)
        expect(typing).to_be_in_viewport()
    assert told(talk.page, "status") == ["Still thinking…", SLOW]
    model.go()
    talk.page.clock.resume()
    expect(talk.replies).to_have_count(2)
    expect(typing).to_be_hidden()


def test_a_message_tells_its_time_and_is_copied_by_hand_or_by_keyboard(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud, DESKTOP), cloud, new_session(cloud, questions=[])).join()
    talk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    talk.say(SAID[0])
    copied = "navigator.clipboard.readText()"
    own, newest = talk.page.locator(".message.user"), talk.replies.last
    own.hover()
    expect(own.locator("time")).to_have_css("opacity", "1")
    own.get_by_role("button", name="Copy this message").click()
    assert talk.page.evaluate(copied) == SAID[0]
    talk.page.mouse.move(0, 0)
    talk.box.focus()
    talk.page.keyboard.press("Shift+Tab")
    if not newest.evaluate("it => it.contains(document.activeElement)"):
        talk.page.keyboard.press("Shift+Tab")
    newest.focus()
    talk.page.keyboard.press("ArrowUp")
    expect(own).to_be_focused()
    talk.page.keyboard.press("ArrowDown")
    expect(newest).to_be_focused()
    talk.page.keyboard.press("Tab")
    talk.page.keyboard.press("Enter")
    assert talk.page.evaluate(copied) == talk.log()[-1][1]
    expect(talk.page.locator("[role=log] [tabindex='0']")).to_have_count(1)


def test_the_newest_message_is_in_view_after_sending(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud, questions=[])).join()
    talk.say("Soup.\n" * 60)
    expect(talk.replies.last).to_be_in_viewport()
    photograph(talk.page, "journey-long-phone")


def test_a_conversation_goes_on_at_another_device(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud, questions=[])).join()
    talk.say(SAID[0])
    link = talk.page.locator("#resume").input_value()
    other = ChatPage(devices.open(cloud, DESKTOP), cloud, talk.session)
    other.page.goto(link)
    other.press("Continue it here")
    expect(other.page.get_by_role("status").first).to_contain_text("begun at another device")
    assert "r=" not in other.page.url
    other.say(SAID[1])
    talk.open()
    assert talk.said() == list(SAID)
    assert talk.stored() == [list(SAID)]


def test_a_private_link_asks_before_anybody_speaks_in_somebody_elses_conversation(
    cloud: LocalCloud, devices: Devices
) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud, questions=[])).join()
    talk.say(SAID[0])
    link = talk.page.locator("#resume").input_value()
    other = ChatPage(devices.open(cloud, DESKTOP), cloud, talk.session)
    other.page.goto(link)
    expect(other.page.get_by_role("heading", level=1)).to_contain_text("Continue a conversation")
    expect(other.page.get_by_role("log")).to_have_count(0)
    other.page.get_by_role("link", name="Start my own").click()
    other.press("Start the conversation")
    other.await_opening()
    other.page.wait_for_load_state()
    long = "\n".join(["Soup."] * 60)
    other.say(long)
    other.page.goto(link)
    notice = other.page.get_by_role("status").first
    expect(notice).to_contain_text("The private link was not opened")
    assert "told=" not in other.page.url
    expect(notice).to_be_in_viewport()
    other.say(SAID[1])
    assert sorted(talk.stored()) == sorted([[SAID[0]], [long, SAID[1]]])


def test_whoever_is_not_this_person_starts_anew(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud, questions=[])).join()
    talk.say(SAID[0])
    talk.box.fill("A draft that nobody else may find")
    talk.open_menu()
    talk.page.get_by_role("link", name="Not you? Start new").click()
    talk.press("Forget it and start new")
    expect(talk.page.get_by_role("button", name="Start the conversation")).to_be_visible()
    talk.join()
    assert talk.said() == []
    expect(talk.box).to_have_value("")
    talk.say(SAID[1])
    assert sorted(talk.stored()) == sorted([[SAID[0]], [SAID[1]]])


def test_a_form_says_beside_the_field_what_is_wrong_before_it_is_sent(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud)).open()
    page = talk.page
    page.locator("[autocomplete=email]").fill("nowhere")
    talk.press("Start the conversation")
    name = page.locator("[autocomplete=name]")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("“Name” needs an answer.")
    email = page.locator("[autocomplete=email]")
    expect(email).to_have_accessible_description("“Email” must be an e-mail address.")
    expect(email).to_have_attribute("aria-invalid", "true")
    email.fill("ben@example.org")
    expect(email).not_to_have_attribute("aria-invalid", "true")
    assert cloud.call("GET", f"/sessions/{talk.session}").json()["participant_count"] == 0
