"""What a session's limit of participants takes of each write (table `sessions`); who may join is decided in the services.

A session without a limit has no item that all joins share: its tallies count in shards. A limit marks every tally as
capped and adds the one item `seats`, which every join of such a session counts in, too. Since the mark is a condition of
every join and every removal, neither can miss that a limit came or went; so `seats` always counts what the tallies count.
"""

from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import Session, SessionView, Thread
from chalicelib.store import keys, tallies
from chalicelib.store.session_items import LimitItem, TallyItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

LIMIT_OR_END = "limit or end"  # label: the session takes people, and has a limit or none, as it was seen to
ROOM = "room"  # label: fewer are in than the limit allows


def of_new(session: Session) -> list[SessionPart]:
    """The tallies of a new session, and its limit where it has one."""
    capped = session.is_capped
    items: list[SessionPart] = [
        TallyItem(session.id, part, status=session.status, capped=capped or None) for part in keys.tallies()
    ]
    if capped:
        items.append(LimitItem(session.id, keys.PARTICIPANT_LIMIT, taken=0, limit=session.max_participants))
    return items


def count_in(write: Transaction, thread: Thread, *, is_capped: bool) -> None:
    """Count somebody who joins: an update of a tally, and one of `seats` where there is a limit. A test run takes no place."""
    if not tallies.is_person(thread):
        write.check(tallies.of_thread(thread), tallies.is_there(), label=LIMIT_OR_END)
        return
    condition = (TallyItem.status == "active") & _is_marked(is_capped)
    write.update(tallies.of_thread(thread), [TallyItem.participants.add(1)], condition, label=LIMIT_OR_END)
    if is_capped:
        limit = LimitItem(thread.session_id, keys.PARTICIPANT_LIMIT)
        write.update(limit, [LimitItem.taken.add(1)], LimitItem.taken < LimitItem.limit, label=ROOM)


def count_out(write: Transaction, thread: Thread, *, is_capped: bool) -> None:
    """Count somebody out."""
    tally, counted, there = tallies.count(thread, participants=-1, completed=-int(thread.is_completed))
    if not tallies.is_person(thread):
        write.update(tally, counted, there)
        return
    write.update(tally, counted, there & _is_marked(is_capped))
    if is_capped:
        limit = LimitItem(thread.session_id, keys.PARTICIPANT_LIMIT)
        write.update(limit, [LimitItem.taken.add(-1)], LimitItem.limit.exists())


def edit(write: Transaction, before: SessionView, after: SessionView) -> None:
    """What a changed limit or status takes.

    Of a new limit it is a condition that nobody joined or left since `before` was read; of becoming a draft, that nobody is in.
    """
    session, limit = after.session, after.session.max_participants
    allowed = tallies.is_there() & (TallyItem.participants == 0) if session.is_draft else tallies.is_there()
    status: list[Action] = [] if session.status == before.session.status else [TallyItem.status.set(session.status)]
    item = LimitItem(session.id, keys.PARTICIPANT_LIMIT)
    if session.is_capped == before.session.is_capped:
        if limit is not None and limit != before.session.max_participants:
            write.update(item, actions=[LimitItem.limit.set(limit)], condition=LimitItem.limit.exists())
        if status:
            for part in keys.tallies():
                write.update(TallyItem(session.id, part), actions=status, condition=allowed)
        return
    for part, participants in zip(keys.tallies(), before.participants, strict=True):
        mark = TallyItem.capped.remove() if limit is None else TallyItem.capped.set(True)
        unmoved = allowed if limit is None else TallyItem.participants == participants
        write.update(TallyItem(session.id, part), actions=[mark, *status], condition=unmoved)
    if limit is None:
        write.delete(item)
    else:
        write.save(LimitItem(session.id, keys.PARTICIPANT_LIMIT, taken=sum(before.participants), limit=limit))


def _is_marked(is_capped: bool) -> Condition:
    found: Any = TallyItem.capped.exists() if is_capped else TallyItem.capped.does_not_exist()
    condition: Condition = found
    return condition
