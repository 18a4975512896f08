"""People and groups at the stand-in of Telegram that runs beside a local cloud, moved as its page moves them."""

import json
import time
from dataclasses import dataclass
from typing import Any

import urllib3

from infra.local.telegram.people import Shown
from tests.e2e.local import PATIENCE, LocalCloud

_http = urllib3.PoolManager(maxsize=8)


class TelegramPage:
    """What is sent by the page, and what it shows."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._url, self._said = cloud.telegram_url, cloud.said

    def act(self, do: str, **what: Any) -> dict[str, Any]:
        """Do something, as a button of the page does."""
        self._said.note(what.get("text"), what.get("name"))
        body, sent = json.dumps({"do": do, **what}).encode(), {"Content-Type": "application/json"}
        answer = _http.request("POST", f"{self._url}/act", body=body, headers=sent)
        told: dict[str, Any] = answer.json()
        assert answer.status == 200, answer.data
        assert "problem" not in told, told
        return told

    def view(self) -> dict[str, Any]:
        """All that the page shows."""
        view: dict[str, Any] = _http.request("GET", f"{self._url}/news?after=-1").json()
        return view

    def person(self, name: str) -> "Seat":
        """Somebody new, who is in all groups."""
        self.act("add_person", name=name)
        return Seat(self, self.view()["people"][-1]["id"])

    def group(self, title: str, creator: "Seat", kind: str = "group") -> int:
        """A new group with everybody in it; its id."""
        self.act("add_group", person=creator.id, title=title, kind=kind)
        return int(self.view()["chats"][-1]["id"])

    def messages(self, chat: int) -> list[Shown]:
        """The messages of a chat, the oldest first."""
        return next([Shown(it) for it in one["messages"]] for one in self.view()["chats"] if one["id"] == chat)

    def until(self, chat: int, *, text: str = "", button: str = "", after: int = 0) -> Shown:
        """The bot's first message after this one with such a text and such a button, as soon as there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for message in self.messages(chat):
                is_new = message.is_from_bot and message.message_id > after
                if is_new and text in message.text and (not button or message.button(button)):
                    return message
            time.sleep(0.3)
        raise AssertionError(f"No {text or button!r} in {[(it.text, it.buttons) for it in self.messages(chat)]}")


@dataclass(frozen=True)
class Seat:
    """One person of the page."""

    page: TelegramPage
    id: int

    def write(self, text: str, chat: int = 0) -> int:
        """Write to the bot, or in a group; the message's id."""
        self.page.act("write", person=self.id, chat=chat or self.id, text=text)
        own = [it for it in self.page.messages(chat or self.id) if it.wire["from"]["id"] == self.id]
        return own[-1].message_id

    def tap(self, button: str, chat: int = 0, **where: Any) -> None:
        """Tap a button, or open its address, as soon as it is there; `where`: the group that Telegram asks for."""
        at = self.page.until(chat or self.id, button=button)
        found = at.button(button)
        assert found
        if "url" in found:
            self.page.act("open_link", person=self.id, url=found["url"], **where)
        else:
            self.page.act(
                "press", person=self.id, chat=chat or self.id, message=at.message_id, data=found["callback_data"]
            )

    def open(self, url: str, **where: Any) -> None:
        """Open an address of Telegram's."""
        self.page.act("open_link", person=self.id, url=url, **where)

    def until(self, text: str = "", *, button: str = "", after: int = 0) -> Shown:
        """What the bot writes to this person, as soon as it does."""
        return self.page.until(self.id, text=text, button=button, after=after)
