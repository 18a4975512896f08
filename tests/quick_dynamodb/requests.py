"""The writes themselves: all that may fail first, then what is stored changes."""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.client import BaseClient
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import responses
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from tests.quick_dynamodb.conditions import Attributes, Names, Raw, Values, condition, plainly
from tests.quick_dynamodb.updates import Update, update

_PLAIN_BYTES = 200_000  # moto counts what is overwritten as well; below this its limit does not matter
_KEY_BYTES = 1_000
_MOST_WRITES = 100
_MOST_OF_A_BATCH = 25
_UNITS = {"Put": 1.0, "Update": 0.5, "Delete": 1.0}
_FAILED = "The conditional request failed"


class _Write:
    """One write of an item, alone or in a transaction."""

    def __init__(self, region: str, kind: str, asked: Raw) -> None:
        self.kind, self.asked = kind, asked
        self.table: Table = dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables[asked["TableName"]]
        plainly(self.table.stream_shard is None and "Expected" not in asked)
        named = asked["Item"] if kind == "Put" else asked["Key"]
        wanted = self.table.table_key_attrs
        plainly(all(name in named for name in wanted) and (kind == "Put" or len(named) == len(wanted)))
        self.keys = {name: DynamoType(named[name]) for name in wanted}
        for key in self.keys.values():
            plainly(key.type == "S" and 0 < len(key.value) < _KEY_BYTES / 4)
        self.hash, *rest = self.keys.values()
        self.range = rest[0] if rest else None
        self.names: Names = tuple(sorted((asked.get("ExpressionAttributeNames") or {}).items()))
        self.values: Values = asked.get("ExpressionAttributeValues") or {}
        plainly(asked.get("ExpressionAttributeValues") != {})
        self.item = self._there()
        self.before: Attributes = {} if self.item is None else self.item.attrs
        self.after: Item | None = None

    def _there(self) -> Any:
        items: Any = self.table.items
        if self.range is None:
            return items.get(self.hash)
        return items[self.hash].get(self.range) if self.hash in items else None

    def holds(self) -> bool:
        """Whether its condition does."""
        used, updated = frozenset[str](), frozenset[str]()
        if self.kind == "Update":
            found = self._update()
            used, updated = found.names, found.values
        asked = self.asked.get("ConditionExpression")
        test, names, values = condition(asked, self.names) if asked else (None, used, updated)
        plainly(used | names == {name for name, _ in self.names} and updated | values == self.values.keys())
        return test is None or bool(test(self.before, self.values))

    def prepare(self) -> None:
        """Work out what there is afterwards; nothing is done yet."""
        if self.kind == "Put":
            attributes = self.asked["Item"]
            responses.validate_put_has_empty_keys(attributes, self.table)
            responses.validate_put_has_empty_attrs(attributes, self.table)
            responses.validate_put_has_gsi_keys_set_to_none(attributes, self.table)
            self.table._validate_item_types(attributes)
            self.table._validate_key_sizes(attributes)
            self.after = Item(self.hash, self.range, attributes)
        elif self.kind == "Update":
            self.after = self._updated()

    def _updated(self) -> Item:
        found = self._update()
        attributes: Any = dict(self.before)
        if self.item is None:
            found.evaluate(attributes, self.values, self.table)  # moto does so before it makes the item
            attributes |= self.keys
        found.apply(attributes, found.evaluate(attributes, self.values, self.table))
        made: Item = Item.__new__(Item)
        made.hash_key, made.range_key = (self.hash, self.range) if self.item is None else _keys_of(self.item)
        made.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
        dict.update(made.attrs, attributes)
        plainly(made.size() < _PLAIN_BYTES)
        return made

    def _update(self) -> Update:
        return update(self.asked["UpdateExpression"], self.names, tuple(self.table.table_key_attrs))

    def do(self) -> None:
        """Do it."""
        items: Any = self.table.items
        if self.kind == "Delete" and self.item is not None:
            if self.range is None:
                items.pop(self.hash)
            else:
                items[self.hash].pop(self.range)
        elif self.after is not None and self.range is None:
            items[self.hash] = self.after
        elif self.after is not None:
            items[self.hash][self.range] = self.after

    def returned(self, wants: str) -> Attributes:
        """The attributes that the answer has."""
        after: Attributes = self.after.attrs if self.after else {}
        if wants == "UPDATED_NEW":
            return {it: value for it, value in after.items() if it not in self.before or self.before[it] != value}
        return {"NONE": {}, "ALL_OLD": self.before, "ALL_NEW": after}[wants]

    def refusal(self) -> Raw:
        """What is told of the item whose condition does not hold."""
        asks = self.asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {"Item": _told(self.before)} if asks and self.item is not None else {}


def _keys_of(item: Item) -> tuple[DynamoType, DynamoType | None]:
    return item.hash_key, item.range_key


def _told(attributes: Attributes) -> Raw:
    return {name: responses.dynamo_to_dict(value) for name, value in attributes.items()}


def write(client: BaseClient, operation: str, arguments: Raw) -> Raw:
    """UpdateItem, PutItem or DeleteItem. Raises Unusual, or what botocore raises."""
    done = _Write(client.meta.region_name, operation.removesuffix("Item"), arguments)
    wants = arguments.get("ReturnValues", "NONE")
    plainly(wants in ("NONE", "ALL_OLD") or (wants in ("ALL_NEW", "UPDATED_NEW") and done.kind == "Update"))
    if not done.holds():
        code = "ConditionalCheckFailedException"
        raise _refused(client, operation, code, _FAILED, {"message": _FAILED, **done.refusal()})
    done.prepare()
    if wants == "UPDATED_NEW":  # of maps and lists, moto tells what is new in them
        plainly(all(value.type not in ("M", "L") for value in done.returned(wants).values()))
    done.do()
    answer: Raw = {"ConsumedCapacity": {"TableName": arguments["TableName"], "CapacityUnits": _UNITS[done.kind]}}
    told = done.returned(wants)
    if told or wants == "UPDATED_NEW":
        answer["Attributes"] = _told(told)
    return answer


def batch_write(client: BaseClient, _: str, arguments: Raw) -> Raw:
    """BatchWriteItem, likewise."""
    writes = []
    for name, requests in arguments["RequestItems"].items():
        for request in requests:
            ((kind, asked),) = request.items()
            writes.append(_Write(client.meta.region_name, kind.removesuffix("Request"), {"TableName": name, **asked}))
    plainly(0 < len(writes) <= _MOST_OF_A_BATCH and all(it.kind in ("Put", "Delete") for it in writes))
    plainly(len({(it.table.name, it.hash, it.range) for it in writes}) == len(writes))
    for it in writes:
        it.prepare()
    for it in writes:
        it.do()
    consumed = [
        {"TableName": name, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}} for name in arguments["RequestItems"]
    ]
    return {"ConsumedCapacity": consumed, "ItemCollectionMetrics": {}, "UnprocessedItems": {}}


def transact(client: BaseClient, operation: str, arguments: Raw) -> Raw:
    """TransactWriteItems, likewise."""
    asked = arguments["TransactItems"]
    plainly(len(asked) <= _MOST_WRITES and all(len(it) == 1 for it in asked))
    writes = [_Write(client.meta.region_name, kind, write) for it in asked for kind, write in it.items()]
    plainly(all(it.kind in ("ConditionCheck", "Put", "Delete", "Update") for it in writes))
    plainly(len({(it.table.name, it.hash, it.range) for it in writes}) == len(writes))
    reasons = list(_reasons(writes))
    for it in writes:
        it.prepare()
    if any(len(reason) > 1 for reason in reasons):
        codes = ", ".join(str(None if reason["Code"] == "None" else reason["Code"]) for reason in reasons)
        message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
        told = {"Message": message, "CancellationReasons": reasons}
        raise _refused(client, operation, "TransactionCanceledException", message, told)
    for it in writes:
        it.do()
    return {"ConsumedCapacity": [], "ItemCollectionMetrics": {}}


def _reasons(writes: Sequence[_Write]) -> Iterator[Raw]:
    for it in writes:
        yield (
            {"Code": "None"}
            if it.holds()
            else {
                "Code": "ConditionalCheckFailed",
                "Message": _FAILED,
                **it.refusal(),
            }
        )


def _refused(client: BaseClient, operation: str, code: str, message: str, told: Raw) -> Exception:
    meta = {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0}
    kind: Any = client.exceptions.from_code(code)
    refused: Exception = kind(
        {"Error": {"Message": message, "Code": code}, "ResponseMetadata": meta, **told}, operation
    )
    return refused
