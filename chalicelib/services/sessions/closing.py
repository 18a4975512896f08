"""What is left to do when a session has ended by itself: nobody can take part any more from `closes_at` on, whoever asks."""

from chalicelib.clock import Clock
from chalicelib.retry import Retry
from chalicelib.store import deadlines
from chalicelib.store.sessions import FOR_CLOSING, Sessions
from chalicelib.store.summaries import later

_RETRY = Retry(tries=3)


def close_session(session_id: str, *, sessions: Sessions, clock: Clock) -> None:
    """Store that the session has ended: the last summary, lists and the brief follow. Raises NotFound without a session.

    One that has been marked as ended already stays as it is. So does one that somebody edits all the time, or that was given
    more time: it is looked at again.
    """
    now = clock.now()
    for _ in _RETRY.attempts(clock):
        view = sessions.view(session_id, FOR_CLOSING)
        if view.session.status != "active" or view.session.status_at(now) != "completed":
            return
        if deadlines.close(view, later(now, view.session.updated_at)):
            return
