"""Reminders in a private chat: to ask for them, to get no more, and the reminder itself."""

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import Session, Thread
from chalicelib.model.reminders import Reminder, ReminderTarget
from chalicelib.model.telegram import Attendance, Button, Outgoing, Send
from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.delivery.reminder_job import stop_reminders, want_reminders
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.participants.reminders import MOST, may_be_reminded
from chalicelib.store.reminders import ReminderView
from chalicelib.telegram import commands, joining
from chalicelib.telegram.addresses import chat_token, lengthen, shorten
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.languages import texts_for
from chalicelib.telegram.participants import participant_in
from chalicelib.telegram.telling import PrivateChat
from chalicelib.telegram_api import ChatGone

_ON, _OFF, _GO_ON = "on", "off", "go"


def offer(chat: PrivateChat) -> None:
    """Offers to remind somebody, behind the opening of their conversation, where the session sends reminders."""
    context = chat.find()
    session = context.view.session
    if may_be_reminded(session, context.begun, container.clock().now()):
        told = escape(chat.texts("bot_remind_offer", zone=session.time_zone))
        chat.say(told, ((Button(chat.texts("bot_remind_me"), _data(session.id, _ON)),),))


def toggle(incoming: Incoming, _: str) -> Step:
    """Has somebody reminded of the conversation in this chat, or no more where they are."""
    attended = incoming.view.current
    if attended is None:
        return commands.tell_how_to_begin(incoming)
    found = _find(attended)
    if found is None:
        return Step((incoming.say(escape(incoming.texts("bot_remind_unoffered"))),))
    session, thread = found
    known = container.reminders().find(session.id, thread.id)
    return Step((_change(incoming, session, thread, is_wanted=known is None or known.to is None),))


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Does what a button of a reminder, or of the offer, says."""
    session_id = lengthen(parts[0]) if len(parts) == 2 else None
    attended = incoming.view.attended.get(session_id or "")
    if attended is None or session_id is None:
        return Step((incoming.answer_tap(incoming.texts("missing_heading")),))
    if parts[1] == _GO_ON:
        _note_opened(attended)
        step = joining.open_session(incoming, session_id)
        return replace(step, sends=(incoming.answer_tap(), *step.sends))
    shown: tuple[Outgoing, ...] = (incoming.answer_tap(), *incoming.change_tapped())
    found = _find(attended)
    if found is None:
        return Step((*shown, incoming.say(escape(incoming.texts("bot_remind_unoffered")))))
    return Step((*shown, _change(incoming, *found, is_wanted=parts[1] == _ON)))


def send_to_chat(view: ReminderView, chat_id: int) -> None:
    """Reminds somebody in their chat. Raises ChatGone where the bot is blocked there, Unavailable, RequestRefused."""
    chats, session = container.telegram_chats(), view.session
    token = chat_token(chat_id, container.deployment_secret())
    known = chats.view(token, container.clock().now())
    if known.chat.is_blocked:
        raise ChatGone("The bot is blocked there")
    texts = texts_for(known.chat, known.attended.get(session.id))
    html = [escape(texts("bot_reminder", topic=session.topic))]
    if own := session.reminders["text"]:
        html.append(f"<blockquote>{escape(own)}</blockquote>")
    buttons = (
        (Button(texts("bot_remind_go_on"), _data(session.id, _GO_ON)),),
        (Button(texts("remind_stop"), _data(session.id, _OFF)),),
    )
    try:
        container.telegram_api().send(Send(chat_id, "\n\n".join(html), buttons))
    except ChatGone:
        chats.block(token, container.clock().now())
        raise


def _change(incoming: Incoming, session: Session, thread: Thread, *, is_wanted: bool) -> Send:
    """Returns what somebody is told who wants to be reminded from now on, or no more."""
    texts, now = incoming.texts, container.clock().now()
    if not is_wanted:
        stop_reminders(session.id, thread.id, reminders=container.reminders())
        return incoming.say(escape(texts("bot_remind_off", topic=session.topic)))
    wish = Reminder(session.id, thread.id, "telegram", now, thread.generation, language=texts.tag)
    known = container.reminders().find(session.id, thread.id)
    is_used = known is not None and known.sent >= MOST
    if is_used or not may_be_reminded(session, thread, now):
        return incoming.say(escape(texts("bot_remind_unoffered")))
    want_reminders(wish, ReminderTarget(chat_id=incoming.chat_id), deps=container.reminder_deps())
    return incoming.say(escape(texts("bot_remind_on", topic=session.topic, zone=session.time_zone)))


def _find(attended: Attendance) -> tuple[Session, Thread] | None:
    """Returns the session and the conversation of somebody; None where there is none that they can go on with."""
    deps = container.conversation_deps_without_model()
    try:
        context = request_context.find(attended.session_id, participant_in(attended), deps)
    except (NotFound, AccessEnded):
        return None
    return (context.view.session, context.thread) if context.thread else None


def _note_opened(attended: Attendance) -> None:
    if found := _find(attended):
        session, thread = found
        container.reminders().note_opened(session.id, thread.id, container.clock().now())


def _data(session_id: str, does: str) -> str:
    return f"remind:{shorten(session_id)}:{does}"
