"""Records of what users have: accounts, keys, groups, and requests that may come again."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Plan = Literal["FREE", "PRO", "ENTERPRISE"]
GroupStatus = Literal["unconfirmed", "confirmed", "removed"]


class User(Struct, frozen=True):
    """A host's account; while it is disabled, none of its keys and links is let in."""

    id: str
    email: str
    name: str | None
    subscription_status: Plan
    created_at: datetime
    disabled_at: datetime | None = None


class ApiKey(Struct, frozen=True):
    """An API key as a request used it: the user it acts for, its limit in requests a minute, and how many it has used.

    `generation` counts how often all that was fetched with it has been ended.
    """

    user_id: str
    name: str | None
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    limit: int
    used: int
    id: str = ""
    generation: int = 0


class KeyRecord(Struct, frozen=True):
    """An API key as an administrator sees it; the key itself is known to nobody but whoever has it."""

    id: str
    user_id: str
    name: str | None
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    disabled_at: datetime | None  # with its user


class TelegramGroup(Struct, frozen=True):
    """A Telegram group that a user registered; the bot confirms it once it is in there."""

    group_id: str
    name: str | None
    topic_id: int | None
    created_at: datetime
    status: GroupStatus = "unconfirmed"


class Outcome(Struct, frozen=True):
    """How a request ended: the status, and what its answer is rendered from again.

    That is the ids of what it made; or, for a refusal, its code and message (no message where that quotes what others
    may delete).
    """

    status: int
    ids: dict[str, Any] = {}
    code: str | None = None
    message: str | None = None


class PastRequest(Struct, frozen=True):
    """What is known of an earlier request; `running_until` in seconds since 1970, no outcome while it is being done."""

    content: str
    seed: str
    running_until: float
    outcome: Outcome | None
