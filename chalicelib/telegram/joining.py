"""Joining a session in a private chat: what one should know, a name, the form question by question.

What was entered stays in the chat until the conversation begins, and is in its thread from then on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from chalicelib.errors import Forbidden, NotFound
from chalicelib.model import Answer, Question, Session, SessionView
from chalicelib.model.telegram import AskReply, Attendance, Outgoing, ShowTyping
from chalicelib.services.conversations.request_context import RequestContext, is_open_to
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.delivery.telegram_links import PARTICIPANT
from chalicelib.services.sessions.participant_limit import is_full
from chalicelib.telegram import commands, elsewhere, form, form_messages
from chalicelib.telegram.addresses import session_in_link
from chalicelib.telegram.ended import link_results, render_ended
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.languages import texts_for
from chalicelib.telegram.participants import find_in_telegram
from chalicelib.web.kit.disclosures import tell_not_open
from chalicelib.web.kit.form_fields import explain_refusal
from chalicelib.web.kit.texts import Texts

# What an attendance has once nothing is kept that was entered before the conversation.
NOTHING_ENTERED: Mapping[str, Any] = {"name": None, "entered": {}, "asked": None, "widget": None}
NOTHING_KEPT: Mapping[str, Any] = {**NOTHING_ENTERED, "early": ()}  # nor anything that was said too early


def start(incoming: Incoming, payload: str) -> Step:
    """Begins with the session that the link to the bot carried; without one, with where this person is."""
    if payload.startswith(PARTICIPANT):
        return elsewhere.go_on(incoming, payload)
    if session_id := session_in_link(payload):
        return open_session(incoming, session_id)
    if payload:
        return Step((incoming.say(escape(incoming.texts("missing_text"))),))
    current = incoming.view.chat.session_id
    return open_session(incoming, current) if current else commands.tell_how_to_begin(incoming)


def open_session(incoming: Incoming, session_id: str) -> Step:
    """Makes a session the one that this chat is about, and goes on in it where this person is: nothing is asked twice."""
    try:
        attended, context = find_in_telegram(incoming, session_id)
    except (NotFound, Forbidden):
        return tell_missing(incoming, session_id)
    session = context.view.session
    if context.thread is None and attended.stage in ("talks", "ends"):  # the host removed the conversation
        attended = replace(attended, **NOTHING_ENTERED, stage="start", feedback=None, is_late=False)
    attended = replace(attended, language=session.language)
    incoming = replace(incoming, texts=texts_for(incoming.view.chat, attended))
    chat = incoming.view.chat
    before: tuple[Outgoing, ...] = ()
    if chat.session_id and chat.session_id != session_id:
        before = (incoming.say(escape(incoming.texts("bot_other_kept"))),)
    if context.thread:
        step = _go_on_talking(incoming, attended, context)
    elif why := tell_closed(session, incoming):
        return Step((incoming.say(render_closed(why, attended, incoming.texts)),))
    elif session.access == "invited":
        return Step((incoming.say(escape(incoming.texts("invited_only_text"))),))
    elif attended.stage == "start" and is_full(context.view.taken, session.max_participants):
        return Step((incoming.say(escape(incoming.texts("full_text"))),))
    else:
        step = show_stage(incoming, attended, context.view)
    return replace(step, sends=(*before, *step.sends), chat=incoming.with_current(session_id))


def show_stage(incoming: Incoming, attended: Attendance, view: SessionView) -> Step:
    """Shows somebody who has not begun to talk what comes next."""
    if attended.stage == "start":
        return Step((incoming.say(*form_messages.show_welcome(view, incoming.texts)),), attended=attended)
    if attended.stage == "name":
        return ask_name(incoming, attended, view)
    if attended.stage != "form":
        return _begin(incoming, attended, view)
    if question := form.find_asked(view, attended):
        return ask_question(incoming, attended, view, question)
    return go_on(incoming, attended, view)


def go_on(incoming: Incoming, attended: Attendance, view: SessionView, before: Sequence[Outgoing] = ()) -> Step:
    """Asks the next question of the form; behind the last, the conversation begins."""
    attended, left_over = form.drop_left_over(view, attended)
    before = [*before, *([incoming.say(render_left_over(left_over, incoming.texts))] if left_over else [])]
    if question := form.find_next(view, attended):
        return ask_question(incoming, attended, view, question, before)
    return _begin(incoming, attended, view, before)


def tell_closed(session: Session, incoming: Incoming) -> str | None:
    """Returns what is said where a session takes nobody now; None where it does."""
    if is_open_to(session, incoming.now, is_test=False):
        return None
    return tell_not_open(session, incoming.now, incoming.texts) if session.is_draft else incoming.texts("closed_other")


def render_closed(why: str, attended: Attendance, texts: Texts) -> str:
    """Returns, in HTML, that a session takes nobody now, and that what somebody entered for it is kept."""
    kept = [texts("bot_closed_kept")] if attended.entered or attended.early else []
    return escape("\n\n".join((why, *kept)))


def render_left_over(left_over: Sequence[Answer], texts: Texts) -> str:
    """Returns, in HTML, what somebody entered that can stand nowhere in the form by now."""
    words = "\n\n".join(answer.answer for answer in left_over)
    return f"{escape(texts('form_left_over'))}\n\n<i>{escape(words)}</i>"


def tell_missing(incoming: Incoming, session_id: str) -> Step:
    """Says that there is no such session; where there was, what was entered for it is deleted, too."""
    known, chat = incoming.view.attended.get(session_id), incoming.view.chat
    cleared = replace(known, **NOTHING_KEPT) if known else None
    gone = incoming.with_current(None) if chat.session_id == session_id else None
    told = incoming.texts("bot_session_removed" if known else "missing_text")
    return Step((incoming.say(escape(told)),), gone, cleared)


def _go_on_talking(incoming: Incoming, attended: Attendance, context: RequestContext) -> Step:
    """Goes on with a conversation that has begun. A chat that knew nothing of it any more gets its last message."""
    thread, session, texts = context.begun, context.view.session, incoming.texts
    if thread.is_empty or attended.early:
        return _begin(incoming, replace(attended, **NOTHING_ENTERED), context.view)
    if attended.stage not in ("talks", "ends"):
        told_to = max(thread.starts_after, thread.last_sequence - 1)
        attended = replace(replace(attended, **NOTHING_ENTERED), stage="talks", told_to=told_to)
    if attended.feedback == "comment":  # whoever comes back writes in the conversation, as they are told
        attended = replace(attended, feedback="done")
    why = tell_closed(session, incoming)
    goes_on = not why and not thread.concluded
    again = AskReply(incoming.chat_id, session.id, thread.last_sequence, repeats=goes_on)
    buttons = () if why else ((elsewhere.link_button(session.id, texts),),)
    if goes_on:
        html = escape(texts("bot_goes_on", topic=session.topic))
    elif why:
        html = escape(why) if session.is_draft else render_ended(session, thread, texts)
    else:
        html = "\n\n".join((escape(texts("bot_concluded")), *link_results(session, thread, texts)))
    named = html if goes_on else f"<i>{escape(session.topic)}</i>\n{html}"
    return Step((incoming.say(named, buttons), again), attended=attended)


def ask_name(incoming: Incoming, attended: Attendance, view: SessionView, before: Sequence[Outgoing] = ()) -> Step:
    """Asks what the person wants to be called."""
    shown = form_messages.show_name(view.session, incoming.user.first_name, incoming.texts)
    asking = replace(attended, stage="name", name=None, asked=None, widget=None)
    return Step((*before, incoming.say(*shown)), attended=asking)


def ask_question(
    incoming: Incoming, attended: Attendance, view: SessionView, question: Question, before: Sequence[Outgoing] = ()
) -> Step:
    """Asks a question of the form; first says what is wrong by now with what was entered for it."""
    refused = form.is_refused(view, attended, question)
    before = [*before, *([incoming.say(escape(explain_refusal(refused, incoming.texts)))] if refused else [])]
    attended = form.ask(attended, question, view)
    shown = form_messages.show_question(view, attended, question, incoming.texts)
    return Step((*before, incoming.say(*shown)), attended=attended)


def _begin(incoming: Incoming, attended: Attendance, view: SessionView, before: Sequence[Outgoing] = ()) -> Step:
    """Has the worker of replies begin the conversation."""
    starting = incoming.say(escape(incoming.texts("starting")))
    then = (starting, ShowTyping(incoming.chat_id), AskReply(incoming.chat_id, view.session.id))
    return Step((*before, *then), attended=replace(attended, stage="begins", asked=None, widget=None))
