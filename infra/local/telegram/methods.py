"""What the bot can ask of Telegram about messages and chats: one function a method."""

from collections.abc import Callable
from typing import Any

from infra.local.telegram.errors import BadRequest, Forbidden
from infra.local.telegram.markup import read_text, units
from infra.local.telegram.parameters import Json, json_of, keyboard_of, number_of, text_of
from infra.local.telegram.state import IN, Chat, Telegram

Method = Callable[[Telegram, Json], Any]

LONGEST_TEXT = 4096  # UTF-16 code units, once the markup is read
LONGEST_ANSWER = 200
TAP_LIFE = 15 * 60.0  # seconds in which a tap can be answered
TYPING_LIFE = 5.0
ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


def get_me(telegram: Telegram, _: Json) -> Json:
    """The bot itself."""
    can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return telegram.bot | can


def send_message(telegram: Telegram, params: Json) -> Json:
    """A new message."""
    chat = _writable(telegram, params)
    topic = number_of(params, "message_thread_id")
    if topic is not None and topic not in chat.topics:
        raise BadRequest("message thread not found")
    text, entities = _text(params)
    keyboard = keyboard_of(params)
    if telegram.rates:
        telegram.rates.count(chat.id, telegram.now())
    reply = (json_of(params, "reply_parameters") or {}).get("message_id") or number_of(params, "reply_to_message_id")
    answered = _find(chat, reply) if reply else None
    if (
        reply
        and answered is None
        and not (json_of(params, "reply_parameters") or {}).get("allow_sending_without_reply")
    ):
        raise BadRequest("message to be replied not found")
    chat.typing_until = 0.0
    return telegram.add_message(
        chat, telegram.bot, topic, text=text, entities=entities, reply_markup=keyboard, reply_to_message=answered
    )


def send_document(telegram: Telegram, params: Json) -> Json:
    """A new message with a file, whose content is kept in it."""
    chat, file = _writable(telegram, params), params.get("document")
    if not isinstance(file, dict):
        raise BadRequest("there is no document in the request")
    if telegram.rates:
        telegram.rates.count(chat.id, telegram.now())
    chat.typing_until = 0.0
    return telegram.add_message(chat, telegram.bot, None, document=file, reply_markup=keyboard_of(params))


def edit_message_text(telegram: Telegram, params: Json) -> Json:
    """Another text for a message of the bot's; without buttons it has none then."""
    message = _own_message(telegram, params)
    text, entities = _text(params)
    new = {"text": text, "entities": entities, "reply_markup": keyboard_of(params)}
    return _change(telegram, message, new)


def edit_message_reply_markup(telegram: Telegram, params: Json) -> Json:
    """Other buttons for a message of the bot's."""
    return _change(telegram, _own_message(telegram, params), {"reply_markup": keyboard_of(params)})


def _change(telegram: Telegram, message: Json, new: Json) -> Json:
    kept = {name: it for name, it in new.items() if it}
    if kept == {name: message[name] for name in new if name in message}:
        raise BadRequest(
            "message is not modified: specified new message content and reply markup are exactly the same as a current "
            "content and reply markup of the message"
        )
    for name in new:
        message.pop(name, None)
    message |= kept | {"edit_date": int(telegram.now())}
    telegram.note_change()
    return message


def delete_message(telegram: Telegram, params: Json) -> bool:
    """Take a message away."""
    chat = _writable(telegram, params)
    message = _find(chat, number_of(params, "message_id"))
    if message is None:
        raise BadRequest("message to delete not found")
    if message["from"]["id"] != telegram.bot["id"] and chat.type != "private" and chat.bot != "administrator":
        raise BadRequest("message can't be deleted")
    chat.messages.remove(message)
    telegram.note_change()
    return True


def answer_callback_query(telegram: Telegram, params: Json) -> bool:
    """Let go the button that somebody tapped, with a text or without."""
    tap = telegram.state.taps.get(text_of(params, "callback_query_id"))
    if tap is None or telegram.now() - tap.at > TAP_LIFE:
        raise BadRequest("query is too old and response timeout expired or query ID is invalid")
    text = text_of(params, "text")
    if units(text) > LONGEST_ANSWER:
        raise BadRequest("MESSAGE_TOO_LONG")
    tap.answers.append({"text": text, "show_alert": text_of(params, "show_alert").lower() == "true"})
    telegram.note_change()
    return True


def send_chat_action(telegram: Telegram, params: Json) -> bool:
    """Show for five seconds that the bot does something."""
    chat = _writable(telegram, params)
    if text_of(params, "action") not in ACTIONS:
        raise BadRequest("wrong parameter action in request")
    chat.typing_until = telegram.now() + TYPING_LIFE
    telegram.note_change()
    return True


def get_chat(telegram: Telegram, params: Json) -> Json:
    """What there is to know of a chat."""
    chat = _reachable(telegram, params)
    return telegram.told(chat) | {"accent_color_id": 0, "max_reaction_count": 11}


def get_chat_member(telegram: Telegram, params: Json) -> Json:
    """What somebody is in a chat."""
    chat, user_id = _reachable(telegram, params), number_of(params, "user_id")
    if user_id == telegram.bot["id"]:
        return telegram.member(chat.bot if chat.type != "private" else "member")
    account = telegram.state.accounts.get(user_id or 0)
    if account is None:
        raise BadRequest("invalid user_id specified")
    if chat.type == "private":
        return telegram.member("member", account.user)
    return telegram.member(chat.members.get(account.id, "left"), account.user)


def get_chat_administrators(telegram: Telegram, params: Json) -> list[Json]:
    """Who runs a group."""
    chat = _reachable(telegram, params)
    if chat.type == "private":
        raise BadRequest("there are no administrators in the private chat")
    accounts = telegram.state.accounts
    run_by = {who: status for who, status in chat.members.items() if status in ("creator", "administrator")}
    return [telegram.member(status, accounts[who].user) for who, status in run_by.items()]


def leave_chat(telegram: Telegram, params: Json) -> bool:
    """Take the bot out of a group."""
    chat = _reachable(telegram, params)
    if chat.type == "private":
        raise BadRequest("chat member status can't be changed in private chats")
    telegram.change_bot(chat, "left", telegram.bot)
    return True


def _chat(telegram: Telegram, params: Json) -> Chat:
    """The chat that is meant, whatever the bot may do there."""
    if not text_of(params, "chat_id"):
        raise BadRequest("chat_id is empty")
    chat = telegram.state.chats.get(number_of(params, "chat_id") or 0)
    if chat is None:
        raise BadRequest("chat not found")
    if chat.migrated_to is not None:
        why = "group chat was upgraded to a supergroup chat"
        raise BadRequest(why, migrate_to_chat_id=chat.migrated_to)
    return chat


def _reachable(telegram: Telegram, params: Json) -> Chat:
    """A chat that the bot is in. Raises Forbidden."""
    chat = _chat(telegram, params)
    kind = "supergroup" if chat.type == "supergroup" else "group"
    if chat.type != "private" and chat.bot == "kicked":
        raise Forbidden(f"bot was kicked from the {kind} chat")
    if chat.type != "private" and chat.bot not in IN:
        raise Forbidden(f"bot is not a member of the {kind} chat")
    return chat


def _writable(telegram: Telegram, params: Json) -> Chat:
    """A chat that the bot may write in."""
    chat = _reachable(telegram, params)
    account = telegram.state.accounts.get(chat.id)
    if account and account.has_blocked:
        raise Forbidden("bot was blocked by the user")
    if account and not account.has_started:
        raise Forbidden("bot can't initiate conversation with a user")
    if not chat.may_write:
        raise BadRequest("not enough rights to send text messages to the chat")
    return chat


def _own_message(telegram: Telegram, params: Json) -> Json:
    """A message of the bot's that it may change."""
    message = _find(_writable(telegram, params), number_of(params, "message_id"))
    if message is None:
        raise BadRequest("message to edit not found")
    if message["from"]["id"] != telegram.bot["id"]:
        raise BadRequest("message can't be edited")
    return message


def _find(chat: Chat, message_id: int | None) -> Json | None:
    return next((message for message in chat.messages if message["message_id"] == message_id), None)


def _text(params: Json) -> tuple[str, list[Json]]:
    text, entities = read_text(text_of(params, "text"), text_of(params, "parse_mode"))
    if not text:
        raise BadRequest("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise BadRequest("message is too long")
    return text, entities


MESSAGING: dict[str, Method] = {
    "getme": get_me,
    "sendmessage": send_message,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "sendchataction": send_chat_action,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_chat_administrators,
    "leavechat": leave_chat,
}
