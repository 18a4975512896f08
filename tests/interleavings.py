"""Two operations at once, in every order in which their calls to AWS can come.

Each runs in a thread of its own that waits before every call until it is let go on. Orders that differ only in calls beside each other
of which neither writes what the other touches are one, since nobody can tell them apart: of those one is walked (sleep sets, as in
partial-order reduction).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from threading import Semaphore, Thread, get_ident
from typing import Any

import pytest

from chalicelib import container
from chalicelib.store import database, keys
from tests.faults import Died
from tests.snapshots import restore_snapshot, take_snapshot

_PARTITIONS = (keys.PROJECT_ID, keys.SESSION_ID, keys.PK, keys.GUARD_ID)
_SORTS = (keys.PART, keys.SK)
_MOST_ORDERS, _MOST_CALLS = 300, 200  # of anything that is walked
Action = Callable[[], object]
Key = tuple[str, str, str]  # table, partition, and the rest; an empty one stands for all


@dataclass(frozen=True)
class Call:
    """A call that is about to be made: what it reads, and what it writes."""

    reads: frozenset[Key]
    writes: frozenset[Key]

    def is_independent(self, other: "Call") -> bool:
        """Whether it makes no difference which of the two comes first."""
        return not (
            _meet(self.writes, other.writes) or _meet(self.writes, other.reads) or _meet(self.reads, other.writes)
        )


def _meet(some: frozenset[Key], others: frozenset[Key]) -> bool:
    return any(all(a == b or not a or not b for a, b in zip(*both, strict=True)) for both in product(some, others))


def _call(operation: str, given: dict[str, Any]) -> Call:
    """What a call touches; of one to anything but DynamoDB what its arguments name, whole."""
    if operation == "TransactWriteItems":
        named = [
            (kind, it["TableName"], it.get("Key") or it["Item"])
            for each in given["TransactItems"]
            for kind, it in each.items()
        ]
        checked = frozenset(_key(table, it) for kind, table, it in named if kind == "ConditionCheck")
        return Call(checked, frozenset(_key(table, it) for kind, table, it in named if kind != "ConditionCheck"))
    if operation == "BatchGetItem":
        asked = given["RequestItems"].items()
        return Call(frozenset(_key(table, it) for table, of in asked for it in of["Keys"]), frozenset())
    if operation == "BatchWriteItem":
        asked = given["RequestItems"].items()
        return Call(frozenset(), frozenset(_key(table, it["DeleteRequest"]["Key"]) for table, of in asked for it in of))
    if operation == "Query":
        found = re.search(r"= (:\w+)", given["KeyConditionExpression"])
        assert found
        partition = "" if "IndexName" in given else given["ExpressionAttributeValues"][found[1]]["S"]
        return Call(frozenset({(given["TableName"], partition, "")}), frozenset())
    if "TableName" in given:
        key = frozenset({_key(given["TableName"], given.get("Key") or given["Item"])})
        return Call(key, frozenset()) if operation == "GetItem" else Call(frozenset(), key)
    return Call(frozenset(), frozenset({(given.get("QueueUrl") or given["Bucket"], given.get("Key", ""), "")}))


def _key(table: str, item: dict[str, Any]) -> Key:
    partition = next(item[name]["S"] for name in _PARTITIONS if name in item)
    return table, partition, next((item[name]["S"] for name in _SORTS if name in item), "-")


class _Run:
    """One run of some operations, call by call. `waiting` has the call that each is about to make, and None for one that is done."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self.waiting: list[Call | None] = [None] * len(actions)
        self.outcomes: list[object] = [None] * len(actions)
        self._turns = [Semaphore(0) for _ in actions]
        self._arrived, self._is_over = Semaphore(0), False
        self._numbers: dict[int, int] = {}
        self._threads = [Thread(target=partial(self._act, number, it)) for number, it in enumerate(actions)]

    def begin(self) -> None:
        """Bring each to its first call."""
        for thread in self._threads:
            thread.start()
            self._arrived.acquire()

    def let_go(self, number: int) -> None:
        """Let one of them make its call, and come to its next."""
        self._turns[number].release()
        self._arrived.acquire()

    def end(self) -> None:
        """End what still runs, before its next call."""
        self._is_over = True
        for number, call in enumerate(self.waiting):
            if call is not None:
                self.let_go(number)
        for thread in self._threads:
            thread.join()

    def wait(self, call: Call) -> None:
        """Called before each call, by whatever makes it; a thread that is none of these does not wait."""
        number = self._numbers.get(get_ident())
        if number is None:
            return
        self.waiting[number] = call
        self._arrived.release()
        self._turns[number].acquire()
        if self._is_over:
            raise Died

    def _act(self, number: int, action: Action) -> None:
        self._numbers[get_ident()] = number
        try:
            self.outcomes[number] = action()
        except (Exception, Died) as error:
            self.outcomes[number] = error
        finally:
            self.waiting[number] = None
            self._arrived.release()


class Interleavings:
    """Every order of the calls to DynamoDB, SQS and `clients` of operations that begin at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *clients: Any) -> None:
        self._run: _Run | None = None
        for client in (database.connection().client, vars(container.jobs())["_client"], *clients):
            monkeypatch.setattr(client, "_make_api_call", partial(self._call, client._make_api_call))

    def walk(self, *actions: Action) -> Iterator[list[object]]:
        """Do these, from what is stored now, in every order; gives after each what each of them came to: what it returned, or raised."""
        state = take_snapshot()
        left: list[tuple[list[int], frozenset[int]]] = [([], frozenset())]
        for _ in range(_MOST_ORDERS):
            restore_snapshot(state)
            if not left:
                return
            self._run = run = _Run(actions)
            run.begin()
            is_whole = _follow(run, *left.pop(), left)
            run.end()
            self._run = None
            if is_whole:
                yield run.outcomes
        raise AssertionError("more orders than are walked")

    def _call(self, real: Callable[[str, dict[str, Any]], Any], operation: str, arguments: dict[str, Any]) -> Any:
        if self._run:
            self._run.wait(_call(operation, arguments))
        return real(operation, arguments)


def _follow(run: _Run, path: list[int], asleep: frozenset[int], left: list[tuple[list[int], frozenset[int]]]) -> bool:
    """Make the choices of a path, and then the first there is each time; adds the others to what is left. False for an order that was
    walked already, but for reads."""
    made = list[int]()
    for number in path[:-1]:
        run.let_go(number)
        made.append(number)
    for chosen in path[-1:]:
        made.append(chosen)
        asleep = _still_asleep(run, chosen, asleep)
        run.let_go(chosen)
    while awake := [it for it, call in enumerate(run.waiting) if call is not None and it not in asleep]:
        chosen, *others = awake
        for place, other in enumerate(others, 1):
            left.append(([*made, other], asleep | set(awake[:place])))
        made.append(chosen)
        assert len(made) < _MOST_CALLS
        asleep = _still_asleep(run, chosen, asleep)
        run.let_go(chosen)
    return not any(run.waiting)


def _still_asleep(run: _Run, chosen: int, asleep: frozenset[int]) -> frozenset[int]:
    """Those of whose calls it makes no difference whether they come before this one or after."""
    made, calls = run.waiting[chosen], {it: run.waiting[it] for it in asleep}
    return frozenset(it for it, call in calls.items() if made and call and made.is_independent(call))
