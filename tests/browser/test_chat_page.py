"""The whole way of a participant in a real browser: join, talk, come back, conclude."""

import base64
import os
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Size
from tests.e2e.local import LocalCloud

ROOT = Path(__file__).absolute().parents[2]
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", ROOT / ".local" / "screenshots"))
TURNS = (
    "Mostly soup, because the canteen is far away and I only have half an hour between two meetings.",
    "A kitchen on our floor would help; then people would cook together, as they did in the old building.",
    "I'm done, thanks",
)

pytestmark = pytest.mark.timeout(240)


def new_link(cloud: LocalCloud) -> str:
    """The link of a fresh session that asks everything a form can ask."""
    body = {
        "topic": "Lunch at the office: what would make it worth coming for?",
        "goal": "Find out how people eat at work and what would make it better",
        "welcome_message": "Hello!\nWe are moving next spring and can plan the kitchen anew. Tell us what you need.",
        "questions": [
            {"text": "Name", "required": True},
            {"text": "Email", "type": "Email"},
            {"text": "How often are you in the office?", "type": "Options", "options": ["Daily", "Sometimes", "Never"]},
        ],
        "duration_minutes": 5,
    }
    session = cloud.call("POST", "/sessions", body).json()["id"]
    return f"{cloud.url}/chat?s={session}"


def press(chrome: Chrome, button: str) -> None:
    """Press the button and wait for the page that follows."""
    pressed = chrome.find_element(By.XPATH, f"//button[normalize-space()='{button}']")
    pressed.click()
    WebDriverWait(chrome, 30).until(lambda _: _is_gone(chrome, pressed.id))


def say(chrome: Chrome, words: str) -> None:
    """Write and send."""
    chrome.find_element(By.ID, "content").send_keys(words)
    press(chrome, "Send")


def log(chrome: Chrome) -> list[str]:
    """What the log shows, speaker and words in turn."""
    entries = chrome.find_elements(By.CSS_SELECTOR, "[role=log] .speaker, [role=log] .words")
    return [entry.text for entry in entries]


def photograph(chrome: Chrome, name: str) -> None:
    """Keep a picture of the whole page for people to look at; nothing may stick out of it sideways."""
    wide, shown = chrome.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= shown, f"{name} is {wide} pixels wide on a screen of {shown}"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture = chrome.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))


@pytest.mark.parametrize(("device", "size", "dark"), [("phone", PHONE, False), ("desktop", DESKTOP, True)])
def test_somebody_joins_talks_comes_back_and_concludes(
    device: str, size: Size, dark: bool, cloud: LocalCloud, window: OpenWindow
) -> None:
    chrome = window(size, dark=dark)
    link = new_link(cloud)
    chrome.get(link)
    photograph(chrome, f"chat-join-{device}")
    chrome.find_element(By.CSS_SELECTOR, "[autocomplete=name]").send_keys("Ben Okri")
    chrome.find_element(By.XPATH, "//label[contains(., 'Sometimes')]").click()
    press(chrome, "Start the conversation")
    assert log(chrome)[0] == "Facilitator"
    assert len(log(chrome)) == 2
    for words in TURNS[:2]:
        say(chrome, words)
    photograph(chrome, f"chat-conversation-{device}")
    chrome.get(link)
    assert log(chrome)[2:4] == ["You", TURNS[0]]
    say(chrome, TURNS[2])
    assert "This conversation is complete" in chrome.find_element(By.TAG_NAME, "main").text
    photograph(chrome, f"chat-complete-{device}")
    console = chrome.execute("getLog", {"type": "browser"})["value"]
    assert [entry for entry in console if entry["level"] == "SEVERE"] == []


def test_the_newest_message_is_in_view_after_sending(cloud: LocalCloud, window: OpenWindow) -> None:
    chrome = window(PHONE)
    chrome.get(new_link(cloud))
    chrome.find_element(By.CSS_SELECTOR, "[autocomplete=name]").send_keys("Ben")
    press(chrome, "Start the conversation")
    say(chrome, "Soup.\n" * 60)
    top = chrome.execute_script("return document.getElementById('end').getBoundingClientRect().top")
    assert 0 <= top < PHONE[1]
    photograph(chrome, "chat-long-phone")


def test_a_form_that_was_refused_shows_where(cloud: LocalCloud, window: OpenWindow) -> None:
    chrome = window(PHONE)
    chrome.get(new_link(cloud))
    chrome.execute_script("document.querySelector('form').noValidate = true")
    chrome.find_element(By.CSS_SELECTOR, "[autocomplete=name]").send_keys("Ben")
    chrome.find_element(By.CSS_SELECTOR, "[autocomplete=email]").send_keys("nowhere")
    press(chrome, "Start the conversation")
    wrong = chrome.switch_to.active_element
    assert wrong.get_attribute("value") == "nowhere"
    described_by = chrome.find_element(By.ID, str(wrong.get_attribute("aria-describedby")))
    assert described_by.text == "“Email” must be an e-mail address."
    photograph(chrome, "chat-refused-phone")
    chrome.get(chrome.current_url)
    assert chrome.find_element(By.TAG_NAME, "h1").text.startswith("Lunch at the office")


def test_everything_works_by_keyboard_alone(cloud: LocalCloud, window: OpenWindow) -> None:
    chrome = window(DESKTOP)
    chrome.get(new_link(cloud))
    for typed in ("Ben", "", Keys.SPACE):
        chrome.switch_to.active_element.send_keys(Keys.TAB)
        chrome.switch_to.active_element.send_keys(typed)
    chrome.switch_to.active_element.send_keys(Keys.TAB)
    start = chrome.switch_to.active_element
    assert start.text == "Start the conversation"
    assert start.value_of_css_property("outline-style") == "solid"
    start.send_keys(Keys.ENTER)
    WebDriverWait(chrome, 30).until(lambda _: log(chrome))
    chrome.switch_to.active_element.send_keys(Keys.TAB)
    chrome.switch_to.active_element.send_keys("Soup, and bread that somebody baked", Keys.TAB)
    chrome.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(chrome, 30).until(lambda _: len(log(chrome)) == 6)


def test_a_link_that_leads_nowhere_and_the_bare_address_are_pages(cloud: LocalCloud, window: OpenWindow) -> None:
    chrome = window(PHONE, dark=True)
    for path, heading in (
        ("/chat?s=nowhere", "There is no conversation here"),
        ("/", "Conversations in place of surveys"),
    ):
        chrome.get(cloud.url + path)
        assert chrome.find_element(By.TAG_NAME, "h1").text == heading
        photograph(chrome, f"page-{heading.split()[0].lower()}-phone")


def _is_gone(chrome: Chrome, element: str) -> bool:
    """Whether the element's page was left. Asking for it by id finds it only on the page it was on."""
    gone = chrome.execute_script("return document.readyState") == "complete"
    current = [button.id for button in chrome.find_elements(By.TAG_NAME, "button")]
    return gone and element not in current
