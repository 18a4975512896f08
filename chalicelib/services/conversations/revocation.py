"""Revocation of the links and cookies that lead to a conversation: its participant may end all that there are."""

from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.request_context import AccessEnded, ConversationDeps
from chalicelib.services.participants.identity import Participant


def end_access(session_id: str, who: Participant, *, deps: ConversationDeps) -> None:
    """End every link and cookie that names this participant, that of the results included. What was said stays.

    Nobody can speak in the conversation afterwards. Done already, it is done; without a conversation there is nothing to end.
    """
    try:
        context = request_context.find(session_id, who, deps)
    except AccessEnded:
        return
    if context.thread:
        deps.conversations.end_access(context.thread)
