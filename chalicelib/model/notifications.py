"""What hosts are told of: records that hold ids and codes, never words of anybody. Their texts are made when they are shown."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from chalicelib.model.lifetimes import NOTIFICATION_DAYS

NotificationKind = Literal[
    "first_answer",
    "session_ended",
    "work_failed",
    "announcement_failed",
    "model_key_refused",
    "group_linked",
    "group_left",
    "invitation",
    "ownership_offered",
    "group_asks",
]
# Of these every member gets one who may edit the session; the others are for the one host whom they concern.
SessionEvent = Literal["first_answer", "session_ended", "work_failed", "announcement_failed"]

MOST_NOTIFICATIONS = 100  # that an account has: an older one makes room
_ID_LENGTH = 24
LIFE = timedelta(days=NOTIFICATION_DAYS)


class Event(Struct, frozen=True):
    """Something that a host is to be told of. `happened` is the event's own key: of one kind, about one session or project, the same
    key is the same event. `at` is when it happened, the same at every try.

    `details` are the ids and codes that `services/notifications/texts.py` makes the texts of this kind of; nothing that anybody wrote.
    """

    kind: NotificationKind
    happened: str
    at: datetime
    session_id: str = ""
    project_id: str = ""
    details: dict[str, str] = {}

    @property
    def id(self) -> str:
        """What tells this event from all others that an account is told of."""
        named = "\n".join((self.kind, self.session_id, self.project_id, self.happened))
        return hashlib.sha256(named.encode()).hexdigest()[:_ID_LENGTH]


class Notification(Struct, frozen=True, omit_defaults=True):
    """One thing that a host is told. `id` follows from what happened, so that it is the same however often that is told of.

    `details` are ids and codes that the texts are made of. `mailed` says that a digest has told of it.
    """

    id: str
    kind: NotificationKind
    created_at: datetime
    session_id: str = ""
    project_id: str = ""
    details: dict[str, str] = {}
    read_at: datetime | None = None
    mailed: bool = False


class Inbox(Struct, frozen=True):
    """The notifications of an account, the newest first; `version` grows with every change."""

    user_id: str
    notifications: tuple[Notification, ...] = ()
    version: int = 0

    @property
    def unread(self) -> int:
        """How many were not read yet."""
        return sum(it.read_at is None for it in self.notifications)

    @property
    def to_mail(self) -> tuple[Notification, ...]:
        """Those that a digest is about: not read, and in none before."""
        return tuple(it for it in self.notifications if it.read_at is None and not it.mailed)


class MailDigest(Struct, frozen=True):
    """That a host wants a mail in the morning of days before which something happened: in this language, by the clock of this zone.

    `due_at` is when the next is to be looked at; None while nothing waits for it. Before `rests_until` none is sent, whoever asks.
    """

    user_id: str
    language: str
    zone: str
    due_at: datetime | None = None
    rests_until: datetime | None = None
