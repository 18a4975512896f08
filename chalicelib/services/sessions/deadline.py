"""What is left to do when a session has ended by itself: nobody can take part any more from `closes_at` on, whoever asks."""

from datetime import datetime

from chalicelib.queues import Jobs
from chalicelib.store import deadlines
from chalicelib.store.sessions import FOR_CLOSING, Sessions
from chalicelib.store.summaries import later

_TRIES = 3


def close_session(session_id: str, *, sessions: Sessions, jobs: Jobs, now: datetime) -> None:
    """Ask for the last summary, and store that the session has ended: lists and the brief follow. Raises NotFound without a session.

    Where somebody edits it all the time, or it was given more time, it stays as it is: it is looked at again.
    """
    for _ in range(_TRIES):
        view = sessions.view(session_id, FOR_CLOSING)
        if view.session.status_at(now) != "completed":
            return
        jobs.write_summary(session_id, now)
        if deadlines.close(view, later(now, view.session.updated_at)):
            return
