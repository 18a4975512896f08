"""Talking with the facilitator over REST."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present
from chalicelib.api.bodies import ChatBody, JoinBody
from chalicelib.api.http import Call, Made, endpoint
from chalicelib.api.shapes import ChatResponse
from chalicelib.errors import Invalid
from chalicelib.services.conversations.join import join
from chalicelib.services.conversations.messages import NewMessage, Turn
from chalicelib.services.conversations.turn import say, turn_again
from chalicelib.services.participants.identity import Participant

routes = Blueprint(__name__)


def _turn_again(call: Call, kept: dict[str, Any], session_id: str) -> dict[str, Any]:
    session = call.open(session_id).session
    return _shown(call, turn_again(session, **kept, deps=container.conversation_deps()))


def _shown(call: Call, turn: Turn) -> dict[str, Any]:
    return present.chat_response(turn, call.participants_url(turn) if turn.is_final else None)


def _made(call: Call, turn: Turn) -> Made:
    ids = {"thread_id": turn.thread_id, "sequence": turn.sequence, "message_id": turn.message_id}
    return Made(_shown(call, turn), ids)


@endpoint(
    routes, "POST", "/sessions/{session_id}/chat/questions", body=JoinBody, answers=ChatResponse, again=_turn_again
)
def post_chat_questions(call: Call, session_id: str) -> Made:
    """Join with the answers to the form; gives the opening message."""
    body: JoinBody = call.body
    answers = {given.question_id: given.answer for given in body.answers}
    if len(answers) < len(body.answers):
        raise Invalid("answers must have each question once")
    who = Participant(body.participant_id, body.participant_name or None, call.caller.user_id)
    deps = container.conversation_deps()
    turn = join(session_id, who, answers, deps=deps, deadline=call.deadline, request_id=call.repeat_id)
    return _made(call, turn)


@endpoint(routes, "POST", "/sessions/{session_id}/chat", body=ChatBody, answers=ChatResponse, again=_turn_again)
def post_chat(call: Call, session_id: str) -> Made:
    """One turn."""
    body: ChatBody = call.body
    who = Participant(body.participant_id, body.participant_name or None, call.caller.user_id)
    said = NewMessage(body.content, body.message_id or call.repeat_id, body.widget_value)
    return _made(call, say(session_id, who, said, deps=container.conversation_deps(), deadline=call.deadline))
