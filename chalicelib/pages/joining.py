"""The way into a conversation: the pre-session form, sent."""

from chalice.app import Response

from chalicelib import wiring
from chalicelib.errors import HarmonicaError, Invalid, SessionFull
from chalicelib.pages.screens import Told, current, onwards
from chalicelib.pages.talking import named
from chalicelib.pages.visit import Visit
from chalicelib.pages.web import Form
from chalicelib.pages.welcome import complaint
from chalicelib.services import conversations
from chalicelib.services.channels import Participant
from chalicelib.services.forms import AnswerRefused, name_among, refusals


def join(visit: Visit, form: Form) -> Response:
    """Begin the conversation, or its opening again; somebody who is in already just goes on."""
    view, thread = visit.read()
    if thread and thread.messages:
        return onwards(visit)
    given = {question.id: form.get(f"a-{question.id}", "") for question in view.questions}
    if thread is None and (refused := refusals(view.questions, given)):
        return _after_failure(visit, given, refused[0], refused)
    try:
        who = Participant(visit.person, name_among(view.questions, given))
        conversations.join(visit.session_id, who, given, desk=wiring.desk(), deadline=visit.deadline)
    except Exception as error:
        return _after_failure(visit, given, named(error, visit))
    return onwards(visit)


def _after_failure(
    visit: Visit, given: dict[str, str], error: HarmonicaError, refused: tuple[AnswerRefused, ...] = ()
) -> Response:
    """On to the conversation where it was begun nevertheless, by this request or its twin; else the form as it was filled in."""
    view, thread = visit.read()
    if thread:
        return onwards(visit)
    texts = visit.voice(view).texts
    if isinstance(error, AnswerRefused):
        notice = complaint(error, texts)
    elif isinstance(error, SessionFull):
        notice = texts("start_full")
    else:
        notice = texts("refused_together" if isinstance(error, Invalid) else "start_failed")
    return current(visit, view, None, Told(notice, given=given, refused=refused, error=error))
