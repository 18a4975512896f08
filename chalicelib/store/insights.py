"""What hosts note of a session (table `sessions`): one item an insight, and one with their order, which also bounds their number."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.expressions.update import Action

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Thread
from chalicelib.model.insights import Insight, InsightQuote
from chalicelib.retry import Retry
from chalicelib.store import database, keys
from chalicelib.store.attributes import JsonAttribute, NamesAttribute
from chalicelib.store.conversation_items import ThreadItem
from chalicelib.store.session_items import SessionItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import ConditionFailed, Transaction

T = TypeVar("T")

_CHANGED = ("title", "content", "quotes", "visible", "lost", "edited_at")
_ORDER, _PEOPLE, _INSIGHT = "order", "people", "insight"
_BUSY = "Others are changing the insights of this session right now; try again"
_LONGEST_ID = 36  # a UUID; a key has to be short, and clients may name anything
_RETRY = Retry(tries=8)
_KEYS_A_READ = 100


class QuoteGone(Exception):
    """Somebody who is to be quoted was taken out, or removed, or wants that no more, meanwhile."""


class InsightItem(SessionPart):
    """`insight#<id>`: a note of a host's, or an answer that was kept."""

    title = UnicodeAttribute(null=True)
    content = UnicodeAttribute()
    source = UnicodeAttribute()
    quotes = JsonAttribute()
    visible = BooleanAttribute()
    created_by = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    edited_at = UTCDateTimeAttribute()
    lost = NumberAttribute(default=0)


class InsightOrderItem(SessionPart):
    """`insights`: the ids of all insights, in their order; `version` grows with every change."""

    ids = NamesAttribute()
    version = NumberAttribute()


class Insights:
    """Repository of insights."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def order(self, session_id: str) -> tuple[str, ...]:
        """The ids of all insights, in their order."""
        return self._order(session_id)[0]

    def get(self, session_id: str, insight_ids: Sequence[str]) -> list[Insight]:
        """These insights, as far as there are any, in this order."""
        wanted = [keys.insight(insight_id) for insight_id in insight_ids if len(insight_id) <= _LONGEST_ID]
        found: list[Insight] = []
        for first in range(0, len(wanted), _KEYS_A_READ):
            parts = wanted[first : first + _KEYS_A_READ]
            raw = database.get_many([(SessionPart, session_id, part) for part in parts])
            found += [_insight_from(raw[part]) for part in parts if part in raw]
        return found

    def add(self, session_id: str, insight: Insight, quoted: Sequence[Thread], most: int) -> bool:
        """Add an insight behind all others; False where there are `most` already. One that is there is left as it is.

        `quoted` are the threads whose words are in it, as they were read. Raises NotFound without a session, QuoteGone where
        one of the threads is there no more.
        """

        def attempt() -> bool | None:
            ids, version = self._order(session_id)
            if insight.id in ids:
                return True
            if len(ids) >= most:
                return False

            def build(write: Transaction) -> None:
                write.check(SessionItem(session_id, keys.SESSION), SessionItem.topic.exists(), label=keys.SESSION)
                _require_people(write, quoted)
                write.save(_item(session_id, insight))
                _put_order(write, session_id, [*ids, insight.id], version)

            return True if _is_done(build) else None

        return self._until_done(attempt)

    def edit(self, session_id: str, before: Insight, after: Insight, quoted: Sequence[Thread]) -> bool:
        """Change an insight from how it was read; False where it was changed meanwhile, or is gone.

        Raises QuoteGone where one of the threads that are quoted is there no more.
        """
        values = _values(after)

        def build(write: Transaction) -> None:
            _require_people(write, quoted)
            actions: list[Action] = [
                getattr(InsightItem, name).remove()
                if values[name] is None
                else getattr(InsightItem, name).set(values[name])
                for name in _CHANGED
            ]
            same = InsightItem.edited_at == before.edited_at
            write.update(InsightItem(session_id, keys.insight(before.id)), actions, same, label=_INSIGHT)

        return _is_done(build)

    def move(self, session_id: str, insight_id: str, position: int) -> None:
        """Put an insight at this place of the order, or the last one. Raises NotFound where it is gone."""

        def attempt() -> bool | None:
            ids, version = self._order(session_id)
            if insight_id not in ids:
                raise NotFound("Insight not found")
            others = [it for it in ids if it != insight_id]
            others.insert(position, insight_id)
            if tuple(others) == ids:
                return True
            return True if _is_done(lambda write: _put_order(write, session_id, others, version)) else None

        self._until_done(attempt)

    def remove(self, session_id: str, insight_id: str) -> None:
        """Remove an insight for good. Raises NotFound where there is none."""

        def attempt() -> bool | None:
            ids, version = self._order(session_id)
            if insight_id not in ids:
                raise NotFound("Insight not found")

            def build(write: Transaction) -> None:
                write.delete(SessionPart(session_id, keys.insight(insight_id)))
                _put_order(write, session_id, [it for it in ids if it != insight_id], version)

            return True if _is_done(build) else None

        self._until_done(attempt)

    def change_all(self, session_id: str, change: Callable[[Insight], Insight]) -> None:
        """Change every insight of a session that this makes another of."""
        for raw in database.query(SessionPart, session_id, keys.INSIGHTS, keys.AFTER_INSIGHTS):
            found = _insight_from(raw)
            if change(found) != found:
                self._until_done(partial(self._change, session_id, found.id, change))

    def _change(self, session_id: str, insight_id: str, change: Callable[[Insight], Insight]) -> bool | None:
        before = next(iter(self.get(session_id, [insight_id])), None)
        if before is None:
            return True
        after = change(before)
        return True if after == before or self.edit(session_id, before, after, ()) else None

    def _order(self, session_id: str) -> tuple[tuple[str, ...], int]:
        item = database.get(InsightOrderItem, session_id, keys.INSIGHT_ORDER)
        return (tuple(item.ids), int(item.version)) if item else ((), 0)

    def _until_done(self, attempt: Callable[[], T | None]) -> T:
        """What comes of an attempt that others may be in the way of. Raises Conflict where they always are."""
        for _ in _RETRY.attempts(self._clock):
            done = attempt()
            if done is not None:
                return done
        raise Conflict(_BUSY)


def _is_done(build: Callable[[Transaction], None]) -> bool:
    """Do a transaction; False where something was changed that it was to change."""
    try:
        database.transact(build)
    except ConditionFailed as error:
        if keys.SESSION in error.failed:
            raise NotFound("Session not found") from error
        if _PEOPLE in error.failed:
            raise QuoteGone from error
        return False
    return True


def _require_people(write: Transaction, quoted: Sequence[Thread]) -> None:
    """Each of these threads is still there, and part of the results: words are dropped by a job that comes after a removal."""
    for thread in quoted:
        head = ThreadItem(thread.session_id, keys.thread(thread.id))
        same = (ThreadItem.created_at == thread.created_at) & ThreadItem.included.is_in(True)
        same &= ThreadItem.quotable.does_not_exist() | ThreadItem.quotable.is_in(True)
        write.check(head, same, label=_PEOPLE)


def _put_order(write: Transaction, session_id: str, ids: Sequence[str], version: int) -> None:
    item = InsightOrderItem(session_id, keys.INSIGHT_ORDER, ids=tuple(ids), version=version + 1)
    number = InsightOrderItem.version
    write.save(item, (number == version) if version else number.does_not_exist(), label=_ORDER)


def _item(session_id: str, insight: Insight) -> InsightItem:
    return InsightItem(session_id, keys.insight(insight.id), **_values(insight))


def _values(insight: Insight) -> dict[str, Any]:
    values = msgspec.structs.asdict(insight)
    del values["id"]
    return {**values, "quotes": msgspec.to_builtins(insight.quotes)}


def _insight_from(raw: Mapping[str, Any]) -> Insight:
    item = InsightItem.from_raw_data(dict(raw))
    named = {name: getattr(item, name) for name in Insight.__struct_fields__ if name not in ("id", "quotes", "lost")}
    quotes = msgspec.convert(item.quotes, tuple[InsightQuote, ...])
    return Insight(id=item.part.removeprefix(keys.INSIGHTS), quotes=quotes, lost=int(item.lost), **named)
