"""How long a session is kept after its end: as many days as it says itself, else as the stage has it, or for good."""

from datetime import datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.errors import Invalid
from chalicelib.model import Session
from chalicelib.queues import Jobs
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.store.deletion import Deletions
from chalicelib.store.sessions import Sessions


def find_last_day(session: Session, now: datetime, stage_days: int) -> datetime | None:
    """When a session that has ended is deleted by itself; None where it is not. `stage_days`: 0 for none."""
    days = session.retention_days or stage_days
    if session.status_at(now) != "completed" or session.closes_at is None or not days:
        return None
    return session.closes_at + timedelta(days=days)


def check_retention(session: Session, now: datetime) -> None:
    """Raise Invalid for days that are over already: whoever wants that deletes it."""
    last_day = find_last_day(session, now, 0)
    if last_day is not None and last_day <= now:
        raise Invalid("retention_days: the session ended longer ago than that; delete it, or choose more days")


def expire_session(
    session_id: str, stage_days: int, *, sessions: Sessions, deletions: Deletions, jobs: Jobs, clock: Clock
) -> None:
    """Delete a session, as its owner would, where it has been over for as long as it is kept. Raises NotFound without one, or
    where somebody else changed it just now: then it is looked at again."""
    session, now = sessions.view(session_id, ()).session, clock.now()
    last_day = find_last_day(session, now, stage_days)
    if last_day is not None and last_day <= now and session.status == "completed":
        owner, seen = session.owner_id, session.updated_at
        delete_session(session_id, owner, deletions=deletions, jobs=jobs, now=now, seen=seen, by="retention")
