"""A model that says what a test put into its mouth, and remembers what it was asked."""

from collections.abc import Mapping
from typing import Any

from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelUnavailable, Reply, Request, ToolCall, Usage

USAGE = Usage(input_tokens=10, cached_tokens=5, output_tokens=3)


class QueuedModel:
    """Gives its replies one after the other; an exception among them is raised. `requests` holds every request."""

    name = "test-model"
    understands = True

    def __init__(self, *replies: Reply | Exception | str) -> None:
        self._replies = list(replies)
        self.requests: list[Request] = []
        self.deadlines: list[Deadline] = []

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """The next reply."""
        self.requests.append(request)
        self.deadlines.append(deadline)
        if not self._replies:
            raise AssertionError(f"nothing scripted for call {len(self.requests)} ({request.task})")
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return says(reply) if isinstance(reply, str) else reply

    @property
    def prompt(self) -> str:
        """All text of the last request, in its order."""
        return prompt_of(self.requests[-1])


def says(text: str) -> Reply:
    """A reply in words."""
    return Reply(text, "test-model", usage=USAGE)


def calls(tool: str, given: Mapping[str, Any], text: str = "") -> Reply:
    """A reply that calls a tool."""
    return Reply(text, "test-model", (ToolCall(tool, given),), USAGE)


def prompt_of(request: Request) -> str:
    """All text of a request, in its order."""
    messages = [block.text for message in request.messages for block in message.blocks]
    return "\n".join([*(block.text for block in request.system), *messages])


def steering_of(request: Request) -> list[str]:
    """What steers the reply to the latest words, block by block."""
    (told,) = [message for message in request.messages if message.role == "system"]
    return [block.text for block in told.blocks]


def unavailable() -> ModelUnavailable:
    """What a model that is down raises."""
    return ModelUnavailable("The facilitator is unavailable; send the same message again")
