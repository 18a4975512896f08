"""Sessions that end by themselves, at `closes_at`: which have, and the mark of it on what is stored (table `sessions`)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.model import Session, SessionView
from chalicelib.store import database, keys, summaries
from chalicelib.store.cards import sets
from chalicelib.store.database import holds
from chalicelib.store.due import sessions_due
from chalicelib.store.session_items import ClosingItem, SessionItem, TallyItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

CLOSING_DUE = "closing"


def of_new(session: Session) -> list[SessionPart]:
    """What says when a new session ends, where it does so by itself."""
    return [ClosingItem(session.id, keys.CLOSING, **_due(session))] if session.closes_at else []


def edit(write: Transaction, before: Session, after: Session) -> None:
    """What another time of ending takes."""
    if after.closes_at != before.closes_at:
        write.update(ClosingItem(after.id, keys.CLOSING), actions=sets(ClosingItem, _due(after)))


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
        if view.summary:
            summaries.want_brief(write, session.id, moved)

    return holds(lambda: database.transact(build))


def due(until: datetime, again: datetime) -> Iterator[str]:
    """Sessions that ended before `until` and are not marked so; see `due.py` for `again`."""
    return sessions_due(SessionPart, CLOSING_DUE, until, again)


def _due(session: Session) -> dict[str, Any]:
    kind = keys.due(CLOSING_DUE, session.id) if session.closes_at else None
    return {"due_kind": kind, "due_at": session.closes_at}
