"""Codes for /setup: by one of them the bot knows which host wants to announce sessions in a group.

A code is typed by hand, so it is short, and of characters that nobody takes for others: no I, no O, no 0, no 1, and whether they
are capitals does not matter. Twelve of them are 60 bits, which nobody guesses in the quarter of an hour that a code lasts.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.errors import Unprocessable
from chalicelib.services.access.signing import make_digest
from chalicelib.services.delivery.telegram_links import group_link, private_link
from chalicelib.store.telegram_links import TelegramLinks

LINK_LIFE = timedelta(minutes=15)
# Who has opened the bot with a code in time may take that long to add it to a group; until then the bot knows what it was.
OPENED_LIFE = timedelta(hours=3)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH, _BITS = 12, 5


class LinkCode(Struct, frozen=True):
    """A single-use code for /setup, and the addresses that hand it to the bot: in a group that it is added to, and in private.

    `command` is what an administrator sends in the group. It names the bot: a command that names none reaches only the bot that wrote
    there last. https://core.telegram.org/bots/features#privacy-mode
    """

    code: str
    url: str
    start_url: str
    command: str
    expires_at: datetime


def new_link(link_id: str, user_id: str, *, bot: str, links: TelegramLinks, secret: bytes, now: datetime) -> LinkCode:
    """Makes a code by which the bot knows this user. Raises Unprocessable on a server without a bot."""
    link = link_of(link_id, now.replace(microsecond=0) + LINK_LIFE, bot=bot, secret=secret)
    links.add(link.code, user_id, link.expires_at, link.expires_at + OPENED_LIFE)
    return link


def link_of(link_id: str, expires_at: datetime, *, bot: str, secret: bytes) -> LinkCode:
    """Returns the link of this id: the code follows from it, so that it need not be stored. Raises Unprocessable without a bot."""
    if not bot:
        raise Unprocessable("Telegram is not set up on this server")
    bits = int.from_bytes(make_digest(secret, "telegram_link", link_id.encode()), "big")
    code = "".join(_ALPHABET[bits >> _BITS * place & 2**_BITS - 1] for place in range(_LENGTH))
    command = f"/setup@{bot.removeprefix('@')} {code}"
    return LinkCode(code, group_link(bot, code), private_link(bot, code), command, expires_at)


def read_code(typed: str) -> str:
    """Returns the code that somebody typed, however they wrote it; what cannot be one of today's, as it is."""
    code = "".join(typed.split()).replace("-", "").upper()
    return code if is_code(code) else typed


def is_code(text: str) -> bool:
    """Whether a text can be a code of today's, as links carry it."""
    return len(text) == _LENGTH and set(text) <= set(_ALPHABET)
