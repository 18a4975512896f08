"""The way into a conversation: the pre-session form, sent."""

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Forbidden, HarmonicaError, Invalid, SessionFull
from chalicelib.services.conversations.join import begin
from chalicelib.services.participants.form import AnswerRefused, name_among, refusals
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form, is_surely_ours
from chalicelib.web.participant.actions import named
from chalicelib.web.participant.join_view import complaint
from chalicelib.web.participant.page_request import Visit
from chalicelib.web.participant.views import Told, current, onwards


def join(visit: Visit, form: Form, *, is_known: bool) -> Response:
    """Begin the conversation, or its opening again; somebody who is in already just goes on.

    Whom no cookie names, the form names, so that one sent twice is one person; but only where it is surely ours: another
    site could hand a visitor an identity that it knows.
    """
    person = visit.person if is_known else identity.named_by(form.get("who", ""), visit.session_id)
    if person and (is_known or is_surely_ours(visit.request)):
        visit = replace(visit, person=person)
    context = visit.find()
    if context.thread and not context.thread.is_empty:
        return onwards(visit)
    questions = context.view.questions
    given = {question.id: form.get(f"a-{question.id}", "") for question in questions}
    if person is None:
        return _after_failure(visit, given, Forbidden("This form is none of ours"))
    if context.thread is None and (refused := refusals(questions, given)):
        return _after_failure(visit, given, refused[0], refused)
    try:
        who = replace(visit.who, name=name_among(questions, given))
        turn = begin(context, who, given, deps=container.conversation_deps(), deadline=visit.deadline)
    except Exception as error:
        return _after_failure(visit, given, named(error, visit))
    return onwards(visit, turn.session, turn.conversation)


def _after_failure(
    visit: Visit, given: dict[str, str], error: HarmonicaError, refused: tuple[AnswerRefused, ...] = ()
) -> Response:
    """On to the conversation where it was begun nevertheless, by this request or its twin; else the form as it was filled in."""
    context = visit.find()
    if context.thread:
        return onwards(visit)
    texts = visit.voice(context.view.session).texts
    if isinstance(error, AnswerRefused):
        notice = complaint(error, texts)
    elif isinstance(error, SessionFull):
        notice = texts("start_full")
    else:
        notice = texts("refused_together" if isinstance(error, Invalid) else "start_failed")
    return current(visit, context.view, None, Told(notice, given=given, refused=refused, error=error))
