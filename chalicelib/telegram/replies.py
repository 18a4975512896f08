"""What the worker of replies does: begin a conversation, reply in it, and bring the chat up to date with it."""

from chalicelib.clock import Deadline
from chalicelib.model.jobs import ReplyInChat


def reply_in_chat(job: ReplyInChat, deadline: Deadline) -> None:
    """Do what is due of this session in this chat."""
