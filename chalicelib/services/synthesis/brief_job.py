"""The job that makes SESSION.md of what is stored."""

from chalicelib.clock import Clock
from chalicelib.model import Brief
from chalicelib.retry import Retry
from chalicelib.services.synthesis.brief import render_brief
from chalicelib.store.sessions import FOR_BRIEF, Sessions

_RETRY = Retry(tries=3)


def write_session_brief(session_id: str, *, sessions: Sessions, clock: Clock, public_url: str) -> None:
    """Make SESSION.md from the summary and the session as they are stored now. Raises NotFound without a session.

    Where they change all the time it stays due: whatever changed them asks for it again.
    """
    for _ in _RETRY.attempts(clock):
        view = sessions.view(session_id, FOR_BRIEF)
        if view.summary is None:
            return
        markdown = render_brief(view, f"{public_url}/chat?s={session_id}")
        if sessions.put_brief(session_id, Brief(markdown, view.summary.generated_at), view.session.updated_at):
            return
