"""Deleting a session: it is gone at once; what it consisted of is removed by a job that may be interrupted anywhere."""

from datetime import datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.errors import NotFound, Unavailable
from chalicelib.observability import log_failure
from chalicelib.queues import Jobs
from chalicelib.store.deletion import Deletions

RUN_SECONDS = 100.0  # below the worker's 120


def delete_session(session_id: str, user_id: str, *, deletions: Deletions, jobs: Jobs, now: datetime) -> None:
    """Delete a session, in which this user may. Raises NotFound where somebody else was faster."""
    if not deletions.begin(session_id, user_id, now):
        raise NotFound("Session not found")
    try:
        jobs.delete_session(session_id)
    except Unavailable as error:
        # The session is deleted all the same; the sweep finds what is left of it.
        log_failure("the removal has to wait for the sweep", error, session_id=session_id)


def remove_session(session_id: str, *, deletions: Deletions, jobs: Jobs, clock: Clock) -> None:
    """Remove what is left of a deleted session; asks to be called again where that takes longer than one run."""
    run = clock.deadline(RUN_SECONDS)
    if not deletions.resume(session_id, clock.now() + timedelta(seconds=RUN_SECONDS)):
        return
    for leftover in deletions.left(session_id):
        if run.remaining() <= 0:
            jobs.delete_session(session_id)
            return
        deletions.remove(leftover)
    deletions.finish(session_id)
