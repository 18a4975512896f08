"""What the bot can ask of Telegram about itself: where its updates go, its commands, how it is described."""

import re
from typing import Any

from infra.local.telegram.errors import BadRequest
from infra.local.telegram.methods import Method
from infra.local.telegram.parameters import Json, json_of, number_of, text_of
from infra.local.telegram.state import Telegram, Webhook

SCOPES = [
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
]
LONGEST_DESCRIPTION = {"setmydescription": 512, "setmyshortdescription": 120, "setmyname": 64}


class Described(Exception):
    """An answer that goes well, with words beside it."""


def set_webhook(telegram: Telegram, params: Json) -> bool:
    """Have updates sent to an address, or, with an empty one, kept."""
    url, secret = text_of(params, "url"), text_of(params, "secret_token")
    if not url:
        return delete_webhook(telegram, params)
    if not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", url):
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise BadRequest("secret token contains unallowed characters")
    most = number_of(params, "max_connections") or 40
    if not 1 <= most <= 100:
        raise BadRequest("max_connections must be from 1 to 100")
    kinds = json_of(params, "allowed_updates")
    before = telegram.state.webhook
    allowed = before.allowed_updates if kinds is None else [str(kind) for kind in kinds]
    _drop(telegram, params)
    new = Webhook(url, secret, allowed, most)
    telegram.state.webhook = new
    telegram.note_change()
    same = (before.url, before.secret_token, before.max_connections) == (url, secret, most)
    raise Described("Webhook is already set" if same else "Webhook was set")


def delete_webhook(telegram: Telegram, params: Json) -> bool:
    """Have updates kept until somebody wants them."""
    _drop(telegram, params)
    was_set, telegram.state.webhook = telegram.state.webhook.url, Webhook()
    telegram.note_change()
    raise Described("Webhook was deleted" if was_set else "Webhook is already deleted")


def _drop(telegram: Telegram, params: Json) -> None:
    if text_of(params, "drop_pending_updates").lower() == "true":
        telegram.state.updates.clear()


def get_webhook_info(telegram: Telegram, _: Json) -> Json:
    """Where updates go, and how that goes."""
    webhook = telegram.state.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.state.updates),
    }
    if webhook.url:
        info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook.allowed_updates:
        info["allowed_updates"] = webhook.allowed_updates
    if webhook.last_error_date:
        info |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error_message}
    return info


def set_my_commands(telegram: Telegram, params: Json) -> bool:
    """The commands that people are shown, in some chats and in one language, or in all."""
    commands = json_of(params, "commands")
    if not isinstance(commands, list):
        raise BadRequest("can't parse commands JSON object")
    if len(commands) > 100:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise BadRequest("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "").strip()) <= 256:
            raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    telegram.state.commands[_where(params)] = commands
    telegram.note_change()
    return True


def get_my_commands(telegram: Telegram, params: Json) -> list[Json]:
    """The commands of such chats in this language."""
    return telegram.state.commands.get(_where(params), [])


def delete_my_commands(telegram: Telegram, params: Json) -> bool:
    """Show none there any more."""
    telegram.state.commands.pop(_where(params), None)
    return True


def _where(params: Json) -> str:
    scope, language = json_of(params, "scope") or {"type": "default"}, text_of(params, "language_code")
    if scope.get("type") not in SCOPES:
        raise BadRequest("unsupported scope type")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise BadRequest("invalid language code specified")
    chat = f" {scope['chat_id']}" if "chat_id" in scope else ""
    return f"{scope['type']}{chat} {language}".strip()


def _describe(name: str, parameter: str) -> Method:
    def describe(telegram: Telegram, params: Json) -> Any:
        text, language = text_of(params, parameter), text_of(params, "language_code")
        if len(text) > LONGEST_DESCRIPTION[name]:
            raise BadRequest("DESCRIPTION_TOO_LONG")
        telegram.state.descriptions[f"{parameter} {language}".strip()] = text
        return True

    return describe


ABOUT_ITSELF: dict[str, Method] = {
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setmydescription": _describe("setmydescription", "description"),
    "setmyshortdescription": _describe("setmyshortdescription", "short_description"),
    "setmyname": _describe("setmyname", "name"),
}
