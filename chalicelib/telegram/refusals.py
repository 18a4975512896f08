"""Why words of a conversation were not stored, and what is asked for where they were."""

from chalicelib.errors import HarmonicaError, Invalid
from chalicelib.model.telegram import AskReply, Attendance
from chalicelib.services.conversations.turn import ConversationFull
from chalicelib.settings import settings
from chalicelib.telegram.incoming import Incoming
from chalicelib.web.kit.texts import Texts


def explain_refusal(error: HarmonicaError, texts: Texts) -> str:
    """Returns why words were not stored: the conversation is full, over, or not there any more."""
    if isinstance(error, ConversationFull):
        why = texts("bot_full", messages=texts("messages", count=error.limit))
    else:
        why = texts("closed_mine" if isinstance(error, Invalid) else "bot_gone")
    return f"{why} {texts('bot_not_stored')}"


def ask_reply(incoming: Incoming, attended: Attendance, sequence: int) -> AskReply:
    """Returns what has these words answered, once their author has been silent for a moment."""
    return AskReply(incoming.chat_id, attended.session_id, sequence, settings().reply_delay)
