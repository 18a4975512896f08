"""The adapter: one function a task."""

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.clock import Deadline
from chalicelib.llm.interface import SCRIPTED, ModelUnavailable, Reply, Request, Task
from chalicelib.llm.scripted.digest import write_digest
from chalicelib.llm.scripted.interview import prepare_opening, take_turn
from chalicelib.llm.scripted.plan import write_prompt

_TASKS: Final[Mapping[Task, Callable[[Request], Reply]]] = {
    "turn": take_turn,
    "prompt": write_prompt,
    "digest": write_digest,
}


class ScriptedModel:
    """A Model that needs nothing but the request. It writes no summaries: code lists the answers in their place."""

    name = SCRIPTED
    understands = False

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer at once, within any deadline that is not over."""
        if not deadline.remaining():
            raise ModelUnavailable("There was no time left to answer")
        return _TASKS[request.task](request)


class PreparedOpening:
    """A Model for the first message of a conversation that a language model goes on with."""

    understands = False

    def complete(self, request: Request, _: Deadline) -> Reply:
        """Greet, say that this was prepared, and put the first question."""
        return prepare_opening(request)
