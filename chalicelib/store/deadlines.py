"""Sessions that end by themselves, at `closes_at`: which have, and the mark of it on what is stored (table `sessions`)."""

from datetime import datetime

from pynamodb.expressions.update import Action

from chalicelib.model import Session, SessionView
from chalicelib.store import announcement_marks, database, due, keys, summaries
from chalicelib.store.cards import sets
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import CLOSING
from chalicelib.store.session_items import ClosingItem, SessionItem, TallyItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction


def of_new(session: Session) -> list[SessionPart]:
    """What says when a new session ends, where it does so by itself."""
    ends = _ends(session)
    return [ClosingItem(session.id, keys.CLOSING, **due.marks(CLOSING, session.id, ends))] if ends else []


def edit(write: Transaction, before: Session, after: Session) -> None:
    """What another time of ending takes."""
    if (ends := _ends(after)) != _ends(before):
        moved = due.marks(CLOSING, after.id, ends)
        write.update(ClosingItem(after.id, keys.CLOSING), actions=sets(ClosingItem, moved))


def _ends(session: Session) -> datetime | None:
    """When it ends by itself; one that has ended waits for none, nor does a draft."""
    return session.closes_at if session.status == "active" else None


def close(view: SessionView, moved: datetime) -> bool:
    """Store that a session has ended and `updated_at` has moved, in one transaction, and have its brief say so; False where it
    is another one by now, or its summary is."""
    session = view.session
    ended: list[Action] = [SessionItem.status.set("completed"), SessionItem.updated_at.set(moved)]
    nobody_joins: list[Action] = [TallyItem.status.set("completed")]
    done: list[Action] = [ClosingItem.due_kind.remove(), ClosingItem.due_at.remove()]

    def build(write: Transaction) -> None:
        unmoved = SessionItem.updated_at == session.updated_at
        write.update(SessionItem(session.id, keys.SESSION), actions=ended, condition=unmoved)
        for part in keys.tallies():
            write.update(TallyItem(session.id, part), actions=nobody_joins, condition=TallyItem.status.exists())
        write.update(ClosingItem(session.id, keys.CLOSING), actions=done)
        if session.distribution:
            announcement_marks.want(write, session.id, moved)
        if view.summary:
            summaries.want_brief(write, session.id, moved)

    return holds(lambda: database.transact(build))
