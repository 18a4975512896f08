"""Many at once on the in-memory AWS, which bears one call at a time: threads interleave between calls, as requests do."""

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

import pytest

from chalicelib.errors import Unavailable
from chalicelib.store import database
from tests.faults import conflict

T = TypeVar("T")
PATIENCE = 60


def contend(monkeypatch: pytest.MonkeyPatch, conflicts: float = 0.0, seed: int = 7) -> None:
    """Let one call through at a time, and refuse this share of all transactions as conflicts."""
    client: Any = database.connection().client
    real, lock, dice = client._make_api_call, Lock(), random.Random(seed)

    def call(operation: str, arguments: dict[str, Any]) -> Any:
        with lock:
            if operation == "TransactWriteItems" and dice.random() < conflicts:
                raise conflict(operation, arguments)
            return real(operation, arguments)

    monkeypatch.setattr(client, "_make_api_call", call)


def all_at_once(actions: Iterable[Callable[[], T]]) -> list[T | Exception]:
    """What each of these comes to, or fails with; somebody who is told to come back does."""
    waiting = list(actions)

    def run(action: Callable[[], T]) -> T | Exception:
        for _ in range(PATIENCE):
            try:
                return action()
            except Unavailable:
                continue
            except Exception as error:
                return error
        raise AssertionError("nobody should have to come back so often")

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(run, waiting))


def before_next(monkeypatch: pytest.MonkeyPatch, operation: str, action: Callable[[], object]) -> None:
    """Have something happen, once, just before the next call of this kind arrives."""
    client: Any = database.connection().client
    real, plans = client._make_api_call, [action]

    def call(name: str, arguments: dict[str, Any]) -> Any:
        if name == operation and plans:
            plans.pop()()
        return real(name, arguments)

    monkeypatch.setattr(client, "_make_api_call", call)
