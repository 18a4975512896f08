"""What participants said, for those who may read it: all of it, or page by page."""

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Struct

from chalicelib.errors import Invalid, TooLarge
from chalicelib.model import Status, Thread, ThreadView
from chalicelib.services.access.sizes import ANSWER_BYTES
from chalicelib.services.results.participation import Progress, progress_of
from chalicelib.store.participants import Participants
from chalicelib.text.normalise import fold

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,400}")
_Moment = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class ResponseFilter(Struct, frozen=True):
    """Which responses are asked for. Without a limit: all of them; without messages: only who, when and how much.

    `progress` asks for people who are so far at `now`, in a session of this status, `excluded_only` for people who are left out of the
    results; test runs are nobody. Raises Invalid for a cursor that is none of ours.
    """

    limit: int | None = None
    cursor: str | None = None
    messages: bool = True
    since: datetime | None = None
    name: str = ""
    min_messages: int = 0
    newest_first: bool = False
    excluded_too: bool = False
    excluded_only: bool = False
    progress: Progress | None = None
    status: Status = "active"
    now: datetime = _EPOCH

    def __post_init__(self) -> None:
        _read_cursor(self)


class Responses(Struct, frozen=True):
    """Some responses, and where the next ones begin; no cursor behind the last."""

    people: Sequence[ThreadView]
    next_cursor: str | None = None


class _PagePosition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last participant of a page: what the pages after it are counted from.

    `known_to` is the latest time that the first page knew of. Who came or first spoke after it stays where the first
    page would have had them, so people who speak meanwhile change places for nobody.
    """

    newest_first: bool
    known_to: _Moment
    group: Annotated[int, msgspec.Meta(ge=0, le=2)]
    at: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    id: Annotated[str, msgspec.Meta(max_length=36)]


def list_responses(session_id: str, wanted: ResponseFilter, *, participants: Participants) -> Responses:
    """The threads that are asked for, by first message; people who said nothing yet come last.

    Raises TooLarge where the words do not fit into one answer.
    """
    if wanted.limit is None and wanted.messages:
        views = participants.everybody(session_id, lambda thread: _fits(thread, wanted), ANSWER_BYTES)
        if views is None:
            raise refuse_too_large(wanted)
        order = _Order(wanted.newest_first, [view.thread for view in views])
        return Responses(sorted(views, key=lambda view: order.key(view.thread)))
    heads = participants.heads(session_id)
    page, next_cursor = cut_page(heads, wanted)
    found = (
        participants.with_messages(page, heads, ANSWER_BYTES)
        if wanted.messages
        else participants.forms(page, ANSWER_BYTES)
    )
    if found is None:
        raise refuse_too_large(wanted)
    return Responses(found, next_cursor)


def cut_page(heads: Sequence[Thread], wanted: ResponseFilter) -> tuple[list[Thread], str | None]:
    """Those of all heads of a session that are asked for, in their order, and the cursor of the next page, where there is one."""
    start = _read_cursor(wanted)
    order = _Order(wanted.newest_first, heads, start)
    behind = [head for head in heads if _fits(head, wanted) and (start is None or order.key(head) > order.start)]
    behind.sort(key=order.key)
    page = behind[: wanted.limit]
    return page, order.cursor(page[-1]) if len(behind) > len(page) else None


def neighbours(heads: Sequence[Thread], thread_id: str) -> tuple[str | None, str | None]:
    """Returns the ids of who comes before and after this participant in that order; None where nobody does."""
    order = [head.id for head in sorted(heads, key=_Order(False, heads).key)]
    place = order.index(thread_id) if thread_id in order else len(order)
    return (order[place - 1] if 0 < place < len(order) else None), next(iter(order[place + 1 :]), None)


def refuse_too_large(wanted: ResponseFilter) -> TooLarge:
    """The refusal of an answer that nobody could carry; it says what to ask for instead."""
    otherwise = ", or for none of their messages with mode=list" if wanted.messages else ""
    size = f"{ANSWER_BYTES // 1_000_000} MB"
    return TooLarge(f"The responses are over {size}: ask for fewer at a time with limit and cursor{otherwise}")


class _Order:
    """The order of participants, as the first page of a walk saw it."""

    def __init__(self, newest_first: bool, heads: Sequence[Thread], start: _PagePosition | None = None) -> None:
        self._newest_first = newest_first
        times = [at for head in heads for at in (head.created_at, head.first_message_at) if at]
        self._known_to = start.known_to if start else max(map(_micros, times), default=0)
        self.start = (start.group, start.at, start.id) if start else (0, 0, "")

    def key(self, thread: Thread) -> tuple[int, int, str]:
        """Those who spoke, those who did not yet, those who came later; in each group by time, and of one time by id."""
        came, spoke = _micros(thread.created_at), _micros(thread.first_message_at or thread.created_at)
        if came > self._known_to:
            return 2, came, thread.id
        group, at = (0, spoke) if thread.first_message_at and spoke <= self._known_to else (1, came)
        return group, -at if self._newest_first else at, thread.id

    def cursor(self, last: Thread) -> str:
        """Where the page behind this participant begins."""
        place = _PagePosition(self._newest_first, self._known_to, *self.key(last))
        return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _fits(thread: Thread, wanted: ResponseFilter) -> bool:
    if not (thread.included or wanted.excluded_too) or thread.message_count < wanted.min_messages:
        return False
    if wanted.excluded_only and (thread.included or thread.test):
        return False
    if wanted.progress and (thread.test or progress_of(thread, wanted.status, wanted.now) != wanted.progress):
        return False
    if wanted.since and (thread.first_message_at is None or thread.first_message_at <= wanted.since):
        return False
    return not wanted.name or fold(wanted.name) in fold(thread.name or "")


def _read_cursor(wanted: ResponseFilter) -> _PagePosition | None:
    if wanted.cursor is None:
        return None
    if wanted.limit is None:
        raise Invalid("cursor needs a limit beside it")
    try:
        if not _CURSOR.fullmatch(wanted.cursor):
            raise ValueError
        place = msgspec.json.decode(
            base64.urlsafe_b64decode(wanted.cursor + "=" * (-len(wanted.cursor) % 4)), type=_PagePosition
        )
    except (ValueError, msgspec.MsgspecError) as error:
        raise Invalid("cursor must be the next_cursor of an earlier answer") from error
    if place.newest_first != wanted.newest_first:
        raise Invalid("cursor belongs to another sort; go on with the one that it came with")
    return place


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
