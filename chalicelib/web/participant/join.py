"""The pre-session form as it is sent: it begins the conversation."""

from collections.abc import Mapping, Sequence

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Conflict, Forbidden, HarmonicaError, Invalid, SessionFull
from chalicelib.services.access.join_pace import TooManyJoins
from chalicelib.services.conversations.join import begin
from chalicelib.services.conversations.request_context import AccessEnded, NotInvited, RequestContext
from chalicelib.services.participants.changed_form import FilledForm, ShownQuestion, fill_in
from chalicelib.services.participants.form import AnswerRefused, Given, list_refusals
from chalicelib.web.kit import identity
from chalicelib.web.kit.form_fields import explain_refusal
from chalicelib.web.kit.http import Form, with_cookies
from chalicelib.web.kit.identity import Identity
from chalicelib.web.kit.texts import Texts
from chalicelib.web.participant.actions import identify_error
from chalicelib.web.participant.chat_page import ActionOutcome, Draft, continue_chat, land, show_chat
from chalicelib.web.participant.chat_request import ChatRequest
from chalicelib.web.participant.invitation import is_worthless, tell_begun
from chalicelib.web.participant.shown_form import read_entered, read_shown
from chalicelib.web.participant.waiting_page import show_waiting


def join(chat: ChatRequest, form: Form, *, is_ours: bool) -> Response:
    """Begins the conversation, or tries its opening again; somebody who is in already just goes on.

    The form names who sends it, so that one sent twice is one person whatever became of cookies in between; but only where
    it is surely ours: another site could hand a visitor an identity that it knows.
    """
    response = _join(chat, form, is_ours=is_ours)
    if chat.tester or response.status_code == TooManyJoins.status:
        return response
    if identity.find_waiting_form(chat.request, chat.session_id):
        with_cookies(response, [identity.expired_waiting_cookie(chat.request)])
    return response


def _join(chat: ChatRequest, form: Form, *, is_ours: bool) -> Response:
    context = chat.find()
    person = _find_sender(chat, form)
    if context.thread is None and person and is_ours and person.person != chat.person:
        if is_worthless(context.view.session, person):
            filled = fill_in(context.view, *_read_form(chat, form))
            return _return_form(chat, context, filled, NotInvited(), ())
        sender = replace(chat, identity=person)
        try:
            chat, context = sender, sender.find()
        except AccessEnded:
            person = None  # the form is from before its participant ended all this
    filled = fill_in(context.view, *_read_form(chat, form))
    if context.thread and not context.thread.is_empty:
        return _go_on(chat, context, filled)
    if context.thread is None and person is None:
        return _after_failure(chat, form, Forbidden("This form is none of ours"))
    if context.thread is None and (refused := _list_refusals(filled)):
        return _after_failure(chat, form, refused[0], refused)
    if context.thread is None and filled.left_over:
        return _after_failure(chat, form, Conflict("The form changed while it was filled in"))
    try:
        asked = replace(context, view=replace(context.view, questions=filled.questions))
        deps = container.conversation_deps()
        form_id = chat.identity.form_id or None
        turn = begin(asked, chat.who, filled.given, filled.kept, deps=deps, deadline=chat.deadline, request_id=form_id)
    except Exception as error:
        return _after_failure(chat, form, identify_error(error, chat))
    if context.thread:  # it had begun with another form, and had no opening yet
        return _go_on(chat, chat.find(), filled)
    return continue_chat(chat, turn.session, turn.conversation) if chat.after is not None else land(chat, anchor="")


def _find_sender(chat: ChatRequest, form: Form) -> Identity | None:
    """Returns who filled in the form; None where that is not known, or a tester sends a form of somebody else."""
    person = identity.person_in_form(form.get("who", ""), chat.session_id)
    return None if chat.tester and person and person.person != chat.person else person


def _read_form(chat: ChatRequest, form: Form) -> tuple[Sequence[ShownQuestion] | None, Mapping[str, Given]]:
    """Returns what the page showed, and what came back for it."""
    return read_shown(form.get("asked", ""), chat.session_id), read_entered(form)


def _list_refusals(filled: FilledForm) -> tuple[AnswerRefused, ...]:
    return (*list_refusals(filled.questions, filled.given), *filled.list_overlong())


def _go_on(chat: ChatRequest, context: RequestContext, filled: FilledForm) -> Response:
    """Sends on to the conversation that has begun; what this form has besides the one it began with, goes along unsent."""
    if chat.identity.form_id and not _began(context, chat.identity.form_id):
        return tell_begun(chat, context.view)
    stored = {answer.answer for answer in context.answers}
    more = [words for words in filled.words if words not in stored]
    if not more:
        return continue_chat(chat)
    notice = chat.locale(context.view.session).texts("begun_already")
    draft = Draft("\n\n".join(more))
    return show_chat(
        chat, context.view, chat.conversation(context), ActionOutcome(notice, draft, status=Conflict.status)
    )


def _began(context: RequestContext, form_id: str) -> bool:
    """Says whether a conversation was begun by this form: whoever was given the same link has another one."""
    thread = context.begun
    found = container.conversations().message(thread.session_id, thread.id, thread.starts_after + 1)
    return found is not None and found[1].message_id == form_id


def _after_failure(
    chat: ChatRequest, form: Form, error: HarmonicaError, refused: tuple[AnswerRefused, ...] = ()
) -> Response:
    """Sends on to the conversation where it was begun nevertheless, by this request or its twin; else gives the form back."""
    context = chat.find()
    filled = fill_in(context.view, *_read_form(chat, form))
    if context.thread:
        return _go_on(chat, context, filled)
    if isinstance(error, TooManyJoins):
        return show_waiting(chat, context.view.session, form, error)
    return _return_form(chat, context, filled, error, refused)


def _return_form(
    chat: ChatRequest,
    context: RequestContext,
    filled: FilledForm,
    error: HarmonicaError,
    refused: tuple[AnswerRefused, ...],
) -> Response:
    notice = _explain_failure(error, filled, chat.locale(context.view.session).texts)
    return show_chat(chat, context.view, None, ActionOutcome(notice, form=filled, refused=refused, error=error))


def _explain_failure(error: HarmonicaError, filled: FilledForm, texts: Texts) -> str:
    if isinstance(error, SessionFull):
        return texts("start_full")
    if isinstance(error, NotInvited):
        return texts("invited_only_text")
    if filled.is_changed and isinstance(error, Invalid | Conflict):
        return texts("form_changed")
    if isinstance(error, AnswerRefused):
        return explain_refusal(error, texts)
    return texts("refused_together" if isinstance(error, Invalid) else "start_failed")
