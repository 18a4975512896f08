"""Talking with the facilitator over REST."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.api import present
from chalicelib.api.bodies import ChatBody, JoinBody
from chalicelib.api.http import Call, endpoint
from chalicelib.errors import Invalid
from chalicelib.services import conversations
from chalicelib.services.channels import Participant
from chalicelib.services.conversations import Said

routes = Blueprint(__name__)


@endpoint(routes, "POST", "/sessions/{session_id}/chat/questions", body=JoinBody)
def post_chat_questions(call: Call, session_id: str) -> dict[str, Any]:
    """Join with the answers to the form; gives the opening message."""
    body: JoinBody = call.body
    answers = {given.question_id: given.answer for given in body.answers}
    if len(answers) < len(body.answers):
        raise Invalid("answers must have each question once")
    who = Participant(body.participant_id, body.participant_name or None, call.caller.user_id)
    turn = conversations.join(session_id, who, answers, desk=wiring.desk(), deadline=call.deadline)
    return present.chat_response(turn)


@endpoint(routes, "POST", "/sessions/{session_id}/chat", body=ChatBody)
def post_chat(call: Call, session_id: str) -> dict[str, Any]:
    """One turn."""
    body: ChatBody = call.body
    who = Participant(body.participant_id, body.participant_name or None, call.caller.user_id)
    said = Said(body.content, body.message_id)
    turn = conversations.say(session_id, who, said, desk=wiring.desk(), deadline=call.deadline)
    return present.chat_response(turn)
