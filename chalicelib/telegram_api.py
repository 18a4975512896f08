"""Ground: Telegram's Bot API, by pyTelegramBotAPI.

https://core.telegram.org/bots/api
"""

from typing import Any

from chalicelib.errors import NeverDone, Unavailable
from chalicelib.model.telegram import AnswerTap, Edit, Send, ShowTyping

TELEGRAM = "https://api.telegram.org"


class RequestRefused(NeverDone):
    """Telegram will never do this; `description` is what it says."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class ChatGone(RequestRefused):
    """The bot was blocked by the person, taken out of the group, or has no right to write there any more."""


class GroupMigrated(RequestRefused):
    """The group is a supergroup now, under another id."""

    def __init__(self, description: str, group_id: int) -> None:
        super().__init__(description)
        self.group_id = group_id


class TelegramApi:
    """The bot. Whatever it is asked raises RequestRefused for good, Unavailable (with the time to wait) where it may go later."""

    def __init__(self, token: str, url: str) -> None:
        from telebot import TeleBot, apihelper

        library: Any = apihelper
        library.API_URL = f"{url}/bot{{0}}/{{1}}"
        self._bot = TeleBot(token, threaded=False)

    def send(self, outgoing: Send | Edit | AnswerTap | ShowTyping) -> int:
        """Send something; returns the id of the (last) message, 0 for what is none."""
        raise Unavailable("not there yet")

    def member_status(self, chat_id: int, user_id: int) -> str:
        """What somebody is in a chat: creator, administrator, member, restricted, left or kicked."""
        raise Unavailable("not there yet")
