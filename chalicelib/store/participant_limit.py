"""Seats: how many participants a session takes (table `sessions`).

A session without a limit has no item that all joins share: its tallies count in shards. A limit marks every tally as
capped and adds the one item `seats`, of which a join takes one in the transaction that counts it. Since the mark is a
condition of every join and every removal, neither can miss that a limit came or went; so what is taken is always what
the tallies count.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.errors import SessionFull
from chalicelib.model import Session, SessionView, Thread
from chalicelib.store import database, keys
from chalicelib.store.session_items import SeatsItem, TallyItem
from chalicelib.store.tables import ConversationPart, SessionPart
from chalicelib.store.transact import ConditionFailed, Transaction


def of_new(session: Session) -> list[SessionPart]:
    """The tallies of a new session, and its seats where it has a limit."""
    capped = session.is_capped
    items: list[SessionPart] = [
        TallyItem(session.id, part, status=session.status, capped=capped or None) for part in keys.tallies()
    ]
    if capped:
        items.append(SeatsItem(session.id, keys.SEATS, taken=0, limit=session.max_participants))
    return items


def count_in(write: Transaction, session_id: str, thread_id: str, *, capped: bool) -> None:
    """Count somebody who joins: an update of a tally, and one of the seats where there is a limit."""
    tally = TallyItem(session_id, keys.tally_of(thread_id))
    condition = (TallyItem.status == "active") & _as_marked(capped)
    write.update(tally, actions=[TallyItem.participants.add(1)], condition=condition, label=keys.SESSION)
    if capped:
        seats = SeatsItem(session_id, keys.SEATS)
        write.update(seats, [SeatsItem.taken.add(1)], SeatsItem.taken < SeatsItem.limit, keys.SEATS)


def admit(thread: Thread, build: Callable[..., None], *, capped: bool) -> bool:
    """Do the transaction that begins a thread, False where it does not hold.

    `build` takes `capped` as well: how the session was seen, or the opposite, since a limit may have come or gone. Raises
    SessionFull.
    """
    for marked in (capped, not capped):
        try:
            database.transact(partial(build, capped=marked))
        except ConditionFailed as error:
            if keys.SESSION not in error.failed:
                if error.failed == {keys.SEATS} and marked and not _has_begun(thread):
                    raise SessionFull from error
                return False
        else:
            return True
    return False


def count_out(write: Transaction, session_id: str, thread_id: str, more: Sequence[Action], *, capped: bool) -> None:
    """Count somebody out, together with other changes of their tally; the seat is free again."""
    tally = TallyItem(session_id, keys.tally_of(thread_id))
    condition = TallyItem.status.exists() & _as_marked(capped)
    write.update(tally, actions=[TallyItem.participants.add(-1), *more], condition=condition)
    if capped:
        seats = SeatsItem(session_id, keys.SEATS)
        write.update(seats, actions=[SeatsItem.taken.add(-1)], condition=SeatsItem.limit.exists())


def edit(write: Transaction, before: SessionView, after: SessionView) -> None:
    """What a changed limit or status takes.

    Of a new limit it is a condition that nobody joined or left since `before` was read.
    """
    session, limit = after.session, after.session.max_participants
    status: list[Action] = [] if session.status == before.session.status else [TallyItem.status.set(session.status)]
    seats = SeatsItem(session.id, keys.SEATS)
    if session.is_capped == before.session.is_capped:
        if limit is not None and limit != before.session.max_participants:
            write.update(seats, actions=[SeatsItem.limit.set(limit)], condition=SeatsItem.limit.exists())
        if status:
            for part in keys.tallies():
                write.update(TallyItem(session.id, part), actions=status, condition=TallyItem.status.exists())
        return
    for part, participants in zip(keys.tallies(), before.participants, strict=True):
        mark = TallyItem.capped.remove() if limit is None else TallyItem.capped.set(True)
        unmoved = TallyItem.status.exists() if limit is None else TallyItem.participants == participants
        write.update(TallyItem(session.id, part), actions=[mark, *status], condition=unmoved)
    if limit is None:
        write.delete(seats)
    else:
        write.save(SeatsItem(session.id, keys.SEATS, taken=sum(before.participants), limit=limit))


def are_taken(session: Session) -> bool:
    """Whether the session takes nobody more; one that has no limit always does."""
    item = database.get(SeatsItem, session.id, keys.SEATS) if session.is_capped else None
    return item is not None and item.taken >= item.limit


def _has_begun(thread: Thread) -> bool:
    """Whether the thread is there: then it may be the one that took the last seat."""
    return bool(database.get_many([(ConversationPart, thread.session_id, keys.thread(thread.id))]))


def _as_marked(capped: bool) -> Condition:
    found: Any = TallyItem.capped.exists() if capped else TallyItem.capped.does_not_exist()
    condition: Condition = found
    return condition
