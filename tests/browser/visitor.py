"""Somebody before a browser in English or Arabic, who opens pages and talks to a model that answers in that language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, Devices, sign_in_as_demo_host
from tests.browser.directed_model import DirectedModel
from tests.browser.finished_sessions import ARABIC
from tests.e2e.local import LocalCloud

SAY = {"en": "Mostly soup, because the canteen is far away.", "ar": "الحساء غالبا، لأن المطعم بعيد جدا."}
DANGER = {"en": "The bus is fine. I just want to die.", "ar": "كل شيء صعب وأريد أن أموت."}
ASK = {"en": "What would a kitchen on your floor change?", "ar": "ماذا سيغير مطبخ في طابقك؟"}
MORE = {"en": "And who would use it besides you?", "ar": "ومن سيستخدمه غيرك؟"}
SEE = {"en": "I see.", "ar": "فهمت."}
RECAP = {
    "en": "- You bring soup, as the canteen is far away.\n- A kitchen would help.\n\nThank you!",
    "ar": "- تحضر الحساء لأن المطعم بعيد.\n- المطبخ سيساعد.\n\nشكرا لك!",
}
OPTIONS = {
    "en": ["A kitchen on our floor", "A canteen nearby", "A longer break for everybody who eats with others"],
    "ar": ["مطبخ في طابقنا", "مطعم قريب", "استراحة أطول لكل من يأكل مع الآخرين"],
}
WHO = {"en": "The works council of Riverside", "ar": "مجلس الموظفين"}
LABEL = {"en": "What would help you most?", "ar": "ما الذي يساعدك أكثر؟"}
ENDS = {"en": ("Not at all", "Very much"), "ar": ("أبدا", "كثيرا جدا")}


@dataclass
class Visitor:
    """One device for all states, so that its files are loaded once: each state has a session of its own there."""

    devices: Devices
    cloud: LocalCloud
    model: DirectedModel
    tongue: str
    _device: BrowserContext | None = field(default=None, init=False)
    _kept: Page | None = field(default=None, init=False)

    @property
    def direction(self) -> str:
        """Where the tongue is written to."""
        return "rtl" if self.tongue == "ar" else "ltr"

    def page(self) -> Page:
        """A window of the device."""
        if self._device is None:
            locale = "ar" if self.tongue == "ar" else "en-US"
            self._kept = self.devices.open(self.cloud, DESKTOP, locale=locale)
            self._kept.goto("/llms.txt")
            self._device = self._kept.context
        return self._device.new_page()

    def stranger(self) -> Page:
        """A window for somebody whom the device does not know."""
        page = self.page()
        page.context.clear_cookies()
        return page

    def signed_in(self) -> Page:
        """A window of a device that is signed in; nothing is opened in it where it was already."""
        page = self.page()
        if not any(it["name"] == "harmonica" for it in page.context.cookies()):
            sign_in_as_demo_host(page)
        return page

    def session(self, **fields: Any) -> str:
        """A session in the tongue, with a form."""
        return new_session(self.cloud, **{**(ARABIC if self.tongue == "ar" else {"language": "en"}), **fields})

    def joined(self, **fields: Any) -> ChatPage:
        """Somebody who has been welcomed."""
        self.model.says(ASK[self.tongue])
        session = self.session(**{"questions": [], **fields})
        talk = ChatPage(self.page(), self.cloud, session).open()
        talk.page.locator("#join button").click()
        talk.await_opening()
        talk.page.wait_for_load_state()
        return talk

    def said(self, session: str, person: str = "p1", name: str = "") -> str:
        """Somebody who says something through the API; returns their thread."""
        words = {"participant_id": person, "participant_name": name, "content": SAY[self.tongue]}
        told = self.cloud.call("POST", f"/sessions/{session}/chat", words)
        assert told.status == 200, told.body
        return str(told.json()["thread_id"])

    def send(self, talk: ChatPage, words: Mapping[str, str] = SAY) -> None:
        """Say something, and don't wait."""
        talk.box.fill(words[self.tongue])
        talk.page.locator("#compose button[type=submit]").first.click()

    def answered(self, talk: ChatPage, words: Mapping[str, str] = SAY) -> ChatPage:
        """Say something; returns when the reply is there."""
        before = talk.replies.count()
        self.send(talk, words)
        expect(talk.replies).to_have_count(before + 1)
        return talk

    def clear(self) -> None:
        """Close the windows of the device, put it online again, and forget the script.

        But for one, in which nothing happens: with the last one its process ends, and each state would compile all scripts anew.
        """
        if self._device:
            for page in self._device.pages:
                if page is not self._kept:
                    page.close()
            self._device.set_offline(False)
        self.model.forget()


State = Callable[[Visitor], Page]
