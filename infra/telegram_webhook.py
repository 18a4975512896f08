"""`make telegram-webhook`: tells Telegram where the bot's updates go and which commands it has, and prints what Telegram answered.

STAGE=prod is for that stage in the AWS account of the shell, with the token and the secret that its functions read; without it
this is for the running local instance of LOCAL_DIR, with TELEGRAM_BOT_TOKEN and TELEGRAM_WEBHOOK_SECRET. Telegram reaches a local
instance only at an https address that leads there: PUBLIC_URL names it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.services.delivery import telegram_html
from chalicelib.settings import SettingMissing, settings
from chalicelib.telegram.groups import refuse_in_private
from chalicelib.telegram.routes import COMMANDS, GROUP_COMMANDS
from chalicelib.telegram.update import KINDS
from chalicelib.telegram.webhook import PATH
from chalicelib.telegram_api import TELEGRAM, RequestRefused, TelegramApi, TokenRefused
from chalicelib.text.language import OWN
from chalicelib.web.kit.texts import texts_in
from infra.aws import open_session, refusals_in_words, stack_of_stage
from infra.local import instance

_SETTINGS = ("telegram_bot", "telegram_secret_arn", "telegram_api_url", "public_url")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_LOCAL = ("127.0.0.1", "localhost")
# In a group everybody is shown what helps everybody, and administrators what is theirs.
_FOR_ALL = ("request", "help")


class Menu(Struct, frozen=True):
    """The commands that are shown in chats of a scope."""

    scope: str
    commands: tuple[str, ...]


MENUS = (
    Menu("all_private_chats", tuple(name for name, handler in COMMANDS.items() if handler is not refuse_in_private)),
    Menu("all_group_chats", _FOR_ALL),
    Menu("all_chat_administrators", tuple(name for name in GROUP_COMMANDS if name != "start")),
)


def connect(api: TelegramApi, url: str, secret: str) -> None:
    """Have updates sent to this address with this secret, and commands shown. What waits to be sent is kept."""
    api.set_webhook(url, secret, KINDS)
    for menu in MENUS:
        for tag, language in _languages().items():
            texts = texts_in(tag)
            api.set_commands({name: texts(f"bot_command_{name}") for name in menu.commands}, menu.scope, language)


def _languages() -> dict[str, str]:
    """Our languages by what Telegram calls them: by two letters, and English for everybody else. Of Chinese it knows one."""
    named: dict[str, str] = {}
    for tag in OWN:
        language = "" if tag == "en" else tag.partition("-")[0]
        if language not in named.values():
            named[tag] = language
    return named


def report(me: Mapping[str, Any], info: Mapping[str, Any]) -> Iterator[str]:
    """Yields what Telegram says of the bot and of its webhook, a line each."""
    yield f"Bot        @{me.get('username')} ({me.get('first_name')})"
    yield f"Updates    go to {info.get('url')}: {', '.join(info.get('allowed_updates', ()))}"
    yield f"Waiting    {info.get('pending_update_count', 0)}"
    if info.get("last_error_date"):
        at = datetime.fromtimestamp(info["last_error_date"], UTC)
        yield f"Last error {at:%Y-%m-%d %H:%M:%S} UTC: {info.get('last_error_message')}"
    languages = ", ".join(language or "all others" for language in _languages().values())
    yield f"Commands   in private chats, groups and for their administrators, in {languages}"


def warnings(me: Mapping[str, Any], named: str) -> Iterator[str]:
    """Yields what has to be mended before the bot does all that it should; `named` is its name in the settings."""
    name = str(me.get("username", ""))
    if not named:
        yield f"TELEGRAM_BOT is not set, so no page offers the bot: deploy with TELEGRAM_BOT={name}"
    elif named.removeprefix("@").casefold() != name.casefold():
        yield f"TELEGRAM_BOT is {named}, but the token is @{name}'s: links lead to the other bot"
    if not me.get("can_join_groups", True):
        yield "The bot cannot be added to groups: in @BotFather send /setjoingroups and choose Enable"
    if me.get("can_read_all_group_messages"):
        yield (
            "The bot gets all that is written in its groups, and needs commands only: in @BotFather send /setprivacy, choose "
            "Enable, and add it to its groups anew"
        )


def _use_stage(stage: str) -> None:
    """Read the settings of a stage on AWS, as its functions do."""
    stack = stack_of_stage(open_session(os.environ), stage)
    for secret in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"):
        os.environ.pop(secret, None)  # functions on AWS read the secret only
    _use(stack.parameters)
    os.environ["PUBLIC_URL"] = os.environ["PUBLIC_URL"] or stack.outputs["ApiUrl"]


def _use_instance(address: str) -> None:
    """Read the settings of the running local instance."""
    running = instance.activate()
    _use(running.parameters)
    os.environ["PUBLIC_URL"] = address or running.url


def _use(parameters: Mapping[str, str]) -> None:
    for name in _SETTINGS:
        os.environ[name.upper()] = parameters.get("".join(word.title() for word in name.split("_")), "")


def bot() -> TelegramApi:
    """The bot, without the count of its messages: none is sent."""
    return TelegramApi(
        partial(container.telegram_secret, "bot_token"),
        settings().telegram_api_url or TELEGRAM,
        split=telegram_html.split,
        plain_parts=telegram_html.plain_parts,
        await_turn=lambda _: None,
    )


def _secret(where: str) -> str:
    """The webhook's secret; exits where it is none that Telegram takes and nobody guesses."""
    secret = container.telegram_secret("webhook_secret")
    if not _SECRET.fullmatch(secret):
        fault = "is missing" if not secret else "is not of the form that Telegram takes"
        raise SystemExit(f"The webhook's secret {fault}: {where} has to be 16 to 256 of A-Z, a-z, 0-9, _ and -")
    return secret


def _address() -> str:
    """Where updates are to go; exits where Telegram cannot reach that."""
    url = settings().public_url + PATH
    parts, server = urlsplit(url), urlsplit(settings().telegram_api_url).hostname
    if parts.scheme != "https" and server not in _LOCAL:
        raise SystemExit(
            f"Telegram does not reach {url}: it calls https addresses only. Let a tunnel lead there, and say PUBLIC_URL=https://…"
        )
    return url


@refusals_in_words()
def main(environment: Mapping[str, str]) -> None:
    """`make telegram-webhook`."""
    if stage := environment.get("STAGE", ""):
        _use_stage(stage)
        token, secret = (f"{name} in the secret TELEGRAM_SECRET_ARN" for name in ("bot_token", "webhook_secret"))
    else:
        _use_instance(environment.get("PUBLIC_URL", "").rstrip("/"))
        token, secret = "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"
    try:
        api = bot()
        connect(api, _address(), _secret(secret))
        me, info = api.me(), api.webhook_info()
    except TokenRefused:
        raise SystemExit(f"Telegram knows no bot by this token: set {token} to what @BotFather gave you") from None
    except SettingMissing as error:
        raise SystemExit(f"There is no token ({error}): set {token} to what @BotFather gave you") from None
    except RequestRefused as error:
        raise SystemExit(f"Telegram refused: {error.description}") from None
    except Unavailable as error:
        raise SystemExit(f"{error.message}; try again in {error.retry_after:.0f} seconds") from None
    print("\n".join(report(me, info)))
    for warning in warnings(me, settings().telegram_bot):
        print(f"! {warning}")


if __name__ == "__main__":
    main(dict(os.environ))
