"""What the query strings of requests may carry: one struct a list."""

import re
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.api.bodies import Moment
from chalicelib.errors import Invalid
from chalicelib.services.participants.responses import Wanted

_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:\d\d)$")

Limit = Annotated[int, Meta(ge=1, le=100)]
Offset = Annotated[int, Meta(ge=0, le=10**15)]


class PageQuery(Struct):
    """Which part of a list."""

    limit: Limit = 20
    offset: Offset = 0


class PublicSessionsQuery(PageQuery):
    """GET /sessions/public."""

    q: str = ""


class SessionsQuery(PublicSessionsQuery):
    """GET /sessions."""

    status: Literal["active", "completed"] | UnsetType = UNSET
    distribution_channel: Literal["telegram"] | UnsetType = UNSET
    distribution_group_id: str | UnsetType = UNSET


class ResponsesQuery(Struct):
    """GET /sessions/{id}/responses."""

    limit: Annotated[int, Meta(ge=1, le=10**15)] | UnsetType = UNSET
    cursor: str | UnsetType = UNSET
    mode: Literal["list"] | UnsetType = UNSET
    since: Annotated[str, Meta(extra_json_schema={"format": "date-time"})] | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=200)] = ""
    min_messages: Annotated[int, Meta(ge=0, le=10**15)] = 0
    sort: Literal["oldest", "newest"] = "oldest"
    include: Literal["all"] | UnsetType = UNSET


def wanted_responses(asked: ResponsesQuery) -> Wanted:
    """The parameters in the words of the rules. Raises Invalid for a `since` that is no time, and a `cursor` that is none of ours."""
    return Wanted(
        limit=None if asked.limit is UNSET else asked.limit,
        cursor=None if asked.cursor is UNSET else asked.cursor,
        messages=asked.mode is UNSET,
        since=None if asked.since is UNSET else _moment("since", asked.since),
        name=asked.name.strip(),
        min_messages=asked.min_messages,
        newest_first=asked.sort == "newest",
        excluded_too=asked.include is not UNSET,
    )


def _moment(name: str, text: str) -> datetime:
    """A time with its zone; a plus that nobody encoded reaches us as a space."""
    try:
        return msgspec.convert(_LOST_PLUS.sub(r"\1+\2", text.strip()), Moment)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"{name} must be a date and time (RFC 3339) with a time zone, like 2026-03-01T12:00:00Z"
        ) from error
