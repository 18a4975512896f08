"""Faults under the repositories and in the model: what AWS and a model do on a bad day, at a call that the test chooses.

A fault happens before the call (nothing was done) or after it (it was done, and nobody heard).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import HarmonicaError
from chalicelib.llm.interface import ModelDeclined, ModelUnavailable, Reply, Request, ToolCall, Usage
from chalicelib.store import database
from tests import permissions
from tests.llm.queued import prompt_of
from tests.rule_based_model import RuleBasedModel
from tests.snapshots import restore_snapshot, take_snapshot

LEAST_CALLS, MOST_CALLS = 2, 80  # of anything whose every call is broken


class Died(BaseException):
    """The process is gone: nothing catches this, nothing runs after it."""


def conflict(operation: str, arguments: dict[str, Any]) -> ClientError:
    """Another transaction is changing one of the items."""
    if operation != "TransactWriteItems":
        return _refusal("TransactionConflictException", operation)
    writes = len(arguments["TransactItems"])
    reasons = [{"Code": "None"}] * (writes - 1) + [{"Code": "TransactionConflict", "Message": "Transaction is ongoing"}]
    return _refusal("TransactionCanceledException", operation, CancellationReasons=reasons)


def throttle(operation: str, arguments: dict[str, Any]) -> ClientError:
    """Too many requests for the table."""
    return _refusal("ThrottlingException", operation)


def unreachable(operation: str, arguments: dict[str, Any]) -> EndpointConnectionError:
    """No connection."""
    return EndpointConnectionError(endpoint_url="https://dynamodb")


def unanswered(operation: str, arguments: dict[str, Any]) -> ReadTimeoutError:
    """A connection, and no answer in time."""
    return ReadTimeoutError(endpoint_url="https://dynamodb")


def death(operation: str, arguments: dict[str, Any]) -> Died:
    """The process dies."""
    return Died(operation)


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and when; `times` calls in a row, from the chosen one on."""

    name: str
    error: Callable[[str, dict[str, Any]], BaseException]
    after: bool = False
    times: int = 1


FAULTS = (
    Fault("conflict", conflict),
    Fault("throttle", throttle),
    Fault("conflict without end", conflict, times=50),
    Fault("unreachable", unreachable),
    Fault("done but unanswered", unanswered, after=True),
    Fault("dies before", death),
    Fault("dies after", death, after=True),
)


@dataclass
class Wire:
    """Every call to DynamoDB and SQS on its way: counted, and broken where a fault was planned."""

    calls: list[str] = field(default_factory=list)
    fired: bool = False
    _fault: Fault | None = None
    _at: int = 0
    _between: tuple[int, Callable[[], object]] | None = None

    @contextmanager
    def meanwhile(self, at: int, action: Callable[[], object]) -> Iterator[None]:
        """Let something else happen, unbroken, just before the `at`-th call (from 1) that is made in this block."""
        self.calls.clear()
        self._between = at, action
        try:
            yield
        finally:
            self._between = None

    @contextmanager
    def broken(self, fault: Fault, at: int) -> Iterator[None]:
        """Break the `at`-th call (from 1) that is made in this block; afterwards `fired` says whether there was one."""
        self.calls.clear()
        self._fault, self._at, self.fired = fault, at, False
        try:
            yield
        finally:
            self._fault = None

    def wrap(self, call: Callable[[str, dict[str, Any]], Any]) -> Callable[[str, dict[str, Any]], Any]:
        """The client's call, with this wire in between."""

        def through(operation: str, arguments: dict[str, Any]) -> Any:
            if self._between and self._between[0] == len(self.calls) + 1:
                self._let_happen(self._between[1])
            self.calls.append(operation)
            fault = self._fault
            hit = fault is not None and self._at <= len(self.calls) < self._at + fault.times
            self.fired = self.fired or hit
            if fault is None or not hit:
                return call(operation, arguments)
            if fault.after:
                call(operation, arguments)
            raise fault.error(operation, arguments)

        return through

    def _let_happen(self, action: Callable[[], object]) -> None:
        calls, fault = list(self.calls), self._fault
        self._between = self._fault = None
        try:
            with permissions.by_others():
                action()
        finally:
            self.calls[:], self._fault = calls, fault


def tap(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Put a wire under the one DynamoDB client and the queues' client."""
    wire = Wire()
    clients: list[Any] = [database.connection().client, vars(container.jobs())["_client"]]
    for client in clients:
        monkeypatch.setattr(client, "_make_api_call", wire.wrap(client._make_api_call))
    return wire


def break_each_call(wire: Wire, fault: Fault, act: Callable[[], object]) -> Iterator[int]:
    """Act with the fault at the first call, at the second, … until there is none to break, each time from what is stored now.

    Gives each one's number, for the test to repair what it can and to look.
    """
    state = take_snapshot()
    return at_each_call(wire, partial(wire.broken, fault), act, lambda: restore_snapshot(state))


def at_each_call(
    wire: Wire,
    around: Callable[[int], AbstractContextManager[object]],
    act: Callable[[], object],
    begin: Callable[[], object],
) -> Iterator[int]:
    """Begin and act with something around the first call, the second, … until there are no more; gives each one's number."""
    for number in range(1, MOST_CALLS):
        begin()
        with suppress(Died, HarmonicaError), around(number):
            act()
        if len(wire.calls) < number:
            assert number > LEAST_CALLS
            return
        yield number
    raise AssertionError("more calls than anything may make")


def lag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every index answer from now on as it did when it was first asked: it lags behind its table."""
    client: Any = database.connection().client
    call, answers = client._make_api_call, dict[str, Any]()

    def lagging(operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "Query" or "IndexName" not in arguments:
            return call(operation, arguments)
        asked = f"{arguments['TableName']} {arguments['IndexName']} {arguments['ExpressionAttributeValues'][':kind']}"
        if asked not in answers:
            answers[asked] = call(operation, arguments)
        return answers[asked]

    monkeypatch.setattr(client, "_make_api_call", lagging)


class Interviewer:
    """A model that numbers its replies in conversations and leaves the rest to the stand-in; it fails when told to."""

    understands = True

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.failing: set[str] = set()  # tasks that get no answer
        self.wasted = Usage()  # what a call costs that gets none
        self.concludes = False
        self.declines = ""  # the words for which it declines a whole request, wherever they stand in it
        self.before: Callable[[Request], object] = lambda _: None
        self._writer = RuleBasedModel()

    def count(self, task: str) -> int:
        """How often it was asked for this."""
        return sum(request.task == task for request in self.requests)

    def most_of(self, request: Request) -> int:
        """What a request may cost, in millionths of a dollar."""
        return request.max_tokens

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer, or fail."""
        self.requests.append(request)
        self.before(request)
        if request.task in self.failing:
            error = ModelUnavailable("The model is down", 7)
            error.usage = self.wasted
            raise error
        if self.declines and self.declines in prompt_of(request):
            raise ModelDeclined("The language model declined to answer", "general_harms")
        if request.task == "prompt" and not request.must_call:
            return Reply("The short version.", "test-model", usage=Usage(output_tokens=3))
        if request.task == "prompt":
            return Reply("", "test-model", (ToolCall("write_prompt", prompt_parts(f"Prompt {self.count('prompt')}")),))
        if request.task != "turn":
            return self._writer.complete(request, deadline)
        usage = Usage(input_tokens=10, cached_tokens=20, output_tokens=3)
        words = f"Reply {self.count('turn')}"
        return closing(words, usage) if self.concludes else Reply(words, "test-model", usage=usage)


def prompt_parts(words: str, questions: int = 4) -> dict[str, Any]:
    """What a model hands in for a facilitation prompt of so many questions; every part begins with these words."""
    return {
        "opening": f"{words}: welcome the person.",
        "learn": "",
        "questions": [
            {"question": f"{words}, question {n}?", "probe": f"{words}, probe {n}."} for n in range(1, questions + 1)
        ],
        "leave": "",
        "closing": f"{words}: thank the person.",
        "summary": f"{words} in one sentence.",
    }


def closing(words: str, usage: Usage) -> Reply:
    """A reply that ends the conversation."""
    return Reply("", "test-model", (ToolCall("conclude", {"recap": words}),), usage)


def own_model(monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """Give the whole application this model."""
    model = Interviewer()
    monkeypatch.setattr(container, "model", cache(lambda: model))
    return model


def _refusal(code: str, operation: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": "refused"}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    return ClientError(response, operation)
