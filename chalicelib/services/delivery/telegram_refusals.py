"""Why Telegram will not have an announcement, told from what it says: it has no codes for that.

https://core.telegram.org/bots/api#making-requests: descriptions may change; what is not known counts as refused.
"""

from chalicelib.services.delivery.announcement_texts import Reason
from chalicelib.telegram_api import RequestRefused

_SAID: tuple[tuple[str, Reason], ...] = (
    ("topic_closed", "topic_closed"),
    ("thread not found", "topic_gone"),
    ("topic_deleted", "topic_gone"),
    ("kicked", "bot_removed"),
    ("not a member", "bot_removed"),
    ("chat not found", "group_gone"),
    ("deactivated", "group_gone"),
    ("deleted", "group_gone"),
    ("peer_id_invalid", "group_gone"),
    ("rights", "no_permission"),
    ("forbidden", "no_permission"),
    ("chat_restricted", "no_permission"),
    ("admin_required", "no_permission"),
)
_MESSAGE_GONE = ("message to edit not found", "message_id_invalid", "message can't be edited")


def reason_of(refused: RequestRefused) -> Reason:
    """Returns the reason that a refusal stands for."""
    said = refused.description.casefold()
    return next((reason for part, reason in _SAID if part in said), "refused")


def is_message_gone(refused: RequestRefused) -> bool:
    """Whether the message that was to be edited is not there any more."""
    said = refused.description.casefold()
    return any(part in said for part in _MESSAGE_GONE)
