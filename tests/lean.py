"""What keeps a thousand tests on the in-memory AWS quick: boto and moto work the same things out again at every call."""

import copyreg
from collections import defaultdict
from collections.abc import Callable
from copy import copy, deepcopy
from functools import cache
from inspect import CO_VARKEYWORDS
from threading import Condition
from typing import Any

import botocore.hooks
import botocore.session
import botocore.useragent
from botocore.compat import accepts_kwargs
from moto.core import DEFAULT_ACCOUNT_ID, responses
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

# What these return depends on their arguments alone.
_PURE: tuple[tuple[Any, str], ...] = (
    (botocore.session, "create_loader"),  # each of them reads the descriptions of services again: 50 ms a client
    (botocore.useragent, "sanitize_user_agent_string_component"),
    (responses, "method_names_from_class"),
    (responses, "camelcase_to_underscores"),
)


def quicken_aws() -> None:
    """Once a process, before the first client: remember what never changes, and copy no more than a transaction needs."""
    for owner, name in _PURE:
        setattr(owner, name, cache(getattr(owner, name)))
    hooks: Any = botocore.hooks
    hooks.accepts_kwargs = _accepts_kwargs
    hooks.EventAliaser._alias_event_name = _aliased(hooks.EventAliaser(None))
    serializer: Any = JSONSerializer
    serializer._serialize_type_structure = _plain_values(JSONSerializer._serialize_type_structure)
    table: Any = Table
    table.__deepcopy__ = _snapshot
    table.query = _narrowed(Table.query)
    backend: Any = DynamoDBBackend
    backend.update_item = _on_a_copy(DynamoDBBackend.update_item)
    copyreg.pickle(Condition, lambda _: (Condition, ()))  # every queue has one, and `aws_state` copies queues


def aws_state() -> list[dict[str, Any]]:
    """A copy of the in-memory tables, queues and secrets."""
    return [deepcopy(vars(backend)) for backend in _backends()]


def restore_aws(state: list[dict[str, Any]]) -> None:
    """Put such a copy in place."""
    for backend, stored in zip(_backends(), state, strict=True):
        vars(backend).update(deepcopy(stored))


def lean_tables() -> None:
    """Empty tables, for sweeps that start over again and again."""
    for table in ("sessions", "conversations"):
        dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[table].items.clear()


def _backends() -> list[Any]:
    every: tuple[Any, ...] = (dynamodb_backends, sqs_backends, secretsmanager_backends)
    return [backends[DEFAULT_ACCOUNT_ID]["us-east-1"] for backends in every]


def _accepts_kwargs(function: Any) -> bool:
    """Whether a handler takes any keyword, without the whole of `inspect`; asked 120 times a client."""
    code = getattr(function, "__code__", None)
    return bool(code.co_flags & CO_VARKEYWORDS) if code else bool(accepts_kwargs(function))


def _aliased(aliaser: Any) -> Callable[..., str]:
    """All clients rename events alike, so that one memory does for them; it must not keep the clients alive."""
    alias = cache(aliaser._alias_event_name)
    return lambda _, event_name: alias(event_name)


def _plain_values(serialize: Callable[..., None]) -> Callable[..., None]:
    """Stored values are JSON already; moto looks for each of a value's ten possible types under a dozen names."""

    def serialized(self: JSONSerializer, into: dict[str, Any], value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and type(value) is dict:
            into[key] = value
        else:
            serialize(self, into, value, shape, key)

    return serialized


def _snapshot(table: Table, memo: dict[int, Any]) -> Table:
    """The copy that a transaction is rolled back to; moto makes one for each of its writes, with all items."""
    kept = copy(table)
    kept.items = defaultdict(dict, {name: copy(items) for name, items in table.items.items()})
    return kept


def _narrowed(query: Callable[..., Any]) -> Callable[..., Any]:
    """A range of one partition is looked for among its own items; moto sorts and compares all there are."""

    def narrowed(self: Table, hash_key: Any, comparison: Any, between: list[Any], *args: Any, **kwargs: Any) -> Any:
        if comparison != "BETWEEN" or args[4]:  # an index
            return query(self, hash_key, comparison, between, *args, **kwargs)
        first, last = (bound.value for bound in between)
        own = self.items[hash_key]
        narrow = copy(self)
        narrow.items = defaultdict(dict)
        narrow.items[hash_key] = {part: own[part] for part in own if first <= part.value <= last}
        return query(narrow, hash_key, comparison, between, *args, **kwargs)

    return narrowed


def _on_a_copy(update: Callable[..., Any]) -> Callable[..., Any]:
    """Only updates change an item in its place: let them change a copy, so that snapshots may share what they hold."""

    def updated(
        self: DynamoDBBackend, table_name: str, key: dict[str, dict[str, Any]], *args: Any, **kwargs: Any
    ) -> Any:
        table = self.get_table(table_name)
        item = table.get_item(*self.get_keys_value(table, key))
        if item is not None:
            _put_back(table, deepcopy(item))
        return update(self, table_name, key, *args, **kwargs)

    return updated


def _put_back(table: Table, item: Any) -> None:
    if table.has_range_key:
        table.items[item.hash_key][item.range_key] = item
    else:
        table.items[item.hash_key] = item
