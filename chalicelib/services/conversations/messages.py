"""Entries of a thread: as they come in, as they are stored, and as they go out."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from chalicelib.model import Message, Session, Thread, ThreadView

if TYPE_CHECKING:
    from chalicelib.services.facilitation.facilitator_reply import FacilitatorReply


class NewMessage(Struct, frozen=True):
    """A message as it came in; `message_id` is the channel's own id of it, where it has one.

    `widget_value` is what the participant chose in the widget that was open; with `changes`, in the one that the message with this
    sequence number presents, in place of what they chose there before.
    """

    content: str
    message_id: str | None = None
    widget_value: Any = None
    changes: int | None = None


class Turn(Struct, frozen=True):
    """The facilitator's reply, in this session. `generation` is that of the links to the thread.

    `conversation` is the thread after it, with the messages that were read on the way: the latest ones, oldest first.
    None where nothing but the reply was read.
    """

    session: Session
    thread_id: str
    generation: int
    content: str
    is_final: bool
    sequence: int  # of its message in the thread
    message_id: str
    widget_spec: dict[str, Any] | None = None
    conversation: ThreadView | None = None


def make_message(thread: Thread, what: NewMessage, *, new_id: str, now: datetime) -> Message:
    """The participant's next message."""
    return Message(
        id=new_id,
        sequence=thread.last_sequence + 1,
        role="user",
        content=what.content,
        created_at=now,
        message_id=what.message_id,
        widget_value=what.widget_value,
    )


def make_reply(
    thread: Thread, reply: "FacilitatorReply", request_id: str | None, *, new_id: str, now: datetime
) -> Message:
    """The facilitator's next message; an opening carries the id of the request that asked for it."""
    return Message(
        id=new_id,
        sequence=thread.last_sequence + 1,
        role="assistant",
        content=reply.content,
        created_at=now,
        message_id=request_id,
        is_final=reply.is_final,
        model=reply.model or None,
        usage={name: count for name, count in asdict(reply.usage).items() if name != "cost"},
        widget_spec=reply.widget_spec,
        themes=reply.themes,
        is_declined=reply.is_declined,
    )


def make_turn(session: Session, thread: Thread, reply: Message, conversation: ThreadView | None = None) -> Turn:
    """The turn that ended with this reply."""
    return Turn(
        session,
        thread.id,
        thread.generation,
        reply.content,
        reply.is_final,
        reply.sequence,
        reply.id,
        reply.widget_spec,
        conversation,
    )
