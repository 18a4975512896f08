"""What the page of a conversation offers at its end: to have it mailed to oneself."""

from typing import Any

from msgspec import Struct

from chalicelib import container
from chalicelib.model import Session, Thread
from chalicelib.services.conversations.request_context import is_open_to
from chalicelib.services.delivery.transcripts import was_asked_for
from chalicelib.web.participant.chat_request import ChatRequest


class TranscriptForm(Struct, frozen=True):
    """The address to send the conversation to, and why that was not done."""

    address: str = ""
    wrong: str = ""


def sends_transcript(chat: ChatRequest, session: Session, thread: Thread | None) -> bool:
    """Says whether this person may have their conversation mailed: where mails are sent, once it has ended, or the session has."""
    if thread is None or chat.tester or session.is_draft or not container.has_mail():
        return False
    return thread.concluded or not is_open_to(session, container.clock().now(), is_test=False)


def transcript_values(
    chat: ChatRequest, session: Session, thread: Thread | None, entered: TranscriptForm
) -> dict[str, Any]:
    """Returns what the form shows."""
    return {"sends_transcript": sends_transcript(chat, session, thread), "transcript": entered}


def is_on_its_way(thread: Thread) -> bool:
    """Says whether this conversation was asked for by mail."""
    return was_asked_for(thread, deps=container.transcript_deps(), now=container.clock().now())
