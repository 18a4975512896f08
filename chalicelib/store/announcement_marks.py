"""That the announcements of a session are to be brought up to date (table `sessions`).

Whatever changes what they say marks it, in its transaction; the mark goes once they are.
"""

from datetime import datetime

from chalicelib.model import Session
from chalicelib.store import database, due, keys
from chalicelib.store.cards import sets
from chalicelib.store.due_kinds import ANNOUNCEMENT
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

_SHOWN = (
    *(
        "topic",
        "goal",
        "status",
        "closes_at",
        "time_zone",
        "language",
        "duration_minutes",
        "anonymous",
        "access",
        "models",
    ),
    *("results_visibility", "results_sections"),
)  # what an announcement says, or follows, of a session


def are_left(session_id: str) -> bool:
    """Whether there are any announcements of a session, maybe a deleted one."""
    last = f"{keys.ANNOUNCEMENTS}~"
    return any(database.query(SessionPart, session_id, keys.ANNOUNCEMENTS, last, keys_only=True))


def of_new(session: Session) -> list[SessionPart]:
    """What says that a new session is to be announced, where it is open and has groups."""
    if session.is_draft or not session.distribution:
        return []
    return [SessionPart(session.id, keys.ANNOUNCING, **due.marks(ANNOUNCEMENT, session.id, session.created_at))]


def edit(write: Transaction, before: Session, after: Session) -> None:
    """What an edit of something that announcements say takes; of a draft that stays one they say nothing."""
    if not (before.distribution or after.distribution) or (before.is_draft and after.is_draft):
        return
    if _follows(before) != _follows(after):
        want(write, after.id, after.updated_at)


def want(write: Transaction, session_id: str, now: datetime) -> None:
    """Have the announcements of a session brought up to date."""
    marks = due.marks(ANNOUNCEMENT, session_id, now)
    write.update(SessionPart(session_id, keys.ANNOUNCING), actions=sets(SessionPart, marks))


def _follows(session: Session) -> tuple[object, ...]:
    wanted = [(entry.group_id, entry.status == "pending") for entry in session.distribution]
    return *(getattr(session, name) for name in _SHOWN), wanted
