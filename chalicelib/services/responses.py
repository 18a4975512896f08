"""What participants said, for those who may read it."""

from chalicelib.store.conversations import Conversations
from chalicelib.store.records import ThreadView


def list_responses(session_id: str, *, conversations: Conversations) -> list[ThreadView]:
    """The included threads, by first message, oldest first; people who joined and said nothing yet come last."""
    threads = [view for view in conversations.threads(session_id) if view.thread.included]
    return sorted(threads, key=_by_first_message)


def _by_first_message(view: ThreadView) -> tuple[bool, float, str]:
    thread = view.thread
    first = thread.first_message_at or thread.created_at
    return thread.first_message_at is None, first.timestamp(), thread.id
