"""The conversation page: what a visitor sees, and what the two forms do.

Every post ends in a redirect, and what the page shows follows from what is stored: after a failure, a reload or a
second device the same.
"""

import uuid
from dataclasses import dataclass

from chalice.app import Request, Response

from chalicelib import wiring
from chalicelib.clock import Deadline
from chalicelib.errors import HarmonicaError, Invalid, NotFound, SessionFull, Unavailable
from chalicelib.observability import log_failure
from chalicelib.pages import identity, screens
from chalicelib.pages.screens import Draft
from chalicelib.pages.web import Form, read_form, see_other
from chalicelib.requests import TURN_SECONDS, request_id, require_uuid
from chalicelib.services import conversations
from chalicelib.services.channels import Participant
from chalicelib.services.entries import Said
from chalicelib.services.forms import AnswerRefused, name_among
from chalicelib.services.limits import CONTENT_LIMIT
from chalicelib.services.turns import ConversationFull
from chalicelib.store.records import SessionView, ThreadView


@dataclass(frozen=True, slots=True)
class _Visit:
    """One request of one person to one session."""

    request: Request
    session_id: str
    person: str
    deadline: Deadline

    def read(self) -> tuple[SessionView, ThreadView | None]:
        return conversations.read_thread(self.session_id, Participant(self.person), desk=wiring.desk())

    def onwards(self) -> Response:
        """To the newest message, as this person from now on."""
        location = f"chat?s={self.session_id}#end"
        return see_other(location, identity.cookie(self.request, self.person, self.session_id))


def show(request: Request) -> Response:
    """The page as it stands for this visitor."""
    session_id = require_uuid((request.query_params or {}).get("s") or "")
    visit = _visit(request, session_id, identity.known(request, session_id))
    view, thread = visit.read()
    return screens.current(view, thread, visit.person)


def receive(request: Request) -> Response:
    """A posted form: words of the conversation where it has some, else the pre-session form."""
    form = read_form(request)
    session_id = require_uuid(form.get("s", ""))
    known = identity.known(request, session_id)
    if "content" not in form:
        return _join(_visit(request, session_id, known or identity.named_by(form.get("who", ""), session_id)), form)
    visit = _visit(request, session_id, known)
    if known is None:
        # Without the cookie there is no telling whose conversation this belongs to; the words go back to who wrote them.
        view, _ = visit.read()
        notice = "This browser no longer knows your conversation, so your message was not sent. You find it below."
        return screens.current(view, None, visit.person, notice=notice, draft=Draft(form["content"], None), status=403)
    return _say(visit, form)


def _visit(request: Request, session_id: str, person: str | None) -> _Visit:
    return _Visit(request, session_id, person or wiring.new_id(), wiring.clock().deadline(TURN_SECONDS))


def _join(visit: _Visit, form: Form) -> Response:
    """Begin the conversation, or its opening again; somebody who is in already just goes on."""
    view, thread = visit.read()
    if thread and thread.messages:
        return visit.onwards()
    given = {question.id: form.get(f"a-{question.id}", "") for question in view.questions}
    try:
        who = Participant(visit.person, name_among(view.questions, given))
        conversations.join(visit.session_id, who, given, desk=wiring.desk(), deadline=visit.deadline)
    except Exception as error:
        return _after_failed_join(visit, given, _named(error, visit))
    return visit.onwards()


def _after_failed_join(visit: _Visit, given: dict[str, str], error: HarmonicaError) -> Response:
    """On to the conversation where it was begun nevertheless, by this request or its twin; else the form as it was filled in."""
    view, thread = visit.read()
    if thread:
        return visit.onwards()
    refused = error if isinstance(error, AnswerRefused) else None
    if isinstance(error, SessionFull):
        notice = "This session is full: the last place was taken just now. What you entered is still here, should a place become free."
    elif isinstance(error, Invalid):
        notice = f"“{refused.question.text}” {refused.rule}." if refused else error.message
    else:
        notice = "We could not start the conversation just now. Your answers are still here: please try again."
    return screens.current(view, None, visit.person, notice=notice, given=given, refused=refused, error=error)


def _say(visit: _Visit, form: Form) -> Response:
    said = Said(form["content"], _message_id(form))
    draft = Draft(said.content, form.get("message_id") if said.message_id else None)
    complaint = _complaint(said.content)
    if complaint:
        view, thread = visit.read()
        return screens.current(view, thread, visit.person, notice=complaint, draft=draft, status=400)
    try:
        conversations.say(
            visit.session_id, Participant(visit.person), said, desk=wiring.desk(), deadline=visit.deadline
        )
    except NotFound:
        raise
    except Exception as error:
        return _after_failed_turn(visit, said, draft, _named(error, visit))
    return visit.onwards()


def _after_failed_turn(visit: _Visit, said: Said, draft: Draft, error: HarmonicaError) -> Response:
    """On to the page, which offers another try, where the words were stored; else the words back in their box."""
    try:
        view, thread = visit.read()
    except Unavailable as unreadable:
        return screens.unsaved(visit.session_id, draft, unreadable)
    if thread and any(message.message_id == said.message_id for message in thread.messages if said.message_id):
        return visit.onwards()
    if error.status == 409:
        notice = "Your message before this one is still being answered. This one is in the box below: please send it again in a moment."
    elif isinstance(error, ConversationFull):
        notice = f"{error.message}. Thank you for all that you told us! Your last message could not be added; it is in the box below."
    else:
        notice = "Your message was not saved. It is still here, in the box below: please send it again."
    return screens.current(view, thread, visit.person, notice=notice, draft=draft, error=error)


def _message_id(form: Form) -> str | None:
    """The id of what is being said.

    A new message's follows from its form and its words: sent twice it is one message; an old form with other words is
    another.
    """
    if again := form.get("again"):
        return again[:200]
    try:
        return str(uuid.uuid5(uuid.UUID(form.get("message_id", "")), form["content"]))
    except ValueError:
        return None


def _complaint(content: str) -> str | None:
    if not content:
        return "Your message is empty. Please write something before you send it."
    if len(content) > CONTENT_LIMIT:
        return f"Your message has {len(content):,} characters, and at most {CONTENT_LIMIT:,} can be sent at once. Please shorten it."
    return None


def _named(error: Exception, visit: _Visit) -> HarmonicaError:
    """The error itself where we can name it. One that we cannot is recorded, and must not cost a person their words either."""
    if isinstance(error, HarmonicaError):
        return error
    log_failure("page failed", error, request_id=request_id(visit.request), session_id=visit.session_id)
    return HarmonicaError("This failed on our side")
