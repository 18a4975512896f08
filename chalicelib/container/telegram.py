"""The bot, its chats and groups, and announcements in these."""

import os
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.llm.interface import SCRIPTED
from chalicelib.secret_store import read_secret_field
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.services.delivery.announcements import AnnouncementDeps
    from chalicelib.services.delivery.telegram_groups import GroupDeps
    from chalicelib.store.announcements import Announcements
    from chalicelib.store.telegram import TelegramGroups
    from chalicelib.store.telegram_chats import TelegramChats
    from chalicelib.store.telegram_links import TelegramLinks
    from chalicelib.telegram_api import TelegramApi

SECRET_SECONDS = 300  # that a process keeps a secret which the operator may change


@cache
def telegram_groups() -> "TelegramGroups":
    """The repository of Telegram groups."""
    from chalicelib.store.telegram import TelegramGroups

    return TelegramGroups()


@cache
def telegram_links() -> "TelegramLinks":
    """The repository of codes for /setup."""
    from chalicelib.store.telegram_links import TelegramLinks

    return TelegramLinks()


def group_deps() -> "GroupDeps":
    """The dependencies of linking Telegram groups."""
    from chalicelib.services.delivery.telegram_groups import GroupDeps

    return GroupDeps(
        groups=container.telegram_groups(),
        links=container.telegram_links(),
        cards=container.cards(),
        projects=container.projects(),
        clock=container.clock(),
    )


@cache
def telegram_chats() -> "TelegramChats":
    """The repository of private chats with the bot."""
    from chalicelib.store.telegram_chats import TelegramChats

    return TelegramChats()


@cache
def telegram_api() -> "TelegramApi":
    """The bot. Raises SettingMissing where the operator has named none."""
    from chalicelib.services.delivery import telegram_html
    from chalicelib.services.delivery.telegram_pace import TelegramPace
    from chalicelib.telegram_api import TELEGRAM, TelegramApi

    return TelegramApi(
        partial(container.telegram_secret, "bot_token"),
        settings().telegram_api_url or TELEGRAM,
        split=telegram_html.split,
        plain_parts=telegram_html.plain_parts,
        await_turn=TelegramPace(container.guards(), container.clock(), container.deployment_secret()).await_turn,
    )


def telegram_secret(name: str) -> str:
    """The bot's `bot_token` or `webhook_secret`, as it is now; empty where the operator has given none."""
    arn = settings().telegram_secret_arn
    return os.environ.get(f"TELEGRAM_{name.upper()}") or (read_secret_field(arn, name) if arn else "")


def webhook_secret() -> str:
    """What Telegram proves itself by, as it was within the last minutes; empty where the operator has named nothing."""
    return _webhook_secret(int(container.clock().now().timestamp() // SECRET_SECONDS))


@lru_cache(maxsize=1)
def _webhook_secret(_: int) -> str:
    return container.telegram_secret("webhook_secret")


def announcements() -> "Announcements":
    """The repository of announcements in Telegram groups."""
    from chalicelib.store.announcements import Announcements

    return Announcements()


def announcement_deps() -> "AnnouncementDeps":
    """The dependencies of the job of announcements."""
    from chalicelib.services.delivery.announcement_texts import Addresses
    from chalicelib.services.delivery.announcements import AnnouncementDeps

    found = settings()
    return AnnouncementDeps(
        sessions=container.sessions(),
        announcements=container.announcements(),
        groups=container.group_deps(),
        api=container.telegram_api if found.telegram_bot and container.telegram_secret("bot_token") else None,
        addresses=Addresses(found.telegram_bot, found.public_url),
        with_script=found.llm_provider == SCRIPTED,
        clock=container.clock(),
        new_id=container.new_id,
    )
