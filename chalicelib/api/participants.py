"""The people of a session: what they said, the caller's own response, taking people out of the results or away."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present, shapes
from chalicelib.api.bodies import IncludedBody, ResponseBody
from chalicelib.api.http import Call, Made, endpoint, fits
from chalicelib.api.queries import ResponsesQuery, wanted_responses
from chalicelib.model import ThreadView
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.own_response import find_own, find_response, respond
from chalicelib.services.participants.inclusion import remove_participant, set_included
from chalicelib.services.participants.responses import list_responses, too_large

routes = Blueprint(__name__)


@endpoint(
    routes,
    "GET",
    "/sessions/{session_id}/responses",
    query=ResponsesQuery,
    answers=shapes.ParticipantList,
    errors=(413,),
)
def get_responses(call: Call, session_id: str) -> dict[str, Any]:
    """Every included thread with its messages, by first message."""
    wanted = wanted_responses(call.query)
    call.open(session_id)
    responses = list_responses(session_id, wanted, participants=container.participants())
    answer: dict[str, Any] = {"data": [present.participant(view) for view in responses.people]}
    if wanted.limit is not None:
        answer["next_cursor"] = responses.next_cursor
    if not fits(answer):
        raise too_large(wanted)
    return answer


def _response_again(call: Call, kept: dict[str, Any], session_id: str) -> dict[str, Any]:
    scene = find_own(session_id, call.caller.user_id, deps=container.conversation_deps())
    call.admit(scene.view)
    return present.response(session_id, find_response(scene, **kept, deps=container.conversation_deps()))


@endpoint(
    routes,
    "POST",
    "/sessions/{session_id}/responses",
    body=ResponseBody,
    status=201,
    answers=shapes.Response,
    again=_response_again,
)
def post_response(call: Call, session_id: str) -> Made:
    """The caller's own response; no facilitator replies."""
    scene = find_own(session_id, call.caller.user_id, deps=container.conversation_deps())
    call.admit(scene.view)
    said = NewMessage(call.body.content, call.repeat_id)
    message = respond(scene, call.caller.user_id, said, deps=container.conversation_deps(), new_id=call.new_id)
    return Made(present.response(session_id, message), {"sequence": message.sequence, "message_id": message.id})


@endpoint(
    routes,
    "PATCH",
    "/sessions/{session_id}/participants/{participant_id}",
    body=IncludedBody,
    answers=shapes.Participant,
    errors=(409,),
)
def patch_participant(call: Call, session_id: str, participant_id: str) -> dict[str, Any]:
    """Take somebody out of the results, or in again; the summary follows.

    Where the messages are more than one answer can carry, there are none in it; `message_count` says how many there are.
    """
    found = _found(call, session_id, participant_id)
    person = present.participant(set_included(session_id, found, call.body.included, deps=container.participant_deps()))
    return person if fits(person) else {**person, "messages": []}


@endpoint(routes, "DELETE", "/sessions/{session_id}/participants/{participant_id}", status=204, errors=(409,))
def delete_participant(call: Call, session_id: str, participant_id: str) -> None:
    """Remove somebody's data for good; the summary follows."""
    remove_participant(session_id, _found(call, session_id, participant_id), deps=container.participant_deps())


def _found(call: Call, session_id: str, participant_id: str) -> ThreadView | None:
    view, found = container.participants().find(session_id, participant_id, call.caller.user_id)
    call.admit(view)
    return found
