"""One DynamoDB client for the whole process, and the few calls that repositories make through it.

PynamoDB opens a client for every model class; sharing one keeps cold starts short and gives tests one place to count
and to break calls.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import uuid4

from pynamodb.connection import Connection
from pynamodb.constants import DATETIME_FORMAT
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.errors import Unavailable
from chalicelib.store import keys
from chalicelib.store.raw_items import decode_reads
from chalicelib.store.tables import Guard, ProjectPart
from chalicelib.store.transact import Build, ConditionFailed, Transaction, retrying

Raw = dict[str, Any]
ItemT = TypeVar("ItemT", bound=Model)

_UNPROCESSED_TRIES = 6
_KEYS = (keys.SESSION_ID, keys.PROJECT_ID, keys.PART, keys.GUARD_ID, keys.PK, keys.SK)
_IN_ONE_WRITE = 25


@cache
def connection() -> Connection:
    """The shared connection: short time-outs, because every request has a deadline; throttles are retried by botocore."""
    found = Connection(connect_timeout_seconds=1, read_timeout_seconds=3, max_retry_attempts=3, max_pool_connections=16)
    decode_reads(found.client)
    return found


def call(operation: str, arguments: Mapping[str, Any]) -> Raw:
    """One DynamoDB request. Raises ConditionFailed, or Unavailable where DynamoDB stays out of reach."""
    return retrying(lambda: dict(connection().dispatch(operation, dict(arguments))))


def put(item: Model, condition: Condition) -> None:
    """Write an item under a condition; raises ConditionFailed where it does not hold."""
    call("PutItem", item.get_save_kwargs_from_instance(condition=condition))


def update(item: Model, actions: Sequence[Action], condition: Condition) -> None:
    """Change an item in place under a condition; raises ConditionFailed where it does not hold."""
    call("UpdateItem", item.get_update_kwargs_from_instance(actions=list(actions), condition=condition))


def delete(item: Model, condition: Condition) -> None:
    """Remove an item under a condition; raises ConditionFailed where it does not hold."""
    call("DeleteItem", item.get_delete_kwargs_from_instance(condition=condition))


def delete_all(kind: type[Model], found: Sequence[Raw]) -> None:
    """Delete these items by their keys, twenty-five in a call; one that is gone already is no failure."""
    table = kind.Meta.table_name
    for start in range(0, len(found), _IN_ONE_WRITE):
        named = [{name: raw[name] for name in _KEYS if name in raw} for raw in found[start:][:_IN_ONE_WRITE]]
        left: dict[str, Any] = {table: [{"DeleteRequest": {"Key": key}} for key in named]}
        for _ in range(_UNPROCESSED_TRIES):
            left = call("BatchWriteItem", {"RequestItems": left}).get("UnprocessedItems") or {}
            if not left:
                break
        else:
            raise Unavailable("The service is busy; try again in a moment")


def transact(build: Build) -> None:
    """The writes that `build` adds, all or nothing; raises ConditionFailed where a condition does not hold.

    All tries carry one token: a try whose answer was lost is not done again, and does not fail its own conditions.
    """
    transaction = Transaction()
    build(transaction)
    arguments = {"TransactItems": transaction.items, "ClientRequestToken": str(uuid4())}
    retrying(lambda: connection().dispatch("TransactWriteItems", dict(arguments)), transaction.labels)


def holds(write: Callable[[], object]) -> bool:
    """Do a write; False where its condition does not hold."""
    try:
        write()
    except ConditionFailed:
        return False
    return True


def stored_moment(at: datetime) -> str:
    """A time as items and index keys hold it: sortable text."""
    return str(at.astimezone(UTC).strftime(DATETIME_FORMAT))


def get(kind: type[ItemT], hash_key: str, range_key: str | None = None) -> ItemT | None:
    """One item, read consistently."""
    arguments = kind.get_operation_kwargs_from_class(hash_key, range_key)
    raw = call("GetItem", {**arguments, "ConsistentRead": True}).get("Item")
    return kind.from_raw_data(raw) if raw else None


def get_many(wanted: Sequence[tuple[type[Model], str, str | None]]) -> dict[str, Raw]:
    """Raw items by their `part`, from any tables in one consistent BatchGetItem (at most 100 keys, distinct parts).

    Those of a table without parts come by their one key.
    """
    tables: dict[str, dict[str, Any]] = {}
    for kind, identifier, part in wanted:
        table = tables.setdefault(kind.Meta.table_name, {"Keys": [], "ConsistentRead": True})
        named = {_partition_of(kind): identifier, keys.PART: part}
        if part is None:
            named = {keys.GUARD_ID if issubclass(kind, Guard) else keys.PK: identifier}
        table["Keys"].append({name: {"S": value} for name, value in named.items()})
    return {_name_of(raw): raw for raw in _batch_get(tables)}


def _partition_of(kind: type[Model]) -> str:
    """The attribute that a table of parts has its partitions by."""
    return keys.PROJECT_ID if issubclass(kind, ProjectPart) else keys.SESSION_ID


def get_many_of(
    session_ids: Sequence[str], wanted: Callable[[str], Sequence[tuple[type[Model], str, str | None]]]
) -> dict[str, dict[str, Raw]]:
    """What `wanted` names of each of these sessions, as `get_many` gives it, in one consistent BatchGetItem (at most 100 keys).

    What it names without a part is of no session, and given with each.
    """
    named = {session_id: list(wanted(session_id)) for session_id in session_ids}
    distinct = {it: None for each in named.values() for it in each}
    tables: dict[str, dict[str, Any]] = {}
    for kind, identifier, part in distinct:
        table = tables.setdefault(kind.Meta.table_name, {"Keys": [], "ConsistentRead": True})
        key = {keys.PK: identifier} if part is None else {keys.SESSION_ID: identifier, keys.PART: part}
        table["Keys"].append({name: {"S": value} for name, value in key.items()})
    found = _batch_get(tables) if tables else []
    common = {_name_of(raw): raw for raw in found if keys.SESSION_ID not in raw}
    of_each: dict[str, dict[str, Raw]] = {session_id: dict(common) for session_id in session_ids}
    for raw in found:
        if keys.SESSION_ID in raw:
            of_each[raw[keys.SESSION_ID]["S"]][_name_of(raw)] = raw
    return of_each


def _name_of(raw: Raw) -> str:
    return str(next(raw[name]["S"] for name in (keys.PART, keys.PK, keys.GUARD_ID) if name in raw))


def get_each(kind: type[Model], partition_ids: Sequence[str], part: str, *, consistent: bool = False) -> dict[str, Raw]:
    """One part of each of these partitions, by partition, in one BatchGetItem (at most 100); it may be a moment old."""
    partition = _partition_of(kind)
    named = [{partition: {"S": identifier}, keys.PART: {"S": part}} for identifier in partition_ids]
    found = _batch_get({kind.Meta.table_name: {"Keys": named, "ConsistentRead": consistent}})
    return {raw[partition]["S"]: raw for raw in found}


def get_pairs(kind: type[Model], named: Sequence[tuple[str, str]]) -> list[Raw]:
    """Raw items of a table keyed by `pk` and `sk`, of these two each, in one consistent BatchGetItem (at most 100)."""
    wanted = [{keys.PK: {"S": pk}, keys.SK: {"S": sk}} for pk, sk in named]
    return _batch_get({kind.Meta.table_name: {"Keys": wanted, "ConsistentRead": True}}) if wanted else []


def _batch_get(tables: dict[str, Any]) -> list[Raw]:
    return [raw for _, raw in batch_get(tables)]


def batch_get(tables: dict[str, Any]) -> list[tuple[str, Raw]]:
    """What one BatchGetItem asks of each table (at most 100 keys), with the name of the table. Raises Unavailable."""
    found: list[tuple[str, Raw]] = []
    for _ in range(_UNPROCESSED_TRIES):
        answer = call("BatchGetItem", {"RequestItems": tables})
        for table, items in answer["Responses"].items():
            found += ((table, raw) for raw in items)
        tables = answer.get("UnprocessedKeys") or {}
        if not tables:
            return found
    raise Unavailable("The service is busy; try again in a moment")


def query(kind: type[Model], partition: str, first: str, last: str, *, keys_only: bool = False) -> Iterator[Raw]:
    """Raw items of a partition whose `part` lies between `first` and `last`, in order, read consistently, page by page."""
    named = _partition_of(kind)
    arguments: dict[str, Any] = {
        "TableName": kind.Meta.table_name,
        "KeyConditionExpression": f"{named} = :partition AND part BETWEEN :first AND :last",
        "ExpressionAttributeValues": {":partition": {"S": partition}, ":first": {"S": first}, ":last": {"S": last}},
        "ConsistentRead": True,
    }
    if keys_only:
        arguments["ProjectionExpression"] = f"{named}, {keys.PART}"
    yield from pages(arguments)


def query_where(
    kind: type[Model],
    session_id: str,
    between: tuple[str, str],
    name: str,
    values: Collection[str],
    *,
    contains: bool = False,
) -> Iterator[Raw]:
    """Raw items of a range in which this attribute is one of these values (at most 100), or `contains` one: all of the range is read."""
    named = {f":v{number}": {"S": value} for number, value in enumerate(values)}
    if not named:
        return
    first, last = between
    yield from pages(
        {
            "TableName": kind.Meta.table_name,
            "KeyConditionExpression": "session_id = :session AND part BETWEEN :first AND :last",
            "FilterExpression": " OR ".join(f"contains(#name, {it})" for it in named)
            if contains
            else f"#name IN ({', '.join(named)})",
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": {
                ":session": {"S": session_id},
                ":first": {"S": first},
                ":last": {"S": last},
                **named,
            },
            "ConsistentRead": True,
        }
    )


def query_newest(kind: type[Model], session_id: str, first: str, last: str, limit: int) -> list[Raw]:
    """The newest `limit` items of a range, newest first: one page, so possibly fewer where items are large."""
    return list(
        call(
            "Query",
            {
                "TableName": kind.Meta.table_name,
                "KeyConditionExpression": "session_id = :session AND part BETWEEN :first AND :last",
                "ExpressionAttributeValues": {
                    ":session": {"S": session_id},
                    ":first": {"S": first},
                    ":last": {"S": last},
                },
                "ConsistentRead": True,
                "ScanIndexForward": False,
                "Limit": limit,
            },
        )["Items"]
    )


def query_pairs(kind: type[Model], pk: str, prefix: str) -> Iterator[Raw]:
    """Raw items of a table keyed by `pk` and `sk` whose `sk` begins so, in order, read consistently, page by page."""
    yield from pages(
        {
            "TableName": kind.Meta.table_name,
            "KeyConditionExpression": f"{keys.PK} = :pk AND begins_with({keys.SK}, :prefix)",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":prefix": {"S": prefix}},
            "ConsistentRead": True,
        }
    )


def query_range(kind: type[Model], pk: str, first: str, last: str) -> Iterator[Raw]:
    """Raw items of a table keyed by `pk` and `sk` whose `sk` lies between `first` and `last`, in order, read consistently."""
    yield from pages(
        {
            "TableName": kind.Meta.table_name,
            "KeyConditionExpression": f"{keys.PK} = :pk AND {keys.SK} BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
            "ConsistentRead": True,
        }
    )


def query_index(kind: type[Model], index: str, name: str, value: str) -> Iterator[Raw]:
    """Raw items of one partition of an index, newest first, page by page. Indexes lag a little behind their table."""
    yield from pages(index_arguments(kind, index, name, value))


def index_arguments(kind: type[Model], index: str, name: str, value: str) -> dict[str, Any]:
    """What a Query of one partition of an index takes, newest first."""
    return {
        "TableName": kind.Meta.table_name,
        "IndexName": index,
        "KeyConditionExpression": "#name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": {"S": value}},
        "ScanIndexForward": False,
    }


def query_due(kind: type[Model], due_kind: str, until: str) -> Iterator[Raw]:
    """Keys of the items of one `due` shard that became due up to `until` (as stored), oldest first."""
    yield from pages(
        {
            "TableName": kind.Meta.table_name,
            "IndexName": keys.DUE,
            "KeyConditionExpression": "due_kind = :kind AND due_at <= :until",
            "ExpressionAttributeValues": {":kind": {"S": due_kind}, ":until": {"S": until}},
        }
    )


def scan(kind: type[Model], name: str, value: str) -> Iterator[Raw]:
    """Raw items of a whole table in which this attribute has this value, read consistently, page by page."""
    arguments = {
        "TableName": kind.Meta.table_name,
        "FilterExpression": "#name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": {"S": value}},
        "ConsistentRead": True,
    }
    yield from pages(arguments, "Scan")


def pages(arguments: dict[str, Any], operation: str = "Query") -> Iterator[Raw]:
    """Raw items of all pages of a Query or a Scan."""
    while True:
        page = call(operation, arguments)
        yield from page["Items"]
        if not page.get("LastEvaluatedKey"):
            return
        arguments = {**arguments, "ExclusiveStartKey": page["LastEvaluatedKey"]}
