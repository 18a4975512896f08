"""Before any script has run, and without one: the forms work, and the first page is small."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response, expect

from tests.browser.appearance import photograph
from tests.browser.chat_page import QUESTIONS, ChatPage, new_session
from tests.browser.devices import DESKTOP, PHONE, Devices
from tests.e2e.local import LocalCloud

FIRST_PAGE_BYTES = 60_000

_TRANSFERRED = """Object.fromEntries(performance.getEntriesByType('resource').filter(it => it.name.includes('/static/'))
  .map(it => [new URL(it.name).pathname, it.transferSize]))"""


def answers(page: Page) -> list[Response]:
    """All that the page loads from now on."""
    found: list[Response] = []
    page.on("response", lambda it: None if it.url.startswith("data:") else found.append(it))
    return found


def names(found: list[Response]) -> list[str]:
    return sorted(re.sub(r"\.[0-9a-f]{12}\.", ".", urlsplit(it.url).path) for it in found)


def test_the_first_page_is_one_html_request_and_cached_files_under_60_kilobytes(
    cloud: LocalCloud, devices: Devices
) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud, questions=QUESTIONS[:2]))
    first = answers(talk.page)
    talk.page.goto(talk.link, wait_until="networkidle")
    assert names(first) == ["/chat", "/static/join.css", "/static/join.js", "/static/page.css"]
    assert sum(len(it.body()) for it in first) < FIRST_PAGE_BYTES
    assert all("immutable" in it.headers["cache-control"] for it in first if "/static/" in it.url)
    ends = talk.page.locator("#join button").evaluate("it => it.getBoundingClientRect().bottom")
    assert ends <= PHONE[1], "what decides on joining, two questions and the button are on a phone's first screen"


def test_files_are_asked_for_once(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud, questions=[])).join()
    served = talk.page.evaluate(_TRANSFERRED)
    assert sorted(name.split(".")[0] for name in served) == ["/static/chat", "/static/page"]
    talk.page.goto(talk.link, wait_until="networkidle")
    again = talk.page.evaluate(_TRANSFERRED)
    assert set(again) == set(served)
    assert sum(again.values()) == 0


def test_the_whole_conversation_works_without_a_script(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud, java_script_enabled=False), cloud, new_session(cloud)).join()
    expect(talk.box).to_be_focused()
    talk.say("Soup, mostly.")
    talk.page.goto(talk.link)
    assert talk.said() == ["Soup, mostly."]
    photograph(talk.page, "plain-conversation-phone")
    talk.press("I’m done")
    expect(talk.focused()).to_contain_text("Your conversation is complete.")
    talk.page.get_by_role("radio", name="4").check(force=True)
    talk.press("Send rating")
    expect(talk.focused()).to_have_text("Thank you for your rating: 4 of 5.")
    assert talk.stored() == [["Soup, mostly."]]


def test_a_form_that_the_server_refused_shows_where(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud), cloud, new_session(cloud))
    talk.page.route("**/join.*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    talk.open()
    talk.page.locator("[autocomplete=name]").fill("Ben")
    talk.page.locator("[autocomplete=email]").fill("nowhere")
    talk.press("Start the conversation")
    email = talk.page.locator("[autocomplete=email]")
    expect(email).to_have_accessible_description("“Email” must be an e-mail address.")
    expect(email).to_be_focused()
    expect(email).to_have_value("nowhere")
    expect(talk.page.locator("[autocomplete=name]")).to_have_value("Ben")
    photograph(talk.page, "join-refused-phone")
    talk.open()
    expect(talk.page.get_by_role("heading", level=1)).to_contain_text("Lunch at the office")


def test_everything_works_by_keyboard_alone(cloud: LocalCloud, devices: Devices) -> None:
    talk = ChatPage(devices.open(cloud, DESKTOP), cloud, new_session(cloud)).open()
    keys = talk.page.keyboard
    reach(talk, "[autocomplete=name]")
    keys.type("Ben")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowDown")
    reach(talk, "#join button")
    assert talk.focused().evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    keys.press("Enter")
    talk.await_opening()
    talk.page.wait_for_load_state()
    expect(talk.box).to_be_focused()
    keys.type("Soup,")
    keys.press("Shift+Enter")
    keys.type("and bread that somebody baked")
    keys.press("Enter")
    expect(talk.replies).to_have_count(2)
    expect(talk.box).to_be_focused()
    assert talk.stored() == [["Soup,\nand bread that somebody baked"]]
    reach(talk, "[form=done]")
    keys.press("Enter")
    expect(talk.page.get_by_role("heading", name="Thank you!")).to_be_visible()
    reach(talk, "[name=rating]")
    keys.press("ArrowRight")
    reach(talk, ".rating button")
    keys.press("Enter")
    expect(talk.page.locator(".thanks")).to_be_visible()


def reach(talk: ChatPage, wanted: str) -> None:
    """Press Tab until it is focused; as everybody can who sees where they are."""
    for _ in range(40):
        if talk.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        talk.page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is out of the keyboard's reach")


def test_a_link_that_leads_nowhere_and_the_bare_address_are_pages(cloud: LocalCloud, devices: Devices) -> None:
    page = devices.open(cloud, PHONE, dark=True)
    for path, heading in (
        ("/chat?s=nowhere", "There is no conversation here"),
        ("/", "Conversations in place of surveys"),
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        photograph(page, f"page-{heading.split()[0].lower()}-phone")
