"""Entries of a thread, as they come about."""

from dataclasses import asdict, replace
from datetime import datetime

from chalicelib.services.facilitation.turn import FacilitatorReply
from chalicelib.store.records import Message, Thread


def said(thread: Thread, content: str, message_id: str | None, *, new_id: str, now: datetime) -> Message:
    """The participant's next message; `message_id` is the channel's own id of it."""
    return Message(new_id, thread.last_sequence + 1, "user", content, now, message_id)


def replied(thread: Thread, reply: FacilitatorReply, request_id: str | None, *, new_id: str, now: datetime) -> Message:
    """The facilitator's next message; an opening carries the id of the request that asked for it."""
    return Message(
        id=new_id,
        sequence=thread.last_sequence + 1,
        role="assistant",
        content=reply.content,
        created_at=now,
        message_id=request_id,
        is_final=reply.is_final,
        model=reply.model,
        usage=asdict(reply.usage),
    )


def begun_with(thread: Thread, message: Message) -> Thread:
    """The head of a thread that begins with this message."""
    return replace(
        thread,
        last_sequence=message.sequence,
        last_said=message.sequence,
        message_count=1,
        first_message_at=message.created_at,
        last_message_at=message.created_at,
    )
