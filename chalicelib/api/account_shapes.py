"""What answers about an account carry: the user, the key in use, the Telegram groups; see `shapes.py`."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from chalicelib.api.shapes import Shape


class ApiKey(Shape):
    """The key in use; never the key itself."""

    name: str | None
    key_prefix: Annotated[str, Meta(pattern="^hm_live_[0-9a-f]{4}$")]
    created_at: datetime
    last_used_at: datetime | None


class UserInfo(Shape):
    """The user and the key in use."""

    id: UUID
    email: str
    name: str | None
    subscription_status: Literal["FREE", "PRO", "ENTERPRISE"]
    api_key: ApiKey


class TelegramGroup(Shape):
    """A group of the caller's."""

    group_id: str
    group_name: str | None
    topic_id: int | None
    created_at: datetime
    status: Literal["unconfirmed", "confirmed", "removed"]


class TelegramGroupList(Shape):
    """The caller's groups."""

    data: list[TelegramGroup]


class TelegramLink(Shape):
    """A single-use code for `/setup`, and the link that carries it."""

    code: str
    url: str
    expires_at: datetime
