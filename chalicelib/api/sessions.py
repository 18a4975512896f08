"""Sessions: design and results."""

from dataclasses import replace
from typing import Any

import msgspec
from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present, shapes
from chalicelib.api.bodies import CreateSessionBody
from chalicelib.api.http import MARKDOWN, Call, Made, endpoint
from chalicelib.errors import Invalid, NotFound
from chalicelib.services.access.roles import require_role
from chalicelib.services.delivery.telegram_groups import check_distribution
from chalicelib.services.sessions.creation import NewSession, create_session
from chalicelib.store import sessions as parts

routes = Blueprint(__name__)


def _created_again(call: Call, kept: dict[str, Any]) -> dict[str, Any]:
    view = container.sessions().view(kept["session_id"], parts.FOR_COUNT, call.caller.user_id)
    return present.session_created(require_role(view, "viewer").session, call.public_url, view.tally.participants)


@endpoint(
    routes, "POST", "/sessions", body=CreateSessionBody, status=201, answers=shapes.SessionCreated, again=_created_again
)
def post_session(call: Call) -> Made:
    """Create a session owned by the caller."""
    if call.body.project_id is not None:  # nobody has projects yet
        raise Invalid(f"project_id {call.body.project_id!r} does not exist")
    new = msgspec.convert(msgspec.to_builtins(call.body), NewSession)
    announced = check_distribution(new.distribution, call.caller.user_id, groups=container.telegram_groups())
    new = replace(new, distribution=announced)
    session = create_session(new, call.caller.user_id, sessions=container.sessions(), now=call.now, new_id=call.new_id)
    return Made(present.session_created(session, call.public_url), {"session_id": session.id})


@endpoint(routes, "GET", "/sessions/{session_id}", answers=shapes.Session)
def get_session(call: Call, session_id: str) -> dict[str, Any]:
    """Everything about a session."""
    return present.session(
        call.open(session_id, parts.EVERYTHING), call.public_url, call.results_url(session_id), call.now
    )


@endpoint(routes, "GET", "/sessions/{session_id}/questions", answers=shapes.QuestionList)
def get_questions(call: Call, session_id: str) -> dict[str, Any]:
    """The pre-session form."""
    return {"data": present.questions(call.open(session_id, parts.FOR_QUESTIONS).questions)}


@endpoint(routes, "GET", "/sessions/{session_id}/summary", answers=shapes.Summary)
def get_summary(call: Call, session_id: str) -> dict[str, Any]:
    """The summary, and how current it is."""
    return present.summary(call.open(session_id, parts.FOR_RESULTS), call.now)


@endpoint(routes, "GET", "/sessions/{session_id}/session-md", content_type=MARKDOWN)
def get_session_md(call: Call, session_id: str) -> str:
    """The brief, as markdown."""
    brief = call.open(session_id, parts.FOR_RESULTS).brief
    if brief is None:
        raise NotFound("This session has no brief yet; it follows the first summary")
    return brief.markdown
