"""Records of reminders: who wants to be reminded of their conversation, and how often they were."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

ReminderChannel = Literal["mail", "telegram"]


class Reminder(Struct, frozen=True):
    """The wish of a participant to be reminded, and what came of it.

    `to` says, sealed, where; it is gone once nothing more is to be sent. `generation` is that of the thread then: ended again, what
    leads to the conversation is worth nothing. `zone` is the participant's time zone where it is known. `sent` counts the reminders,
    the last of which was sent at `sent_at`; `opened_at` is when the page of a link in one was first asked for, `came_back` whether they
    said something after the one before the last. `undeliverable`: nothing is sent any more, since no mail arrives at the address.
    """

    session_id: str
    thread_id: str
    channel: ReminderChannel
    wanted_at: datetime
    generation: int = 0
    to: str | None = None
    language: str | None = None
    zone: str | None = None
    sent: int = 0
    sent_at: datetime | None = None
    opened_at: datetime | None = None
    came_back: bool = False
    undeliverable: bool = False


class ReminderTarget(Struct, frozen=True, omit_defaults=True):
    """Where a reminder goes: an address, with the token of the private link, or a chat in Telegram."""

    address: str = ""
    link: str = ""
    chat_id: int = 0


class ReminderCounts(Struct, frozen=True):
    """How many reminders of a session were sent, how many people opened the link in one, or came back after one, and how many get
    none since no mail arrives at their address."""

    sent: int = 0
    opened: int = 0
    came_back: int = 0
    undeliverable: int = 0
