"""A host's Telegram groups: registering them, announcing sessions in them, and the code that brings the bot there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.errors import Invalid, Unprocessable
from chalicelib.model import Distribution, TelegramGroup
from chalicelib.services.access.signing import make_token
from chalicelib.store.guards import Guards
from chalicelib.store.telegram import TelegramGroups

LINK_LIFE = timedelta(minutes=15)
_CODE_BYTES = 24


class LinkCode(Struct, frozen=True):
    """A single-use code for /setup, and the address that hands it to the bot."""

    code: str
    url: str
    expires_at: datetime


def new_link(link_id: str, user_id: str, *, bot: str, guards: Guards, secret: bytes, now: datetime) -> LinkCode:
    """Make a code by which the bot knows this user. Raises Unprocessable on a server without a bot."""
    link = link_of(link_id, now.replace(microsecond=0) + LINK_LIFE, bot=bot, secret=secret)
    guards.add_link(link.code, user_id, link.expires_at)
    return link


def link_of(link_id: str, expires_at: datetime, *, bot: str, secret: bytes) -> LinkCode:
    """The link of this id: the code follows from it, so that it need not be stored. Raises Unprocessable without a bot."""
    if not bot:
        raise Unprocessable("Telegram is not set up on this server")
    code = make_token(secret, "link", link_id.encode(), size=_CODE_BYTES)
    return LinkCode(code, f"https://t.me/{bot.removeprefix('@')}?startgroup={code}", expires_at)


def check_distribution(
    asked: Sequence[Distribution], user_id: str, *, groups: TelegramGroups, kept: Sequence[Distribution] = ()
) -> tuple[Distribution, ...]:
    """Where a session is to be announced, as it can be stored.

    Every group has to be one that this user registered, or one that the session has already: that keeps its status.
    Raises Invalid naming the place of one that is not, or is there twice.
    """
    stored = {(entry.channel, entry.group_id): entry for entry in kept}
    for position, entry in enumerate(asked):
        if entry.group_id in [before.group_id for before in asked[:position]]:
            raise Invalid(f"distribution[{position}].group_id {entry.group_id!r} is there twice")
    new = [entry.group_id for entry in asked if (entry.channel, entry.group_id) not in stored]
    known = groups.some(user_id, new) if new else {}
    return tuple(
        stored.get((entry.channel, entry.group_id)) or _announced(entry, position, known.get(entry.group_id))
        for position, entry in enumerate(asked)
    )


def _announced(entry: Distribution, position: int, group: TelegramGroup | None) -> Distribution:
    if group is None or group.status == "removed":
        raise Invalid(f"distribution[{position}].group_id {entry.group_id!r} is not a group of yours")
    return Distribution(entry.channel, entry.group_id, "pending" if group.status == "confirmed" else "unconfirmed")
