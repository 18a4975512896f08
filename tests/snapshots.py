"""Copies of the in-memory AWS, to begin from again."""

from collections.abc import Callable, Hashable
from copy import deepcopy
from typing import Any, Generic, TypeVar

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

T = TypeVar("T")


def take_snapshot() -> list[dict[str, Any]]:
    """A copy of the in-memory tables, queues and secrets."""
    return [deepcopy(vars(backend)) for backend in _backends()]


def restore_snapshot(state: list[dict[str, Any]]) -> None:
    """Put such a copy in place."""
    for backend, stored in zip(_backends(), state, strict=True):
        vars(backend).update(deepcopy(stored))


class Snapshots(Generic[T]):
    """What a fixture made once for all of its tests, and the in-memory AWS as it was then."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[list[dict[str, Any]], T]] = {}

    def restore(self, name: Hashable, make: Callable[[], T]) -> T:
        """Make it, the first time; put the in-memory AWS back to that moment, and return a copy of what was made."""
        if name not in self._made:
            made = make()
            self._made[name] = take_snapshot(), deepcopy(made)
        state, made = self._made[name]
        restore_snapshot(state)
        return deepcopy(made)


def empty_tables() -> None:
    """Empty tables, for sweeps that start over again and again."""
    for table in ("sessions", "conversations"):
        dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[table].items.clear()


def _backends() -> list[Any]:
    every: tuple[Any, ...] = (dynamodb_backends, sqs_backends, secretsmanager_backends)
    return [backends[DEFAULT_ACCOUNT_ID]["us-east-1"] for backends in every]
