"""A facilitation prompt on demand, proposed to the host and not stored."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present
from chalicelib.api.http import Call, Made, endpoint
from chalicelib.api.template_shapes import PromptProposal
from chalicelib.services.facilitation.tailoring import write_prompt
from chalicelib.store.sessions import FOR_PROMPT

routes = Blueprint(__name__)

PROPOSAL_SECONDS = 20.0  # the gateway gives up after 29


def _propose(call: Call, session_id: str) -> dict[str, Any]:
    view = call.open(session_id, FOR_PROMPT)
    written = write_prompt(view, model=container.model(), deadline=container.clock().deadline(PROPOSAL_SECONDS))
    return present.prompt_proposal(view, written)


def _propose_again(call: Call, _: dict[str, Any], session_id: str) -> dict[str, Any]:
    return _propose(call, session_id)


@endpoint(
    routes,
    "POST",
    "/sessions/{session_id}/regenerate-facilitation-prompt",
    answers=PromptProposal,
    again=_propose_again,
    errors=(503,),
)
def post_regenerate_facilitation_prompt(call: Call, session_id: str) -> Made:
    """Propose a facilitation prompt written from the session's brief and template.

    Nothing is stored: PATCH the session with it to use it. So the same Idempotency-Key gives another proposal.
    """
    return Made(_propose(call, session_id))
