"""The adapter: one function a task."""

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelUnavailable, Reply, Request, Task
from chalicelib.llm.offline.digest import digest
from chalicelib.llm.offline.interview import turn
from chalicelib.llm.offline.plan import plan
from chalicelib.llm.offline.synthesis import summarise

NAME: Final = "offline"

_TASKS: Mapping[Task, Callable[[Request], Reply]] = {
    "turn": turn,
    "prompt": plan,
    "digest": digest,
    "summary": summarise,
}


class OfflineModel:
    """A Model that needs nothing but the request."""

    name = NAME

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer at once, within any deadline that is not over."""
        if not deadline.remaining():
            raise ModelUnavailable("There was no time left to answer")
        return _TASKS[request.task](request)
