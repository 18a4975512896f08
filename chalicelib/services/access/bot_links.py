"""A link that goes on in Telegram with a conversation that was begun on a page.

What Telegram hands on to a bot is at most 64 letters, digits, _ and -, and a button carries 64 bytes: whoever is meant is packed
into 60 characters, with a signature of 96 bits. It holds as long as the private link: until its participant ends them all.
"""

import base64
import re
import uuid

from msgspec import Struct

from chalicelib.services.access.signing import is_same, make_digest

PARTICIPANT = "r_"  # what the bot is started with, before who it is
_PACKED = re.compile(r"[A-Za-z0-9_-]{60}", re.ASCII)
_NAMED, _SIGNATURE = 33, 12  # bytes: session, participant and generation; the first ones of the digest
_MOST_GENERATIONS = 256


class LinkedParticipant(Struct, frozen=True):
    """Whom such a link names: a participant who began in a browser, and how often they had ended all links before."""

    session_id: str
    person: str
    generation: int


def make_participant_link(bot: str, linked: LinkedParticipant, secret: bytes) -> str:
    """Returns the address; empty without a bot, and for somebody who has ended all links more often than it can say."""
    if not bot or linked.generation >= _MOST_GENERATIONS:
        return ""
    named = uuid.UUID(linked.session_id).bytes + uuid.UUID(linked.person).bytes + bytes([linked.generation])
    return f"https://t.me/{bot.removeprefix('@')}?start={PARTICIPANT}{_encode(named, secret)}"


def read_participant(packed: str, secret: bytes) -> LinkedParticipant | None:
    """Returns whom it names, without what stands before it; None for what we did not sign."""
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
