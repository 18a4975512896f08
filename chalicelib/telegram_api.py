"""Ground: Telegram's Bot API, by pyTelegramBotAPI.

https://core.telegram.org/bots/api

The token is part of every address, so no exception of the library or of what it sends with is passed on, nor logged: they quote
addresses, and what people wrote.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from msgspec.structs import replace

from chalicelib.errors import NeverDone, Unavailable
from chalicelib.model.telegram import AnswerTap, Buttons, Edit, Send, ShowTyping
from chalicelib.settings import SettingMissing

if TYPE_CHECKING:
    from requests import Response, Session

TELEGRAM = "https://api.telegram.org"
CONNECT_SECONDS, READ_SECONDS = 2, 10
GENERAL_TOPIC = (
    1  # of a forum; as a topic Telegram does not find it: https://github.com/tdlib/telegram-bot-api/issues/798
)
MOST_OF_ANSWER = 200  # characters that are shown to whoever tapped

_GONE = re.compile(
    r"chat not found|peer_id_invalid|deactivated|(need|not enough|have no|no) (administrator )?rights|write_forbidden|chat_restricted"
    r"|chat_admin_required|not a member|was kicked|was blocked",
    re.IGNORECASE,
)
_UNREADABLE = "can't parse entities"
_UNCHANGED = "message is not modified"
_TOO_OLD = "query is too old"
_ADDRESS_REFUSED = re.compile(r"button.url", re.IGNORECASE)  # of a button: Telegram takes none of this machine, for one
_NOT_IN_CHAT = re.compile(r"user not found|invalid user_id|participant_id_invalid|user_not_participant", re.IGNORECASE)
_QUOTED = re.compile(r"(?<!\w)(['\"]).*\1")


class RequestRefused(NeverDone):
    """Telegram will never do this; `description` is what it says, but for what that quotes."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class ChatGone(RequestRefused):
    """The bot was blocked by the person, taken out of the group, or has no right to write there any more."""


class GroupMigrated(RequestRefused):
    """The group is a supergroup now, under another id."""

    def __init__(self, description: str, group_id: int) -> None:
        super().__init__(description)
        self.group_id = group_id


class TokenRefused(Unavailable):
    """Telegram knows no bot by our token: the operator has to mend that, then all goes on."""

    def __init__(self) -> None:
        super().__init__("Telegram knows no bot by this token", retry_after=60)


class TelegramApi:
    """The bot. Whatever it is asked raises RequestRefused for good, Unavailable (with the time to wait) where it may go later."""

    def __init__(
        self,
        read_token: Callable[[], str],
        url: str,
        *,
        split: Callable[[str], list[str]],
        plain_parts: Callable[[str], list[str]],
        await_turn: Callable[[int], None],
    ) -> None:
        """`split` cuts HTML into messages, `plain_parts` too, without tags; `await_turn` waits until a chat may have a message."""
        from telebot import apihelper, types

        self._read_token, self._token = read_token, _required(read_token())
        self._split, self._plain_parts, self._await_turn = split, plain_parts, await_turn
        library: Any = apihelper
        library.API_URL = f"{url}/bot{{0}}/{{1}}"
        library.CUSTOM_REQUEST_SENDER = _post
        self._library: Any = library
        self._types: Any = types
        # It quotes whole addresses, the token in them.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

    def send(self, outgoing: Send | Edit | AnswerTap | ShowTyping) -> int:
        """Send something; returns the id of the (last) message, 0 for what is none. That typing could not be shown is not told."""
        match outgoing:
            case Send():
                return self._send(outgoing)
            case Edit():
                return self._edit(outgoing)
            case AnswerTap(tap_id, text, is_alert):
                self._answer_tap(tap_id, text[:MOST_OF_ANSWER], is_alert)
            case ShowTyping(chat_id):
                self._show_typing(chat_id)
            case _:
                assert_never(outgoing)
        return 0

    def send_file(self, chat_id: int, name: str, content: bytes) -> None:
        """Send a file of this name."""
        self._await_turn(chat_id)
        self._ask("send_data", chat_id, content, "document", visible_file_name=name)

    def in_parts(self, outgoing: Send) -> tuple[Send, ...]:
        """The same as messages that are no longer than one may be; the last has the buttons."""
        *others, last = self._split(outgoing.html)
        return *(replace(outgoing, html=part, buttons=()) for part in others), replace(outgoing, html=last)

    def member_status(self, chat_id: int, user_id: int) -> str:
        """What somebody is in a chat: creator, administrator, member, restricted, left or kicked."""
        try:
            return str(self._ask("get_chat_member", chat_id, user_id)["status"])
        except RequestRefused as error:
            if _NOT_IN_CHAT.search(error.description):
                return "left"
            raise

    def check_writable(self, chat_id: int) -> None:
        """Returns where the bot may write in a chat; a group that is another one by now raises GroupMigrated."""
        self._ask("send_chat_action", chat_id, "typing")

    def chat_title(self, chat_id: int) -> str:
        """The name of a group."""
        return str(self._ask("get_chat", chat_id).get("title", ""))

    def me(self) -> dict[str, Any]:
        """What Telegram says of the bot itself: https://core.telegram.org/bots/api#getme."""
        return dict(self._ask("get_me"))

    def set_webhook(self, url: str, secret: str, kinds: Sequence[str]) -> None:
        """Have updates of these kinds sent to this address; those that wait already are kept."""
        self._ask("set_webhook", url=url, secret_token=secret, allowed_updates=list(kinds))

    def webhook_info(self) -> dict[str, Any]:
        """Where updates are sent, and how that went lately: https://core.telegram.org/bots/api#webhookinfo."""
        return dict(self._ask("get_webhook_info"))

    def set_commands(self, commands: Mapping[str, str], scope: str, language: str = "") -> None:
        """Show these commands, name and what it does, in chats of a scope (`all_private_chats`, `all_group_chats`, …).

        `language` is one of two letters; without it they are shown to those whose language has none of its own.
        """
        listed = [self._types.BotCommand(name, does) for name, does in commands.items()]
        self._ask("set_my_commands", listed, self._types.BotCommandScope(scope), language or None)

    def _send(self, outgoing: Send) -> int:
        message_id = 0
        for part in self.in_parts(outgoing):
            try:
                message_id = self._send_part(part, part.html, "HTML")
            except RequestRefused as error:
                if _UNREADABLE in error.description:
                    message_id = self._send_plain(part)
                elif _ADDRESS_REFUSED.search(error.description):
                    part = replace(part, buttons=_without_addresses(part.buttons))
                    message_id = self._send_part(part, part.html, "HTML")
                else:
                    raise
        return message_id

    def _send_plain(self, outgoing: Send) -> int:
        """The same without tags, which is a little longer where addresses of links stand in the text."""
        *others, last = self._plain_parts(outgoing.html)
        for part in others:
            self._send_part(replace(outgoing, buttons=()), part, None)
        return self._send_part(outgoing, last, None)

    def _send_part(self, outgoing: Send, text: str, parse_mode: str | None) -> int:
        self._await_turn(outgoing.chat_id)
        sent = self._ask(
            "send_message",
            outgoing.chat_id,
            text,
            parse_mode=parse_mode,
            message_thread_id=None if outgoing.topic_id == GENERAL_TOPIC else outgoing.topic_id,
            reply_markup=self._keyboard(outgoing.buttons),
            link_preview_options=self._types.LinkPreviewOptions(is_disabled=True),
        )
        return int(sent["message_id"])

    def _edit(self, outgoing: Edit) -> int:
        """An edit is one message: of a longer text only its first part is shown."""
        self._await_turn(outgoing.chat_id)
        try:
            self._edit_as_html(outgoing)
        except RequestRefused as error:
            if _UNREADABLE in error.description and outgoing.html is not None:
                self._edit_text(outgoing, self._plain_parts(outgoing.html)[0], None)
            elif _ADDRESS_REFUSED.search(error.description):
                self._edit_as_html(replace(outgoing, buttons=_without_addresses(outgoing.buttons)))
            elif _UNCHANGED not in error.description:
                raise
        return outgoing.message_id

    def _edit_as_html(self, outgoing: Edit) -> None:
        if outgoing.html is None:
            self._edit_buttons(outgoing)
        else:
            self._edit_text(outgoing, self._split(outgoing.html)[0], "HTML")

    def _edit_text(self, outgoing: Edit, text: str, parse_mode: str | None) -> None:
        self._ask(
            "edit_message_text",
            text,
            outgoing.chat_id,
            outgoing.message_id,
            parse_mode=parse_mode,
            reply_markup=self._keyboard(outgoing.buttons),
            link_preview_options=self._types.LinkPreviewOptions(is_disabled=True),
        )

    def _edit_buttons(self, outgoing: Edit) -> None:
        keyboard = self._keyboard(outgoing.buttons)
        self._ask("edit_message_reply_markup", outgoing.chat_id, outgoing.message_id, reply_markup=keyboard)

    def _answer_tap(self, tap_id: str, text: str, is_alert: bool) -> None:
        try:
            self._ask("answer_callback_query", tap_id, text or None, is_alert)
        except RequestRefused as error:
            if _TOO_OLD not in error.description:
                raise

    def _show_typing(self, chat_id: int) -> None:
        try:
            self.check_writable(chat_id)
        except Unavailable:
            return

    def _keyboard(self, buttons: Buttons) -> Any:
        if not buttons:
            return None
        make = self._types.InlineKeyboardButton
        rows = [[make(it.text, url=it.url or None, callback_data=it.data or None) for it in row] for row in buttons]
        return self._types.InlineKeyboardMarkup(rows)

    def _ask(self, method: str, *given: Any, **named: Any) -> Any:
        """What Telegram answers. A token that it refuses is read again once, since the operator may have changed it."""
        try:
            return self._try(method, *given, **named)
        except TokenRefused:
            fresh = _required(self._read_token())
            if fresh == self._token:
                raise
            self._token = fresh
        return self._try(method, *given, **named)

    def _try(self, method: str, *given: Any, **named: Any) -> Any:
        failure: Exception
        try:
            return getattr(self._library, method)(self._token, *given, **named)
        except self._library.ApiTelegramException as error:
            failure = _failure(error.result_json)
        except (
            self._library.ApiException,
            KeyError,
            TypeError,
        ):  # the latter where the answer is no object of Telegram's
            failure = _unavailable()
        raise failure  # here, and so without the library's as its context


def _without_addresses(buttons: Buttons) -> Buttons:
    """Those that open no address: what a message says is worth more."""
    rows = (tuple(button for button in row if not button.url) for row in buttons)
    return tuple(row for row in rows if row)


def _required(token: str) -> str:
    if not token:
        raise SettingMissing("TELEGRAM_BOT_TOKEN, or bot_token in the secret TELEGRAM_SECRET_ARN")
    return token


def _failure(told: Mapping[str, Any]) -> Exception:
    """What an answer that says no comes to."""
    code, parameters = told["error_code"], told.get("parameters") or {}
    said = _QUOTED.sub("…", str(told["description"]))
    if group_id := parameters.get("migrate_to_chat_id"):
        return GroupMigrated(said, int(group_id))
    if code in (401, 404):
        return TokenRefused()
    if code in (420, 429):
        return Unavailable("Telegram asks to wait", retry_after=float(parameters.get("retry_after", 5)))
    if code >= 500:
        return _unavailable()
    return ChatGone(said) if code == 403 or _GONE.search(said) else RequestRefused(said)


def _unavailable() -> Unavailable:
    return Unavailable("Telegram does not answer; try again later")


@cache
def _session() -> "Session":
    from requests import Session

    return Session()


def _post(
    _method: str, address: str, *, params: Mapping[str, Any] | None, files: Any = None, **_others: object
) -> "Response":
    """Send one request, its arguments in the body: in the address, where the library has them, they would be in others' logs."""
    from requests import RequestException

    try:
        timeout = (CONNECT_SECONDS, READ_SECONDS)
        answer = _session().post(address, data=params, files=files, timeout=timeout, allow_redirects=False)
    except RequestException:
        pass
    else:
        answer.encoding = "utf-8"  # as JSON is; it would be guessed
        return answer
    raise _unavailable()
