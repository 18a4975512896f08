"""What somebody does in a conversation: says something, answers a widget, ends it, rates it."""

import uuid
from collections.abc import Sequence

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import HarmonicaError, NotFound, RateLimited, Unavailable, WidgetValueRefused
from chalicelib.model import Message
from chalicelib.observability import log_failure
from chalicelib.services.access.rate_limits import TURNS, count_turn, seconds_to_next_minute
from chalicelib.services.access.sizes import CONTENT_LIMIT
from chalicelib.services.conversations import feedback
from chalicelib.services.conversations import turn as turns
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import AccessEnded, RequestContext
from chalicelib.services.conversations.widget_answer import AnsweredWidget, find_answered_widget, find_open_widget
from chalicelib.services.facilitation.widgets import describe_value
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.request import request_id
from chalicelib.web.kit.texts import Texts
from chalicelib.web.participant.chat_page import (
    ActionOutcome,
    Draft,
    FeedbackForm,
    continue_chat,
    show_chat,
    show_unsaved,
)
from chalicelib.web.participant.chat_request import ChatRequest
from chalicelib.web.participant.widgets import WidgetUnanswered, make_control, read_value


def send_message(chat: ChatRequest, form: Form) -> Response:
    """Stores what the participant wrote and answers with the facilitator's reply."""
    content = form.get("content", "")
    message_id = _message_id(form, content)
    draft = Draft(content, form.get("message_id") if message_id else None)
    if not 0 < len(content) <= CONTENT_LIMIT:
        view, thread = chat.read()
        wrong = _explain_content(content, chat.locale(view.session).texts)
        return show_chat(chat, view, thread, ActionOutcome(box_error=wrong, draft=draft, status=400))
    return _take_turn(chat, NewMessage(content, message_id), draft)


def answer_widget(chat: ChatRequest, form: Form) -> Response:
    """Takes an answer to a widget as the participant's message: to the one that is open, or, where the form says so, another answer
    to the one that was answered last."""
    context = chat.find_with_history()
    texts = chat.locale(context.view.session).texts
    asked, changed = _find_widget(form, context.history)
    control = make_control(asked) if asked else None
    if asked is None or control is None or asked.widget_spec is None:
        if form.get("again") and turns.is_stored(form["again"], context):
            # A script sends it again because the answer to its first try was lost.
            return continue_chat(chat, context.view.session, chat.conversation(context), kept=True)
        gone = ActionOutcome(texts("widget_gone"), status=409)
        return show_chat(chat, context.view, chat.conversation(context), gone)
    try:
        value = read_value(control, form)
    except WidgetUnanswered as error:
        wrong = ActionOutcome(widget_error=texts(error.key, **error.values), status=400)
        return show_chat(chat, context.view, chat.conversation(context), wrong)
    content = describe_value(asked.widget_spec, value)
    if changed is not None:
        if value == changed.value:
            return continue_chat(chat, context.view.session, chat.conversation(context), kept=True)
        content = texts("widget_changed", answer=content)
    said = NewMessage(content, _message_id(form, content), value, asked.sequence if changed else None)
    return _take_turn(chat, said, Draft(content), context)


def _find_widget(form: Form, history: Sequence[Message]) -> tuple[Message | None, AnsweredWidget | None]:
    """Returns the message of the widget that a form answers, None where it takes no answer any more; and what was answered, where
    the form is to change that."""
    changed = find_answered_widget(history) if form.get("do") == "change" else None
    found = changed.asked if changed else find_open_widget(history)
    return (found, changed) if found and form.get("widget") == str(found.sequence) else (None, None)


def conclude(chat: ChatRequest) -> Response:
    """Ends the conversation, as the participant wants."""
    turn = feedback.conclude(
        chat.session_id,
        chat.who,
        deps=container.conversation_deps(),
        stored=container.feedback(),
        deadline=chat.deadline,
    )
    if turn is None:
        return continue_chat(chat, done="done")
    return continue_chat(chat, turn.session, turn.conversation, done="done")


def rate_conversation(chat: ChatRequest, form: Form) -> Response:
    """Keeps how the participant found the conversation."""
    chosen, comment = form.get("rating", ""), form.get("comment", "")
    is_chosen = chosen in map(str, range(feedback.LOWEST, feedback.HIGHEST + 1))
    is_long = len(comment) > feedback.COMMENT_LIMIT
    if is_chosen and not is_long:
        deps, stored = container.conversation_deps(), container.feedback()
        feedback.rate(chat.session_id, chat.who, int(chosen), comment, deps=deps, stored=stored)
        return continue_chat(chat, done="rated")
    view, thread = chat.read()
    texts = chat.locale(view.session).texts
    missing = "" if is_chosen else texts("rate_missing", lowest=feedback.LOWEST, highest=feedback.HIGHEST)
    overlong = texts("over_limit", count=len(comment), limit=feedback.COMMENT_LIMIT) if is_long else ""
    entered = FeedbackForm(chosen, comment, missing, overlong)
    return show_chat(chat, view, thread, ActionOutcome(missing or overlong, feedback=entered, status=400))


def identify_error(error: Exception, chat: ChatRequest) -> HarmonicaError:
    """Returns the error itself where it has a name. One without is recorded, and must not cost a person their words either."""
    if isinstance(error, HarmonicaError):
        return error
    log_failure("page failed", error, request_id=request_id(chat.request), session_id=chat.session_id)
    return HarmonicaError("This failed on our side")


def explain_failure(error: HarmonicaError, texts: Texts) -> str:
    """Returns the sentence on why words were not stored."""
    if isinstance(error, RateLimited):
        return texts("slow_turns", seconds=texts("seconds", count=round(error.retry_after)))
    if isinstance(error, turns.ConversationFull):
        return texts("conversation_full", messages=texts("messages", count=error.limit))
    if isinstance(error, WidgetValueRefused):
        return texts("widget_gone")
    return texts("busy" if error.status == 409 else "not_saved")


def _take_turn(
    chat: ChatRequest,
    said: NewMessage,
    draft: Draft,
    context: RequestContext | None = None,
) -> Response:
    """Answers what was said; `context` is given where it has been read for it already."""
    try:
        _require_pace(chat)
        deps = container.conversation_deps()
        found = context or chat.find()
        turn = turns.take_turn(found, chat.who, said, deps=deps, deadline=chat.deadline, waits=False)
    except (NotFound, AccessEnded):
        raise
    except Exception as error:
        return _after_failure(chat, said, draft, identify_error(error, chat))
    return continue_chat(chat, turn.session, turn.conversation, kept=True)


def _after_failure(chat: ChatRequest, said: NewMessage, draft: Draft, error: HarmonicaError) -> Response:
    """Sends on to the page, which offers another try, where the words were stored; else gives them back in their box."""
    try:
        context = chat.find_with_history()
        thread = chat.conversation(context)
    except Unavailable as unreadable:
        return show_unsaved(chat, draft, chat.locale(None).texts("unsaved_text"), unreadable)
    if said.message_id and turns.is_stored(said.message_id, context):
        return continue_chat(chat, context.view.session, thread, kept=True)
    notice = explain_failure(error, chat.locale(context.view.session).texts)
    return show_chat(chat, context.view, thread, ActionOutcome(notice, draft, error=error))


def _require_pace(chat: ChatRequest) -> None:
    """Counts a turn of this person. Raises RateLimited where there are too many within the minute."""
    now = container.clock().now()
    try:
        turns = count_turn(chat.person, guards=container.guards(), secret=container.deployment_secret(), now=now)
    except Unavailable:
        return  # the turn itself shows whether the database answers
    if turns > TURNS:
        raise RateLimited("Too many messages within a minute", seconds_to_next_minute(now))


def _message_id(form: Form, content: str) -> str | None:
    """Returns the id of what is being said.

    A new message's follows from its form and its words: sent twice it is one message; an old form with other words is
    another. A script names its messages itself.
    """
    if again := form.get("again"):
        return again[:200]
    try:
        return str(uuid.uuid5(uuid.UUID(form.get("message_id", "")), content))
    except ValueError:
        return None


def _explain_content(content: str, texts: Texts) -> str:
    if not content:
        return texts("empty_message")
    return texts("over_limit", count=len(content), limit=CONTENT_LIMIT)
