"""Records of what users have: accounts, keys, groups, and requests that may come again."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Plan = Literal["FREE", "PRO", "ENTERPRISE"]
Access = Literal["read", "write"]
GroupStatus = Literal["unconfirmed", "confirmed", "removed"]
DEFAULT_RATE = 300  # requests a minute of a key that has no rate of its own


class User(Struct, frozen=True):
    """A host's account; while it is disabled, none of its keys and links is let in.

    `locale` is the language of its pages and mails, `time_zone` that of their times, each None where it was not chosen.
    `updated_at` grows strictly with each change of these or of HARMONICA.md; None before the first.
    """

    id: str
    email: str
    name: str | None
    subscription_status: Plan
    created_at: datetime
    disabled_at: datetime | None = None
    locale: str | None = None
    time_zone: str | None = None
    updated_at: datetime | None = None


class Profile(Struct, frozen=True):
    """What a host says of themselves: the account, and HARMONICA.md, None where there is none; and whether they want a digest by mail."""

    user: User
    harmonica_md: str | None = None
    digest: bool = False


class SessionDefaults(Struct, frozen=True):
    """What a new session takes from the account of whoever creates it."""

    time_zone: str | None = None
    harmonica_md: str | None = None
    has_models: bool = False  # whether the account has a model of its own for each tier


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
    access: Access = "write"


class KeyRecord(Struct, frozen=True):
    """An API key as its owner and administrators see it; the key itself is known to nobody but whoever has it."""

    id: str
    user_id: str
    name: str | None
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    disabled_at: datetime | None  # with its user
    access: Access
    expires_at: datetime | None


class LoginRecord(Struct, frozen=True):
    """A browser session of a host. `agent` is what the browser calls itself."""

    id: str
    user_id: str
    agent: str
    created_at: datetime
    last_used_at: datetime


class Login(Struct, frozen=True):
    """A browser session as a request used it, and how many requests it has made in this minute.

    `proved_at` is when its user proved who they are: when it was begun, or before that, at a provider where they were signed in;
    None where that provider did not tell. `locale` and `time_zone` follow the user.
    """

    id: str
    user_id: str
    proved_at: datetime | None
    used: int
    locale: str | None = None
    time_zone: str | None = None


class Identity(Struct, frozen=True):
    """Somebody as an OpenID provider knows them: `subject` is theirs with this issuer for ever, the address may change.

    `signed_in_at` is when they last proved there who they are, never later than now; None where the provider does not tell.
    """

    issuer: str
    subject: str
    email: str = ""
    is_verified: bool = False
    name: str | None = None
    signed_in_at: datetime | None = None


class SignIn(Struct, frozen=True):
    """Somebody asks to be let in by mail. `link` and `code` are hashes of what lets them in, empty before the mail is written."""

    id: str
    email: str
    next_page: str
    language: str
    expires_at: datetime
    link: str = ""
    code: str = ""


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
