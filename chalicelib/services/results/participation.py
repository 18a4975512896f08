"""How far the people of a session are, told from the heads of their threads."""

from datetime import datetime, timedelta
from typing import Literal, get_args

from chalicelib.model import Status, Thread

EventKind = Literal["joined", "message", "completed", "rated"]
Progress = Literal["joined", "talking", "quiet", "completed", "left"]
PROGRESS: tuple[Progress, ...] = get_args(Progress)
QUIET_AFTER = timedelta(hours=24)
_DIGITS = 6  # of the id of a thread, which is random


def progress_of(thread: Thread, status: Status, now: datetime) -> Progress:
    """Returns how far somebody is, in a session of this status.

    `joined` has said nothing yet, `left` ended the conversation without a word. `quiet` has said nothing for 24 hours, or did not come
    to the end of the conversation before the session ended.
    """
    if thread.concluded:
        return "completed" if thread.is_completed else "left"
    if thread.last_message_at is None:
        return "joined"
    is_over = status == "completed" or now - thread.last_message_at > QUIET_AFTER
    return "quiet" if is_over else "talking"


def number_of(thread_id: str) -> str:
    """Returns what somebody without a name is called by, and what tells one conversation from others of the same name."""
    return thread_id[:_DIGITS].upper()
