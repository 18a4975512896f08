"""A participant at a device: opens the link, fills in the form, talks, and sees what there is to see."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.devices import TIMEOUT
from tests.e2e.local import LocalCloud

expect.set_options(timeout=TIMEOUT)
TRIES, BETWEEN_TRIES = 5, 2_000  # at the opening, and milliseconds

QUESTIONS: list[dict[str, Any]] = [
    {"text": "Name", "required": True},
    {"text": "Email", "type": "Email"},
    {"text": "How often are you in the office?", "type": "Options", "options": ["Daily", "Sometimes", "Never"]},
]
LUNCH: dict[str, Any] = {
    "topic": "Lunch at the office: what would make it worth coming for?",
    "goal": "Find out how people eat at work and what would make it better",
    "welcome_message": "Hello!\nWe are moving next spring and can plan the **kitchen** anew. Tell us what you need.",
    "questions": QUESTIONS,
    "duration_minutes": 5,
}


def new_session(cloud: LocalCloud, **fields: Any) -> str:
    """The id of a fresh session; it asks everything a form can ask unless told otherwise."""
    answer = cloud.call("POST", "/sessions", {**LUNCH, **fields})
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


class ChatPage:
    """One participant in one session at one device."""

    def __init__(self, page: Page, cloud: LocalCloud, session: str) -> None:
        self.page = page
        self.cloud = cloud
        self.session = session
        self.link = f"/chat?s={session}"
        self.box = page.locator("#content")
        self.replies = page.locator("[role=log] .message.assistant")
        self.alert = page.get_by_role("alert").filter(has_text=re.compile(r"\S"))

    def open(self) -> "ChatPage":
        """Open the link."""
        self.page.goto(self.link)
        return self

    def join(self, name: str = "Ben Okri") -> "ChatPage":
        """Open the link, fill in the form where there is one, start; returns when the facilitator has spoken."""
        self.open()
        if (field := self.page.locator("[autocomplete=name]")).count():
            field.fill(name)
        self.press("Start the conversation")
        self.await_opening()
        self.page.wait_for_load_state()  # its script has run
        return self

    def await_opening(self) -> None:
        """Wait for the facilitator's first message; ask for it again where the page offers that, as a busy machine may need."""
        again = self.page.locator("#foot .notice form button")
        for _ in range(TRIES):
            expect(self.replies.or_(again).first).to_be_visible()
            if self.replies.count():
                break
            again.click()
            self.page.wait_for_timeout(BETWEEN_TRIES)
        expect(self.replies).to_have_count(1)

    def press(self, name: str) -> None:
        """Press a button, also one that stands in the menu."""
        button = self.page.get_by_role("button", name=name, exact=True)
        if not button.count():
            self.open_menu()
        button.click()

    def open_menu(self) -> None:
        """Open the menu, where there is no room for what it holds."""
        menu = self.page.locator("#menu")
        if (
            menu.is_visible()
            and menu.get_attribute("aria-expanded") != "true"
            and self.page.locator("#about").is_hidden()
        ):
            menu.click()

    def send(self, words: str) -> None:
        """Write and send, and don't wait."""
        self.cloud.said.note(words)
        self.box.fill(words)
        self.press("Send")

    def say(self, words: str) -> None:
        """Write and send; returns when the reply is there."""
        before = self.replies.count()
        self.send(words)
        expect(self.replies).to_have_count(before + 1)

    def log(self) -> list[tuple[str, str]]:
        """What the log shows: speaker and words."""
        entries = self.page.locator("[role=log] .message").all()
        return [(_text(entry, ".speaker"), _text(entry, ".words")) for entry in entries]

    def said(self) -> list[str]:
        """The words of the participant in the log."""
        return self.page.locator("[role=log] .message.user .words").all_inner_texts()

    def stored(self) -> list[list[str]]:
        """What the host reads of each participant's own words, through the API."""
        people = self.cloud.call("GET", f"/sessions/{self.session}/responses").json()["data"]
        return [[it["content"] for it in person["messages"] if it["role"] == "user"] for person in people]

    def focused(self) -> Locator:
        """What the keyboard writes into."""
        return self.page.locator(":focus")


def _text(entry: Locator, part: str) -> str:
    return entry.locator(part).inner_text()
