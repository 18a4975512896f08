"""What stands for chats and people of Telegram, and the ids that buttons and links carry: a button takes 64 bytes."""

import base64
import binascii
import uuid

from chalicelib.services.access.signing import make_token
from chalicelib.services.delivery.telegram_links import SESSION


def chat_token(chat_id: int, secret: bytes) -> str:
    """Returns what stands for a chat wherever it is stored."""
    return make_token(secret, "telegram_chat", str(chat_id).encode(), size=18)


def person_id(user_id: int, secret: bytes) -> str:
    """Returns the id of a person in the scope of Telegram: the same in every session, and not Telegram's."""
    return make_token(secret, "telegram_person", str(user_id).encode(), size=18)


def next_person_id(before: str, secret: bytes) -> str:
    """Returns the id that a person has in a session once the one before leads to nothing any more, as they wanted."""
    return make_token(secret, "telegram_person", f"after {before}".encode(), size=18)


def session_in_link(payload: str) -> str | None:
    """Returns the session that such an address names; None where it names none."""
    if not payload.startswith(SESSION):
        return None
    try:
        return str(uuid.UUID(payload.removeprefix(SESSION)))
    except ValueError:
        return None


def shorten(session_id: str) -> str:
    """Returns the id of a session in 22 characters, for buttons."""
    return base64.urlsafe_b64encode(uuid.UUID(session_id).bytes).decode().rstrip("=")


def lengthen(short: str) -> str | None:
    """Returns the id that was shortened; None for what is none."""
    try:
        return str(uuid.UUID(bytes=base64.urlsafe_b64decode(short + "==")))
    except (ValueError, binascii.Error):
        return None
