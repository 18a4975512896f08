"""A draft opens by itself at the time that its host has set, as it does when they open it."""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Invalid
from chalicelib.observability import logger
from chalicelib.retry import Retry
from chalicelib.services.projects.memory import Remember
from chalicelib.services.sessions.editing import apply_values
from chalicelib.store import deadlines, edits
from chalicelib.store.sessions import FOR_EDIT, Sessions

_RETRY = Retry(tries=3)


def open_session(
    session_id: str, *, sessions: Sessions, clock: Clock, new_id: Callable[[], str], remember: Remember
) -> None:
    """Open a draft whose time has come. Raises NotFound without a session.

    Where it cannot be opened it stays a draft, and its page says what is missing. One that somebody edits all the time is looked
    at again.
    """
    for _ in _RETRY.attempts(clock):
        view, now = sessions.view(session_id, FOR_EDIT), clock.now()
        session = view.session
        if not session.is_draft or session.opens_at is None or session.opens_at > now:
            return
        try:
            after = apply_values(view, {"status": "active"}, session.owner_id, now, new_id)
        except Invalid:
            logger.info("a draft could not open at its time", extra={"session_id": session_id})
            deadlines.stop_waiting(session)
            return
        # No host has edited it: what they have on their page is not out of date.
        after = replace(after, session=replace(after.session, edited_at=session.edited_at))
        # With what those of its projects remember in which its owner has a role still.
        roles = sessions.view(session_id, (), session.owner_id).project_roles if session.projects else {}
        after = replace(after, received=remember(roles, now))
        if edits.edit_session(view, after, session.owner_id):
            return
