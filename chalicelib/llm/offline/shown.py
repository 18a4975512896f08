"""What a request shows: its prompts as text, and the data in them."""

from chalicelib.llm import tags
from chalicelib.llm.interface import Request


def system_text(request: Request) -> str:
    """The system prompt."""
    return "\n".join(block.text for block in request.system)


def user_text(request: Request) -> str:
    """Everything on the user's side."""
    return "\n".join(block.text for message in request.messages if message.role == "user" for block in message.blocks)


def first(name: str, prompt: str) -> str:
    """The text of the first piece of data with this name; empty where there is none."""
    return next((piece.text for piece in tags.read(name, prompt)), "")
