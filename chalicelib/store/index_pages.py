"""A part of a long index partition by offset and limit, and how long the whole is, decoding no item that is not shown.

DynamoDB counts without sending: what lies before the part and behind it costs requests, one for each megabyte, and hardly any
CPU time.
"""

from msgspec import Struct
from pynamodb.models import Model

from chalicelib.store import keys
from chalicelib.store.database import Raw, call, index_arguments

_MOST = 100_000  # more items than a megabyte can hold: Query takes no number that is much greater


class Filter(Struct, frozen=True):
    """A condition that few items fail, with the names and values that it takes."""

    expression: str
    names: dict[str, str]
    values: Raw


class Part(Struct, frozen=True):
    """Some raw items of a partition, newest first, and how many it has."""

    items: list[Raw]
    total: int


def read_part(
    kind: type[Model], index: str, name: str, value: str, offset: int, limit: int, only: Filter | None = None
) -> Part | None:
    """The items behind the first `offset`, at most `limit`, and how many there are; `only` of those that pass a filter.

    None where the part begins or ends between items of one time: an index says nothing of their order.
    """
    arguments = index_arguments(kind, index, name, value)
    if only:
        arguments["FilterExpression"] = only.expression
        arguments["ExpressionAttributeNames"] |= only.names
        arguments["ExpressionAttributeValues"] |= only.values
    before, start = _count(arguments, None, offset)
    if before < offset or (offset and not start):
        return Part([], before)
    found, end = _take(arguments, start, limit + 1)
    edges = [(start, found[0])] if start and found else []
    if len(found) > limit:
        edges.append((found[limit - 1], found[limit]))
    if any(one[keys.UPDATED_AT] == next_one[keys.UPDATED_AT] for one, next_one in edges):
        return None
    behind, _ = _count(arguments, end, None) if end else (0, None)
    return Part(found[:limit], offset + len(found) + behind)


def _take(arguments: Raw, start: Raw | None, wanted: int) -> tuple[list[Raw], Raw | None]:
    """The next so many items, and the key to go on behind; none at the end."""
    found: list[Raw] = []
    while True:
        page = call("Query", {**arguments, **_behind(start), "Limit": wanted - len(found)})
        found += page["Items"]
        start = page.get("LastEvaluatedKey")
        if not start or len(found) == wanted:
            return found, start


def _count(arguments: Raw, start: Raw | None, at_most: int | None) -> tuple[int, Raw | None]:
    """How many items come next, up to so many, and the key to go on behind; none at the end."""
    counted = 0
    while at_most is None or counted < at_most:
        limit = {} if at_most is None else {"Limit": min(at_most - counted, _MOST)}
        page = call("Query", {**arguments, **_behind(start), **limit, "Select": "COUNT"})
        counted += page["Count"]
        start = page.get("LastEvaluatedKey")
        if not start:
            break
    return counted, start


def _behind(start: Raw | None) -> Raw:
    return {"ExclusiveStartKey": start} if start else {}
