"""Changing a session, and removing it."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present
from chalicelib.api.edits import PatchSessionBody, changes_of
from chalicelib.api.http import Call, endpoint
from chalicelib.api.shapes import Session
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.services.sessions.editing import edit_session
from chalicelib.store.sessions import EVERYTHING

routes = Blueprint(__name__)


@endpoint(routes, "PATCH", "/sessions/{session_id}", body=PatchSessionBody, answers=Session, errors=(409,))
def patch_session(call: Call, session_id: str) -> dict[str, Any]:
    """Change what the body names; gives the session as it is then."""
    view = edit_session(
        lambda: call.open(session_id, EVERYTHING),
        call.caller.user_id,
        changes_of(call.body),
        groups=container.telegram_groups(),
        clock=container.clock(),
        new_id=call.new_id,
    )
    return present.session(view, call.public_url, call.results_url(session_id), call.now)


@endpoint(routes, "DELETE", "/sessions/{session_id}", status=204)
def delete(call: Call, session_id: str) -> None:
    """Remove a session for good."""
    call.open(session_id)
    delete_session(
        session_id, call.caller.user_id, deletions=container.deletions(), jobs=container.jobs(), now=call.now
    )
