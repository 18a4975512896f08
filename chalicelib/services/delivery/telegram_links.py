"""Links into Telegram, which open the bot: with a session, with a code for a group, or with a conversation begun on a page.

What Telegram hands on to a bot is at most 64 letters, digits, _ and -, and a button carries 64 bytes. So the participant of a
conversation is packed into 60 characters, with a signature of 96 bits, which holds as long as the private link: until they end all.
"""

import base64
import re
import uuid

from msgspec import Struct

from chalicelib.services.access.signing import is_same, make_digest

SESSION, PARTICIPANT = "s_", "r_"  # what stands before a session's id in such a link, and before a participant
_PACKED = re.compile(r"[A-Za-z0-9_-]{60}", re.ASCII)
_NAMED, _SIGNATURE = 33, 12  # bytes: session, participant and generation; the first ones of the digest
_MOST_GENERATIONS = 256


class LinkedParticipant(Struct, frozen=True):
    """Whom a link names: a participant who began in a browser, and how often they had ended all links before."""

    session_id: str
    person: str
    generation: int


def private_link(bot: str, start: str) -> str:
    """Returns the address that opens the bot in a private chat, and starts it with this."""
    return f"{_address(bot)}?start={start}"


def group_link(bot: str, start: str) -> str:
    """Returns the address that adds the bot to a group, and starts it there with this."""
    return f"{_address(bot)}?startgroup={start}"


def session_link(bot: str, session_id: str) -> str:
    """Returns the address that opens the bot with a session."""
    return private_link(bot, SESSION + session_id.replace("-", ""))


def participant_link(bot: str, linked: LinkedParticipant, secret: bytes) -> str:
    """Returns the address that opens the bot with a conversation; empty without a bot, and for somebody who has ended all links
    more often than it can say."""
    if not bot or linked.generation >= _MOST_GENERATIONS:
        return ""
    named = uuid.UUID(linked.session_id).bytes + uuid.UUID(linked.person).bytes + bytes([linked.generation])
    return private_link(bot, PARTICIPANT + _encode(named, secret))


def read_participant(packed: str, secret: bytes) -> LinkedParticipant | None:
    """Returns whom a link names by this, without what stands before it; None for what we did not sign."""
    if not _PACKED.fullmatch(packed):
        return None
    named = base64.urlsafe_b64decode(packed)[:_NAMED]
    if not is_same(packed, _encode(named, secret)):
        return None
    session_id, person = uuid.UUID(bytes=named[:16]), uuid.UUID(bytes=named[16:32])
    return LinkedParticipant(str(session_id), str(person), named[32])


def _encode(named: bytes, secret: bytes) -> str:
    signature = make_digest(secret, "telegram_participant", named)[:_SIGNATURE]
    return base64.urlsafe_b64encode(named + signature).decode()


def _address(bot: str) -> str:
    return f"https://t.me/{bot.removeprefix('@')}"
