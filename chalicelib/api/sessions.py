"""Sessions: design and results."""

from typing import Any

import msgspec
from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.api import present
from chalicelib.api.bodies import CreateSessionBody
from chalicelib.api.http import MARKDOWN, Call, endpoint
from chalicelib.errors import Invalid, NotFound
from chalicelib.services.access import require_questions, require_role
from chalicelib.services.responses import list_responses
from chalicelib.services.sessions import NewSession, create_session
from chalicelib.store import sessions as parts
from chalicelib.store.records import SessionView

routes = Blueprint(__name__)


@endpoint(routes, "POST", "/sessions", body=CreateSessionBody, status=201)
def post_session(call: Call) -> dict[str, Any]:
    """Create a session owned by the caller."""
    _refuse_unknown(call.body)
    new = msgspec.convert(msgspec.to_builtins(call.body), NewSession)
    session = create_session(new, call.caller.user_id, sessions=wiring.sessions(), now=call.now, new_id=wiring.new_id)
    return present.session_created(session, call.public_url)


@endpoint(routes, "GET", "/sessions/{session_id}")
def get_session(call: Call, session_id: str) -> dict[str, Any]:
    """Everything about a session."""
    return present.session(_viewed(call, session_id, parts.EVERYTHING), call.public_url, call.now)


@endpoint(routes, "GET", "/sessions/{session_id}/questions")
def get_questions(call: Call, session_id: str) -> dict[str, Any]:
    """The pre-session form."""
    view = wiring.sessions().view(session_id, parts.FOR_QUESTIONS, call.caller.user_id)
    return {"data": present.questions(require_questions(view).questions)}


@endpoint(routes, "GET", "/sessions/{session_id}/responses")
def get_responses(call: Call, session_id: str) -> dict[str, Any]:
    """Every included thread with its messages, by first message."""
    _viewed(call, session_id, parts.NOTHING_ELSE)
    threads = list_responses(session_id, conversations=wiring.conversations())
    return {"data": [present.participant(thread) for thread in threads]}


@endpoint(routes, "GET", "/sessions/{session_id}/summary")
def get_summary(call: Call, session_id: str) -> dict[str, Any]:
    """The summary, and how current it is."""
    return present.summary(_viewed(call, session_id, parts.FOR_RESULTS), call.now)


@endpoint(routes, "GET", "/sessions/{session_id}/session-md", content_type=MARKDOWN)
def get_session_md(call: Call, session_id: str) -> str:
    """The brief, as markdown."""
    brief = _viewed(call, session_id, parts.FOR_RESULTS).brief
    if brief is None:
        raise NotFound("This session has no brief yet; it follows the first summary")
    return brief.markdown


def _viewed(call: Call, session_id: str, wanted: tuple[str, ...]) -> SessionView:
    return require_role(wiring.sessions().view(session_id, wanted, call.caller.user_id), "viewer")


def _refuse_unknown(body: CreateSessionBody) -> None:
    """Name what points at something that does not exist. Nobody has groups, templates or projects yet."""
    for position, channel in enumerate(body.distribution):
        raise Invalid(f"distribution[{position}].group_id {channel.group_id!r} is not a group of yours")
    for name in ("template_id", "project_id"):
        if getattr(body, name) is not None:
            raise Invalid(f"{name} {getattr(body, name)!r} does not exist")
