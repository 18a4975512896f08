"""What calls to DynamoDB cost, by its published rules, from the items on the in-memory tables; their indexes are not counted.

A read unit is 4 KB read consistently, half of one otherwise; a write unit 1 KB, twice that in a transaction.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib.store import database

Item = Mapping[str, Mapping[str, Any]]


@dataclass
class Consumed:
    """The calls that were made and the items that were read, by operation and table, and their units."""

    calls: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    reads: float = 0
    writes: int = 0


@contextmanager
def metered() -> Iterator[Consumed]:
    """Count what is consumed in this block."""
    consumed = Consumed()
    client: Any = database.connection().client
    real = client._make_api_call

    def call(operation: str, arguments: dict[str, Any]) -> Any:
        before = _written(operation, arguments)
        answer = real(operation, arguments)
        after = _written(operation, arguments)
        consumed.calls[_name(operation, arguments)] += 1
        consumed.items[_name(operation, arguments)] += _found(operation, answer)
        consumed.reads += _read(operation, arguments, answer)
        each = 2 if operation == "TransactWriteItems" else 1
        consumed.writes += sum(each * max(1, _kilobytes(max(pair), 1)) for pair in zip(before, after, strict=True))
        return answer

    client._make_api_call = call
    try:
        yield consumed
    finally:
        client._make_api_call = real


def sizes(items: Iterable[Item]) -> list[int]:
    """How large raw items are, in bytes."""
    return [_size(item) for item in items]


def _name(operation: str, arguments: dict[str, Any]) -> str:
    """The operation, and for a range what it is a range of."""
    values = arguments.get("ExpressionAttributeValues", {})
    return f"Query {values[':first']['S'].split('#')[0]}" if ":first" in values else operation


def _read(operation: str, arguments: dict[str, Any], answer: Any) -> float:
    if operation == "Query":
        share = 1.0 if arguments.get("ConsistentRead") else 0.5
        return share * max(1, _kilobytes(sum(map(_size, answer.get("Items", ()))), 4))
    if operation == "GetItem":
        return max(1, _kilobytes(_size(answer.get("Item") or {}), 4))
    if operation == "BatchGetItem":
        asked = sum(len(table["Keys"]) for table in arguments["RequestItems"].values())
        found = [item for items in answer["Responses"].values() for item in items]
        return sum(max(1, _kilobytes(_size(item), 4)) for item in found) + asked - len(found)
    return 0


def _found(operation: str, answer: dict[str, Any]) -> int:
    """How many items an answer to a read holds."""
    if operation == "BatchGetItem":
        return sum(len(items) for items in answer["Responses"].values())
    return len(answer.get("Items", ())) if operation == "Query" else int("Item" in answer)


def _written(operation: str, arguments: dict[str, Any]) -> list[int]:
    """The sizes of the items that a call writes or checks, as they are stored now."""
    if operation == "TransactWriteItems":
        entries = [entry for one in arguments["TransactItems"] for entry in one.values()]
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        entries = [arguments]
    else:
        return []
    return [_stored(entry["TableName"], entry.get("Key") or entry["Item"]) for entry in entries]


def _stored(table_name: str, key: Item) -> int:
    table: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[table_name]
    item = table.get_item(*dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].get_keys_value(table, key))
    return _size({name: value.to_regular_json() for name, value in item.attrs.items()}) if item else 0


def _kilobytes(size: int, unit: int) -> int:
    return math.ceil(size / (unit * 1024))


def _size(item: Item) -> int:
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    (kind, held), *_ = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return len(held) // 2 + 2
    if kind == "M":
        return 3 + sum(len(name.encode()) + 1 + _value(inner) for name, inner in held.items())
    return 3 + sum(1 + _value(inner) for inner in held) if kind == "L" else 1
