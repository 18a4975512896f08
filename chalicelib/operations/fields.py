"""Types of fields that several operations have, with their limits; and how times are shown."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.errors import Invalid
from chalicelib.operations.operation import Input, Output
from chalicelib.services.access.sizes import CONTENT_LIMIT

ID_LIMIT = 200
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:\d\d)$")

# What requests carry.
Text5k = Annotated[str, Meta(max_length=5_000)]
Text100k = Annotated[str, Meta(max_length=100_000)]
Id = Annotated[str, Meta(min_length=1, max_length=ID_LIMIT)]
Content = Annotated[str, Meta(min_length=1, max_length=CONTENT_LIMIT)]
Limit = Annotated[int, Meta(ge=1, le=100, description="How many items to give at most.")]
Offset = Annotated[int, Meta(ge=0, le=10**15, description="How many items of the list to leave out first.")]
Moment = Annotated[datetime, Meta(tz=True)]

# What answers carry.
Uuid = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2026-03-01T12:04:41.000712Z"])]
Count = Annotated[int, Meta(ge=0, examples=[2])]
Status = Annotated[
    Literal["draft", "active", "completed"],
    Meta(
        description="Whether people can take part: a draft is not open yet; a session is completed once its host or its closing "
        "time ended it.",
        examples=["active"],
    ),
]

SessionId = Annotated[
    str, Meta(extra_json_schema={"format": "uuid"}, examples=["3f0b7c52-6a1d-4e8f-9b2a-5c4d3e2f1a00"])
]
ThreadId = Annotated[str, Meta(extra_json_schema={"format": "uuid"}, examples=["7d9e8f10-3b5c-4d6e-8a7b-9c0d1e2f3a4b"])]
MessageId = Annotated[
    str, Meta(extra_json_schema={"format": "uuid"}, examples=["e4a1b2c3-5d6e-4f70-8a9b-0c1d2e3f4a5b"])
]
QuestionId = Annotated[
    str, Meta(extra_json_schema={"format": "uuid"}, examples=["b1f7a0de-2c43-4a8e-8f7e-0d9c1b2a3f44"])
]


class Pagination(Output):
    """Which part of how long a list."""

    total: Annotated[Count, Meta(description="How many items there are in all.")]
    limit: Annotated[int, Meta(description="How many were asked for at most.", examples=[20])]
    offset: Annotated[int, Meta(description="How many were left out first.", examples=[0])]


class SessionInput(Input):
    """Names a session."""

    session_id: Annotated[SessionId, Meta(description="The id of the session.")]


def moment(at: datetime) -> str:
    """Gives a time in RFC 3339, in UTC with six decimals, ending in Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment_or_null(at: datetime | None) -> str | None:
    """Gives the same for a time that may be missing."""
    return moment(at) if at else None


def read_moment(name: str, text: str) -> datetime:
    """Reads what the query has in this field: a date, which is its midnight, or a time; without a zone it is UTC. Raises Invalid.

    A plus that nobody encoded reaches us as a space.
    """
    whole = _LOST_PLUS.sub(r"\1+\2", text.strip())
    try:
        if _DATE.fullmatch(whole):
            whole += "T00:00:00"
        read = msgspec.convert(whole, datetime)
    except msgspec.ValidationError as error:
        raise Invalid(f"{name} must be a date or a time (RFC 3339), like 2026-03-01 or 2026-03-01T12:00:00Z") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
