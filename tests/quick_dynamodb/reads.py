"""The reads: what is stored is made into an answer once, and copied for each that asks."""

import marshal
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from botocore.client import BaseClient
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import responses
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import RESULT_SIZE_LIMIT, Table

from tests.quick_dynamodb.conditions import Names, Raw, condition, plainly

_MOST_KEYS = 100
_MOST_BYTES = 8_000_000  # of one BatchGetItem; moto cuts an answer at twice that
_GET = {"TableName", "Key", "ConsistentRead", "ReturnConsumedCapacity"}
_BATCH = {"Keys", "ConsistentRead"}
_QUERY = {
    *("TableName", "IndexName", "KeyConditionExpression", "FilterExpression", "ProjectionExpression", "Limit"),
    *("ExpressionAttributeNames", "ExpressionAttributeValues", "ExclusiveStartKey", "ScanIndexForward"),
    *("ConsistentRead", "ReturnConsumedCapacity", "Select"),
}


def get_item(client: BaseClient, _: str, asked: Raw) -> Raw:
    """GetItem. Raises Unusual, or LookupError for what there is not."""
    plainly(asked.keys() <= _GET)
    item = _find(_table(client, asked["TableName"]), asked["Key"])
    return {**({} if item is None else {"Item": told(item)}), **_consumed(asked, 0.5)}


def batch_get_item(client: BaseClient, _: str, asked: Raw) -> Raw:
    """BatchGetItem, likewise."""
    tables = asked["RequestItems"]
    plainly(sum(len(wanted["Keys"]) for wanted in tables.values()) <= _MOST_KEYS)
    found: dict[str, list[Raw]] = {}
    size = 0
    for name, wanted in tables.items():
        table = _table(client, name)
        plainly(wanted.keys() <= _BATCH)
        distinct = {marshal.dumps(sorted(key.items())) for key in wanted["Keys"]}
        plainly(0 < len(distinct) == len(wanted["Keys"]))
        items = [item for key in wanted["Keys"] if (item := _find(table, key)) is not None]
        size += sum(item.size() for item in items)
        found[name] = [told(item) for item in items]
    plainly(size < _MOST_BYTES)
    consumed = [{"CapacityUnits": len(wanted["Keys"]), "TableName": name} for name, wanted in tables.items()]
    return {"Responses": found, "UnprocessedKeys": {}, "ConsumedCapacity": consumed}


def query(client: BaseClient, _: str, asked: Raw) -> Raw:
    """Query by an expression, of a table with two keys or of one of its indexes with two; likewise."""
    plainly(asked.keys() <= _QUERY and asked.get("Select") in (None, "COUNT"))
    table = _table(client, asked["TableName"])
    searched = _Searched(table, asked.get("IndexName"))
    plainly(not (searched.index and asked.get("ConsistentRead")))
    names = tuple(sorted(asked.get("ExpressionAttributeNames", {}).items()))
    ((_, wanted),), ranges, used = responses.parse_expression(
        key_condition_expression=asked["KeyConditionExpression"],
        expression_attribute_names=dict(names),
        expression_attribute_values=asked["ExpressionAttributeValues"],
        schema=searched.schema,
    )
    plainly(len(ranges) <= 1)
    passes, used_by_filter = _filter(asked, names, searched)
    projected, used_by_projection = _projection(asked.get("ProjectionExpression"), names)
    plainly({name for name, _ in names} == {*used, *used_by_filter, *used_by_projection})
    within = [item for item in searched.partition(DynamoType(wanted)) if _is_within(item, ranges)]
    rest = searched.behind(within, asked.get("ExclusiveStartKey"), asked.get("ScanIndexForward", True))
    page, last = _page(rest, asked.get("Limit"))
    found = [item for item in page if passes(item)]
    answer: Raw = {"Count": len(found), "ScannedCount": len(page), **_consumed(asked, 1.0)}
    if asked.get("Select") != "COUNT":
        answer["Items"] = [_only(told(item), searched.projected, projected) for item in found]
    if last:
        answer["LastEvaluatedKey"] = searched.key_of(last)
    return answer


def told(item: Item) -> Raw:
    """The attributes of a stored item as an answer has them; it is replaced, never changed, so they are kept with it."""
    kept = vars(item).get("told")
    if kept is None:
        attributes: Any = item.attrs
        kept = marshal.dumps({name: responses.dynamo_to_dict(value) for name, value in attributes.items()})
        vars(item)["told"] = kept
    attributes = marshal.loads(kept)
    return dict(attributes)


class _Searched:
    """What is queried, a table or an index of it: by which attributes its items are found and sorted, and which of them it has."""

    def __init__(self, table: Table, index: str | None) -> None:
        plainly(table.has_range_key)
        self.table, self.index = table, index
        self.schema, self.projected = table.schema, None
        if index:
            (found,) = [it for it in table.global_indexes or () if it.name == index]
            plainly(len(found.schema) == 2)
            self.schema = found.schema
            self.projected = _of_index(found)
        self.hash, self.range = (
            next(it["AttributeName"] for it in self.schema if it["KeyType"] == kind) for kind in ("HASH", "RANGE")
        )
        own = list(table.table_key_attrs)
        self.order = [self.range, *own] if index else [self.range]
        self.keys = list(dict.fromkeys([*own, self.hash, self.range]))

    def partition(self, wanted: DynamoType) -> list[Item]:
        """Its items with this key, in order."""
        stored: Any = self.table.items
        if self.index is None:
            found = list(stored[wanted].values()) if wanted in stored else []
        else:
            every = (item for parts in stored.values() for item in parts.values())
            found = [it for it in every if it.attrs.get(self.hash) == wanted and self.range in it.attrs]
        return sorted(found, key=self._place_of)

    def behind(self, items: Sequence[Item], start: Raw | None, forward: bool) -> Iterable[Item]:
        """These, onwards or backwards, behind the key with which the page before ended."""
        onwards = items if forward else reversed(items)
        if start is None:
            return onwards
        at = tuple(_text(start[name]) for name in self.order)
        return (it for it in onwards if (self._place_of(it) > at if forward else self._place_of(it) < at))

    def key_of(self, item: Item) -> Raw:
        """The key that the next page begins behind."""
        attributes = told(item)
        return {name: attributes[name] for name in self.keys}

    def _place_of(self, item: Item) -> tuple[str, ...]:
        attributes: Any = item.attrs
        values = [attributes[name] for name in self.order]
        plainly(all(value.type == "S" for value in values))
        return tuple(value.value for value in values)


def _of_index(index: Any) -> frozenset[str] | None:
    """The attributes that an index has; None for all."""
    kind = index.projection["ProjectionType"]
    if kind == "ALL":
        return None
    more = index.projection["NonKeyAttributes"] if kind == "INCLUDE" else ()
    return frozenset({*index.table_key_attrs, *index.schema_key_attrs, *more})


def _filter(asked: Raw, names: Names, searched: _Searched) -> tuple[Callable[[Item], bool], Iterable[str]]:
    """Whether an item passes, and the names that the expression uses."""
    expression = asked.get("FilterExpression")
    if not expression:
        return lambda _: True, ()
    test, used, _ = condition(expression, names)
    values = asked["ExpressionAttributeValues"]
    only = searched.projected

    def passes(item: Item) -> bool:
        attributes: Any = item.attrs
        return bool(
            test(attributes if only is None else {it: attributes[it] for it in only & attributes.keys()}, values)
        )

    return passes, used


@lru_cache(maxsize=256)
def _projection(expression: str | None, names: Names) -> tuple[frozenset[str] | None, frozenset[str]]:
    """The attributes that are asked for, None for all, and the names that the expression uses."""
    if expression is None:
        return None, frozenset()
    asked = [name.strip() for name in expression.split(",")]
    known = dict(names)
    plainly(all(name in known if name.startswith("#") else name.isidentifier() for name in asked))
    return frozenset(known.get(name, name) for name in asked), frozenset(known.keys() & set(asked))


def _only(attributes: Raw, *wanted: frozenset[str] | None) -> Raw:
    for names in wanted:
        if names is not None:
            attributes = {name: value for name, value in attributes.items() if name in names}
            plainly(all(kind in ("S", "N", "BOOL") for value in attributes.values() for kind in value))
    return attributes


def _is_within(item: Item, ranges: Sequence[tuple[str, str, list[Raw]]]) -> bool:
    attributes: Mapping[str, DynamoType] = item.attrs
    for name, how, bounds in ranges:
        held = attributes[name]
        if how == "BETWEEN":
            first, last = map(_text, bounds)
            return bool(first <= held.value <= last)
        return bool(held.compare(how, [DynamoType(bound) for bound in bounds]))
    return True


def _page(items: Iterable[Item], limit: int | None) -> tuple[list[Item], Item | None]:
    """As many as one answer has, and the last of them where there are more."""
    page: list[Item] = []
    size = 0
    for item in items:
        size += item.size()
        if len(page) == limit or size > RESULT_SIZE_LIMIT:
            return page, page[-1]
        page.append(item)
    return page, None


def _find(table: Table, key: Raw) -> Any:
    wanted = table.table_key_attrs
    plainly(len(key) == len(wanted) and all(name in key and _text(key[name]) for name in wanted))
    first, *rest = (DynamoType(key[name]) for name in wanted)
    stored: Any = table.items
    if not rest:
        return stored.get(first)
    return stored[first].get(rest[0]) if first in stored else None


def _text(value: Raw) -> str:
    plainly(len(value) == 1)
    return str(value["S"])


def _table(client: BaseClient, name: str) -> Table:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][client.meta.region_name].tables[name]


def _consumed(asked: Raw, units: float) -> Raw:
    wants = asked.get("ReturnConsumedCapacity", "NONE")
    plainly(wants in ("NONE", "TOTAL"))
    consumed = {"TableName": asked["TableName"], "CapacityUnits": units}
    return {"ConsumedCapacity": consumed} if wants == "TOTAL" else {}
