"""The pre-session form as it is sent: it begins the conversation."""

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Forbidden, HarmonicaError, Invalid, SessionFull
from chalicelib.services.conversations.join import begin
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.participants.form import AnswerRefused, list_refusals
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form, is_certainly_ours
from chalicelib.web.kit.identity import Identity
from chalicelib.web.participant.actions import identify_error
from chalicelib.web.participant.chat_page import ActionOutcome, continue_chat, show_chat
from chalicelib.web.participant.chat_request import ChatRequest
from chalicelib.web.participant.join_page import explain_refusal


def join(chat: ChatRequest, form: Form, *, is_known: bool) -> Response:
    """Begins the conversation, or tries its opening again; somebody who is in already just goes on.

    Whom no cookie names, the form names, so that one sent twice is one person; but only where it is surely ours: another
    site could hand a visitor an identity that it knows.
    """
    person = chat.person if is_known else identity.person_in_form(form.get("who", ""), chat.session_id)
    if person and not is_known and is_certainly_ours(chat.request):
        chat = replace(chat, identity=Identity(person))
    try:
        context = chat.find()
    except AccessEnded:
        if is_known:
            raise
        # The form is from before its participant ended all this: it is given back as somebody new's.
        return join(replace(chat, identity=Identity(container.new_id())), {**form, "who": ""}, is_known=False)
    if context.thread and not context.thread.is_empty:
        return continue_chat(chat)
    questions = context.view.questions
    given = {question.id: form.get(f"a-{question.id}", "") for question in questions}
    if person is None:
        return _after_failure(chat, given, Forbidden("This form is none of ours"))
    if context.thread is None and (refused := list_refusals(questions, given)):
        return _after_failure(chat, given, refused[0], refused)
    try:
        turn = begin(context, chat.who, given, deps=container.conversation_deps(), deadline=chat.deadline)
    except Exception as error:
        return _after_failure(chat, given, identify_error(error, chat))
    return continue_chat(chat, turn.session, turn.conversation)


def _after_failure(
    chat: ChatRequest, given: dict[str, str], error: HarmonicaError, refused: tuple[AnswerRefused, ...] = ()
) -> Response:
    """Sends on to the conversation where it was begun nevertheless, by this request or its twin; else gives the form back."""
    context = chat.find()
    if context.thread:
        return continue_chat(chat)
    texts = chat.locale(context.view.session).texts
    if isinstance(error, AnswerRefused):
        notice = explain_refusal(error, texts)
    elif isinstance(error, SessionFull):
        notice = texts("start_full")
    else:
        notice = texts("refused_together" if isinstance(error, Invalid) else "start_failed")
    return show_chat(chat, context.view, None, ActionOutcome(notice, given=given, refused=refused, error=error))
