"""What the clock does next with a session: open it at `opens_at`, end it at `closes_at`, delete it some days later; and the mark of
that on what is stored (table `sessions`)."""

from datetime import datetime, timedelta
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.model import Session, SessionView
from chalicelib.store import announcement_marks, database, due, keys, summaries
from chalicelib.store.cards import sets
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import CLOSING, OPENING, RETENTION, STAGE_RETENTION, DueKind
from chalicelib.store.session_items import ClosingItem, SessionItem, TallyItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction


def of_new(session: Session) -> list[SessionPart]:
    """What says when a new session opens or ends, where it does so by itself."""
    return [ClosingItem(session.id, keys.CLOSING, **_marks(session))] if _next(session) else []


def edit(write: Transaction, before: Session, after: Session) -> None:
    """What another time of opening or ending takes."""
    if _next(after) != _next(before):
        write.update(ClosingItem(after.id, keys.CLOSING), actions=sets(ClosingItem, _marks(after)))


def stop_waiting(session: Session) -> None:
    """Note that a draft did not open at its time; nothing where it has another one by now. Its host chooses another time, or opens it."""
    unmoved = (ClosingItem.due_kind == OPENING.shard(session.id)) & (ClosingItem.due_at == session.opens_at)
    item = ClosingItem(session.id, keys.CLOSING)
    holds(lambda: database.update(item, [ClosingItem.due_kind.remove(), ClosingItem.due_at.remove()], unmoved))


def close(view: SessionView, moved: datetime) -> bool:
    """Store that a session has ended and `updated_at` has moved, in one transaction, and have its brief say so; False where it
    is another one by now, or its summary is."""
    session = view.session
    ended: list[Action] = [SessionItem.status.set("completed"), SessionItem.updated_at.set(moved)]
    nobody_joins: list[Action] = [TallyItem.status.set("completed")]
    follows = sets(ClosingItem, _marks(session, has_ended=True))

    def build(write: Transaction) -> None:
        unmoved = SessionItem.updated_at == session.updated_at
        write.update(SessionItem(session.id, keys.SESSION), actions=ended, condition=unmoved)
        for part in keys.tallies():
            write.update(TallyItem(session.id, part), actions=nobody_joins, condition=TallyItem.status.exists())
        write.update(ClosingItem(session.id, keys.CLOSING), actions=follows)
        if session.distribution:
            announcement_marks.want(write, session.id, moved)
        if view.summary:
            summaries.want_brief(write, session.id, moved)

    return holds(lambda: database.transact(build))


def _marks(session: Session, *, has_ended: bool = False) -> dict[str, Any]:
    kind, at = _next(session, has_ended=has_ended) or (CLOSING, None)
    return due.marks(kind, session.id, at)


def _next(session: Session, *, has_ended: bool = False) -> tuple[DueKind, datetime] | None:
    """For what the clock comes next, and when."""
    if session.is_draft:
        return (OPENING, session.opens_at) if session.opens_at else None
    if session.closes_at is None:
        return None
    if session.status == "active" and not has_ended:
        return CLOSING, session.closes_at
    days = session.retention_days
    return (RETENTION, session.closes_at + timedelta(days=days)) if days else (STAGE_RETENTION, session.closes_at)
