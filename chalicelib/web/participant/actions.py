"""What somebody does in a conversation: says something, answers a widget, ends it, rates it."""

import uuid
from collections.abc import Sequence

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import HarmonicaError, NotFound, RateLimited, Unavailable, WidgetValueRefused
from chalicelib.model import Message
from chalicelib.observability import log_failure
from chalicelib.services.access.limits import CONTENT_LIMIT
from chalicelib.services.access.rate_limits import TURNS, count_turn
from chalicelib.services.accounts.keys import seconds_to_next_minute
from chalicelib.services.conversations import feedback
from chalicelib.services.conversations import turn as turns
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import RequestContext
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.request import request_id
from chalicelib.web.kit.texts import Texts
from chalicelib.web.participant.page_request import Visit
from chalicelib.web.participant.views import Draft, Told, current, onwards, unsaved
from chalicelib.web.participant.widgets import Unfinished, control_of, value_of, words_for


def say(visit: Visit, form: Form) -> Response:
    """Words, in the participant's own."""
    content = form.get("content", "")
    message_id = _message_id(form, content)
    draft = Draft(content, form.get("message_id") if message_id else None)
    if not 0 < len(content) <= CONTENT_LIMIT:
        view, thread = visit.read()
        return current(
            visit, view, thread, Told(_complaint(content, visit.voice(view.session).texts), draft, status=400)
        )
    return _turn(visit, NewMessage(content, message_id), draft)


def choose(visit: Visit, form: Form) -> Response:
    """An answer given in the widget that is open."""
    context = visit.find()
    history = turns.read_history(context, container.conversation_deps())
    texts = visit.voice(context.view.session).texts
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    control = control_of(last) if last else None

    def refuse(notice: str, status: int) -> Response:
        return current(visit, context.view, visit.conversation(context, history), Told(notice, status=status))

    if control and form.get("widget") == str(control.sequence):
        try:
            value = value_of(control, form)
        except Unfinished as unfinished:
            return refuse(texts(unfinished.key, **unfinished.values), 400)
        content = words_for(control, value)
        return _turn(visit, NewMessage(content, _message_id(form, content), value), Draft(content), context, history)
    if form.get("again") and turns.is_stored(form["again"], context, history):
        # A script sends it again because the answer to its first try was lost.
        return onwards(visit, context.view.session, visit.conversation(context, history), kept=True)
    return refuse(texts("widget_gone"), 409)


def end(visit: Visit) -> Response:
    """The participant says that it is enough."""
    feedback.conclude(visit.session_id, visit.who, deps=container.conversation_deps(), stored=container.feedback())
    return onwards(visit, done="done")


def rate(visit: Visit, form: Form) -> Response:
    """How the conversation was."""
    chosen = form.get("rating", "")
    if chosen not in map(str, range(feedback.LOWEST, feedback.HIGHEST + 1)):
        view, thread = visit.read()
        notice = visit.voice(view.session).texts("rate_missing", lowest=feedback.LOWEST, highest=feedback.HIGHEST)
        return current(visit, view, thread, Told(notice, status=400))
    comment = form.get("comment", "")[: feedback.COMMENT_LIMIT]
    feedback.rate(
        visit.session_id,
        visit.who,
        int(chosen),
        comment,
        deps=container.conversation_deps(),
        stored=container.feedback(),
    )
    return onwards(visit, done="rated")


def named(error: Exception, visit: Visit) -> HarmonicaError:
    """The error itself where we can name it. One that we cannot is recorded, and must not cost a person their words either."""
    if isinstance(error, HarmonicaError):
        return error
    log_failure("page failed", error, request_id=request_id(visit.request), session_id=visit.session_id)
    return HarmonicaError("This failed on our side")


def _turn(
    visit: Visit,
    said: NewMessage,
    draft: Draft,
    context: RequestContext | None = None,
    history: Sequence[Message] | None = None,
) -> Response:
    """The answer to what was said; `context` and `history` where they have been read for it already."""
    try:
        _require_pace(visit)
        deps = container.conversation_deps()
        turn = turns.take_turn(context or visit.find(), visit.who, said, history, deps=deps, deadline=visit.deadline)
    except NotFound:
        raise
    except Exception as error:
        return _after_failure(visit, said, draft, named(error, visit))
    return onwards(visit, turn.session, turn.conversation, kept=True)


def _after_failure(visit: Visit, said: NewMessage, draft: Draft, error: HarmonicaError) -> Response:
    """On to the page, which offers another try, where the words were stored; else the words back in their box."""
    try:
        context = visit.find()
        history = turns.read_history(context, container.conversation_deps())
        thread = visit.conversation(context, history)
    except Unavailable as unreadable:
        return unsaved(visit, draft, visit.voice(None).texts("unsaved_text"), unreadable)
    if said.message_id and turns.is_stored(said.message_id, context, history):
        return onwards(visit, context.view.session, thread, kept=True)
    notice = _why(error, visit.voice(context.view.session).texts)
    return current(visit, context.view, thread, Told(notice, draft, error=error))


def _why(error: HarmonicaError, texts: Texts) -> str:
    """What to say of words that were not stored."""
    if isinstance(error, RateLimited):
        return texts("slow_turns", seconds=texts("seconds", count=round(error.retry_after)))
    if isinstance(error, turns.ConversationFull):
        return texts("conversation_full", messages=texts("messages", count=error.limit))
    if isinstance(error, WidgetValueRefused):
        return texts("widget_gone")
    return texts("busy" if error.status == 409 else "not_saved")


def _require_pace(visit: Visit) -> None:
    """Count a turn of this person; raise RateLimited where there are too many within the minute."""
    now = container.clock().now()
    try:
        turns = count_turn(visit.person, guards=container.guards(), secret=container.deployment_secret(), now=now)
    except Unavailable:
        return  # the turn itself shows whether the database answers
    if turns > TURNS:
        raise RateLimited("Too many messages within a minute", seconds_to_next_minute(now))


def _message_id(form: Form, content: str) -> str | None:
    """The id of what is being said.

    A new message's follows from its form and its words: sent twice it is one message; an old form with other words is
    another. A script names its messages itself.
    """
    if again := form.get("again"):
        return again[:200]
    try:
        return str(uuid.uuid5(uuid.UUID(form.get("message_id", "")), content))
    except ValueError:
        return None


def _complaint(content: str, texts: Texts) -> str:
    if not content:
        return texts("empty_message")
    return texts("long_message", characters=texts("characters", count=len(content)), limit=CONTENT_LIMIT)
