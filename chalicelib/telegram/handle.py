"""What the worker does with an update: one step, stored together with the mark that it is done, then what is to be sent.

The updates of a chat come one after the other. One that comes again, after a crash or from Telegram, is not done twice: what
was not sent the first time is sent then. Only where this died between Telegram's answer and the note of it is one message sent
a second time, since Telegram knows no way to ask.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import NotYet, Unavailable
from chalicelib.model.jobs import ReplyInChat
from chalicelib.model.telegram import (
    AnswerTap,
    AskReply,
    Chat,
    ChatView,
    Outgoing,
    Send,
    SendFile,
    SendOwnWords,
    ShowWidget,
)
from chalicelib.observability import log_failure, logger
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.store.telegram_chats import OWN_CHAT, Done, UpdateDone
from chalicelib.telegram import elsewhere, own_words, routes, widget_buttons
from chalicelib.telegram.addresses import chat_token
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.languages import texts_for
from chalicelib.telegram.participants import is_same_participant
from chalicelib.telegram.queued_update import unpack
from chalicelib.telegram.update import Update, read_update
from chalicelib.telegram_api import ChatGone, GroupMigrated, RequestRefused

_TRIES = 3
_BEING_SENT = 30.0  # seconds until it is looked whether another one that sends is done


def handle_update(raw: dict[str, Any]) -> None:
    """Do what came to the bot, once, and send what that comes to. Raises Unavailable where that has to go on later."""
    secret = container.deployment_secret()
    update = read_update(unpack(raw, secret))
    if update is None or update.chat is None or update.sender is None:
        logger.info("an update that the bot does not know", extra={"update_id": raw.get("update_id")})
        return
    token = chat_token(update.chat.id, secret)
    _send_rest(container.telegram_chats().done(token, update.update_id) or _take_step(update, token), update.chat.id)


def _take_step(update: Update, token: str) -> Done:
    chats, now = container.telegram_chats(), container.clock().now()
    assert update.chat is not None
    assert update.sender is not None
    for _ in range(_TRIES):
        stored = chats.view(token, now) if update.chat.is_private else ChatView(Chat(token))
        view = replace(stored, chat=replace(stored.chat, telegram_language=update.sender.language_code))
        texts = texts_for(view.chat, view.current)
        incoming = Incoming(update, update.chat.id, update.sender, view, texts, now)
        step = _with_person(_step_of(incoming), incoming, stored.chat)
        sends = tuple(_readdressed(it, update.chat.id, OWN_CHAT) for it in _in_parts(step.sends))
        done = Done(token, update.update_id, sends, sender=container.new_id())
        try:
            is_other = _is_other(step, view)
            if chats.store(done, now, chat=step.chat, attended=step.attended, left=step.left, is_other=is_other):
                return done
        except UpdateDone:
            if found := chats.done(token, update.update_id):
                return found
    raise Unavailable("Another update of this chat is being done; try again")


def _step_of(incoming: Incoming) -> Step:
    try:
        return routes.route(incoming)
    except AccessEnded:
        return elsewhere.tell_forgotten(incoming)


def _is_other(step: Step, view: ChatView) -> bool:
    """Whether the chat takes part in a session as another participant from now on."""
    known = view.attended.get(step.attended.session_id) if step.attended else None
    return bool(known and step.attended and not is_same_participant(known, step.attended))


def _in_parts(sends: tuple[Outgoing, ...]) -> tuple[Outgoing, ...]:
    """The same with a message of its own for each part of a long one, so that none is sent again when a later one fails."""
    in_parts = container.telegram_api().in_parts
    return tuple(part for it in sends for part in (in_parts(it) if isinstance(it, Send) else (it,)))


def _with_person(step: Step, incoming: Incoming, stored: Chat) -> Step:
    """The step, after which the language of somebody whom the bot knows is kept, for what is sent to them later. Whoever had blocked
    it and writes again is sent messages again."""
    chat = step.chat or incoming.view.chat
    chat = replace(chat, is_blocked=chat.is_blocked and incoming.update.membership is not None)
    is_known = bool(stored.version or step.attended)
    return replace(step, chat=chat) if is_known and chat != stored else step


def _send_rest(done: Done, chat_id: int) -> None:
    """Send what an update of this chat comes to, as far as that has not been sent."""
    chats = container.telegram_chats()
    if done.sent >= len(done.sends):
        return
    claimed = done if done.sender else chats.claim_sending(done, container.new_id(), container.clock().now())
    if claimed is None:
        raise NotYet("Another one sends this", _BEING_SENT)
    try:
        _send_each(claimed, chat_id)
    except Exception:
        chats.give_back(claimed)
        raise


def _send_each(done: Done, chat_id: int) -> None:
    chats, gone = container.telegram_chats(), set[int]()
    for place, outgoing in enumerate(done.sends[done.sent :], done.sent + 1):
        addressed = _readdressed(outgoing, OWN_CHAT, chat_id)
        receiver = getattr(addressed, "chat_id", OWN_CHAT)
        try:
            if receiver not in gone:
                sent_parts = done.sent_parts if place == done.sent + 1 else ()
                _send(addressed, sent_parts, partial(chats.note_sent, done, place - 1))
        except ChatGone:
            gone.add(receiver)
            if receiver > 0:  # which groups have not
                chats.block(chat_token(receiver, container.deployment_secret()), container.clock().now())
        except RequestRefused as error:
            log_failure("Telegram refused a message", error, kind=type(outgoing).__name__)
        if not chats.note_sent(done, place):
            return


def _readdressed(outgoing: Outgoing, before: int, after: int) -> Outgoing:
    if isinstance(outgoing, AnswerTap) or outgoing.chat_id != before:
        return outgoing
    return replace(outgoing, chat_id=after)


def _send(outgoing: Outgoing, sent_parts: tuple[str, ...], note: Callable[[list[str]], bool]) -> None:
    """Send one message, but for parts that were sent before, or do what is to be done in its place."""
    match outgoing:
        case AskReply(chat_id, session_id, sequence, seconds, repeats):
            container.jobs().reply_in_chat(ReplyInChat(chat_id, session_id, sequence, repeats), seconds)
        case ShowWidget():
            widget_buttons.show_widget(outgoing)
        case SendOwnWords():
            own_words.send_own_words(outgoing, sent_parts, note)
        case SendFile():
            own_words.send_file(outgoing)
        case AnswerTap():
            container.telegram_api().send(outgoing)
        case _:
            try:
                container.telegram_api().send(outgoing)
            except GroupMigrated as error:
                container.telegram_api().send(replace(outgoing, chat_id=error.group_id))
