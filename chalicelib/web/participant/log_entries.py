"""The log of a conversation: its messages as the page shows them."""

from msgspec import Struct

from chalicelib.model import Message, Session, ThreadView
from chalicelib.services.facilitation.widgets import text_beside
from chalicelib.web.kit.texts import Texts, format_time_with_zone
from chalicelib.web.participant.widgets import Control


class ChatEntry(Struct, frozen=True):
    """A message in the log, and when it was said, as the clock of the session's zone has it."""

    message: Message
    text: str
    is_recap: bool
    time: str


def make_entries(session: Session, thread: ThreadView | None, control: Control | None, texts: Texts) -> list[ChatEntry]:
    """Returns the messages of a conversation as its log shows them, the widget that is open aside."""
    messages = thread.messages if thread else ()
    closing = next((m.sequence for m in messages if m.role == "assistant" and m.is_final), None)
    if any(m.sequence == closing and m.is_declined for m in messages):
        closing = None  # it says goodbye, and not what was heard
    return [
        ChatEntry(
            message,
            _text_shown(message, control),
            message.sequence == closing,
            format_time_with_zone(message.created_at, session.time_zone, texts),
        )
        for message in messages
    ]


def is_news(entry: ChatEntry, control: Control | None, after: int) -> bool:
    """Says whether a page that shows the conversation up to `after` lacks an entry: also the choices of a widget that it shows
    as controls, and that has been answered by now."""
    message = entry.message
    if message.sequence != after or message.widget_spec is None:
        return message.sequence > after
    return control is None or control.sequence != after


def _text_shown(message: Message, control: Control | None) -> str:
    """Returns a message's words, without the choices that the control below it shows."""
    if control is None or message.sequence != control.sequence or message.widget_spec is None:
        return message.content
    return text_beside(message.content, message.widget_spec)
