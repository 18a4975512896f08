"""Makes the in-memory AWS quick enough for thousands of tests; `tests/store` runs on moto as it comes as well.

Requests to DynamoDB and SQS go from the client to moto's handler without HTTP in between, see also `quick_dynamodb`. What moto
works out again at every call, though its arguments are the same, is remembered; and it copies no more than a transaction needs.
"""

import copyreg
import marshal
import os
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from copy import copy, deepcopy
from functools import cache, lru_cache
from inspect import CO_VARKEYWORDS
from threading import Condition
from typing import Any

import boto3
import botocore.hooks
import botocore.session
import botocore.useragent
import moto.core.models
import moto.dynamodb.responses as responses_of_dynamodb
import pynamodb.connection.base
import pytest
from botocore.client import BaseClient
from botocore.compat import accepts_kwargs
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID, responses
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import DynamodbException, ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.responses import DynamoHandler

from tests import quick_dynamodb, quick_sqs
from tests.quick_dynamodb import Unusual

MOST_BYTES = 405_000  # of an item, as moto has it

# What these return depends on their arguments alone.
_PURE: tuple[tuple[Any, str], ...] = (
    (botocore.session, "create_loader"),  # each of them reads the descriptions of services again: 50 ms a client
    (botocore.useragent, "sanitize_user_agent_string_component"),
    (pynamodb.connection.base, "get_session"),
    (responses, "method_names_from_class"),
    (responses, "camelcase_to_underscores"),
)
_OPERATIONS = {
    "BatchGetItem": DynamoHandler.batch_get_item,
    "BatchWriteItem": DynamoHandler.batch_write_item,
    "DeleteItem": DynamoHandler.delete_item,
    "GetItem": DynamoHandler.get_item,
    "PutItem": DynamoHandler.put_item,
    "Query": DynamoHandler.query,
    "Scan": DynamoHandler.scan,
    "TransactWriteItems": DynamoHandler.transact_write_items,
    "UpdateItem": DynamoHandler.update_item,
}
_QUICK = {
    "BatchGetItem": quick_dynamodb.batch_get_item,
    "BatchWriteItem": quick_dynamodb.batch_write,
    "DeleteItem": quick_dynamodb.write,
    "GetItem": quick_dynamodb.get_item,
    "PutItem": quick_dynamodb.write,
    "Query": quick_dynamodb.query,
    "TransactWriteItems": quick_dynamodb.transact,
    "UpdateItem": quick_dynamodb.write,
}
_patches = pytest.MonkeyPatch()


def quicken_moto() -> None:
    """Patch botocore and moto; before the first client is made, for the whole process."""
    for owner, name in _PURE:
        _patches.setattr(owner, name, cache(getattr(owner, name)))
    _patches.setattr(botocore.hooks, "accepts_kwargs", _accepts_kwargs)
    _patches.setattr(botocore.hooks.EventAliaser, "_alias_event_name", _aliased(botocore.hooks.EventAliaser))
    _patches.setattr(moto.core.models, "RESPONSES_METHODS", [])  # nothing here asks AWS but through botocore
    copyreg.pickle(Condition, lambda _: (Condition, ()))  # every queue has one, and snapshots copy queues
    _share_clients()
    _shorten_requests()
    _remember_expressions()
    _copy_less()


def restore_moto() -> None:
    """Take the patches back."""
    _patches.undo()


# Clients


def _share_clients() -> None:
    """One client for all who ask for the same of the in-memory AWS: to make one takes longer than most tests."""
    _patches.setattr(botocore.session.Session, "create_client", _made_once(botocore.session.Session.create_client))


_clients: dict[Any, BaseClient] = {}


def untap_clients(*more: BaseClient) -> None:
    """Take off the shared clients, and these, what tests have put in front of their calls.

    monkeypatch puts the method of the class that it found back on the client, where it would hide what is put on the class.
    """
    for client in (*_clients.values(), *more):
        vars(client).pop("_make_api_call", None)


def _made_once(create: Callable[..., BaseClient]) -> Callable[..., BaseClient]:
    def shared(session: Any, service_name: str, *given: Any, **named: Any) -> BaseClient:
        if not (moto.core.models.botocore_stubber.enabled and _is_plain(session)) or given:
            return create(session, service_name, *given, **named)
        told = tuple(sorted((name, _told(it)) for name, it in named.items()))
        around = tuple(sorted(pair for pair in os.environ.items() if pair[0].startswith("AWS_")))
        key = (session.user_agent_name, service_name, told, around)
        if key not in _clients:
            _clients[key] = create(session, service_name, **named)
        return _clients[key]

    return shared


def _is_plain(session: Any) -> bool:
    """Whether nothing was told to this session, or hung on it; PynamoDB hangs on its clients, and gives the region in its place."""
    default = boto3.DEFAULT_SESSION
    return session.user_agent_name == "Botocore" or (default is not None and session is default._session)


def _told(it: Any) -> str:
    return repr(vars(it) if isinstance(it, Config) else it)


# Requests


def _shorten_requests() -> None:
    client: Any = BaseClient
    _patches.setattr(client, "_make_api_call", _directly(client._make_api_call))
    _patches.setattr(responses_of_dynamodb, "dynamo_to_dict", _plain(responses_of_dynamodb.dynamo_to_dict))


def _directly(send: Callable[..., Any]) -> Callable[..., Any]:
    """Call moto's handler with a copy of the arguments; what fails is sent again, for the error to come as AWS words it."""

    def call(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        answer = _ANSWERS.get(service) if operation in _DIRECT.get(service, ()) else None
        if not (answer and moto.core.models.botocore_stubber.enabled and _is_of_aws(client)):
            return send(client, operation, arguments)
        try:
            result = answer(client, operation, arguments)
        except ClientError:
            raise
        except Exception:
            return send(client, operation, arguments)
        return {**result, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}

    return call


def _answer(client: BaseClient, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if quick := _QUICK.get(operation):
        with suppress(AssertionError, LookupError, TypeError, Unusual, ValueError, DynamodbException):
            return quick(client, operation, arguments)
    handler = DynamoHandler()
    handler.current_account, handler.region = DEFAULT_ACCOUNT_ID, client.meta.region_name
    handler.body = marshal.loads(marshal.dumps(arguments))
    answer: dict[str, Any] = _OPERATIONS[operation](handler).result
    return answer


_DIRECT: dict[str, Collection[str]] = {"dynamodb": _OPERATIONS, "sqs": quick_sqs.OPERATIONS}
_ANSWERS = {"dynamodb": _answer, "sqs": quick_sqs.answer}


def _is_of_aws(client: BaseClient) -> bool:
    return bool(client.meta.endpoint_url.endswith(".amazonaws.com"))


def _plain(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def converted(it: Any) -> Any:
        kind = type(it)
        if kind is DynamoType and it.type not in ("B", "BS"):
            return {it.type: converted(it.value)}
        if kind is str:
            return it
        if kind is dict or kind is LimitedSizeDict:
            return {name: converted(value) for name, value in it.items()}
        if kind is list:
            return [converted(value) for value in it]
        return convert(it)

    return converted


def _accepts_kwargs(function: Any) -> bool:
    """Whether a handler takes any keyword, without the whole of `inspect`; asked 120 times a client."""
    code = getattr(function, "__code__", None)
    return bool(code.co_flags & CO_VARKEYWORDS) if code else bool(accepts_kwargs(function))


def _aliased(aliaser: Any) -> Callable[..., str]:
    """All clients rename events alike, so that one memory does for them; it must not keep the clients alive."""
    alias = cache(aliaser(None)._alias_event_name)
    return lambda _, event_name: alias(event_name)


# Expressions


def _remember_expressions() -> None:
    _patches.setattr(ConditionExpressionParser, "parse", _parsed_once(ConditionExpressionParser.parse))
    _patches.setattr(
        responses_of_dynamodb, "parse_expression", _keys_parsed_once(responses_of_dynamodb.parse_expression)
    )
    _patches.setattr(UpdateExpressionParser, "make", cache(UpdateExpressionParser.make))


def _parsed_once(parse: Callable[[ConditionExpressionParser], Any]) -> Callable[[ConditionExpressionParser], Any]:
    """Moto parses a condition up to four times a request."""

    @lru_cache(maxsize=64)
    def remembered(expression: str, names: bytes, values: bytes) -> tuple[Any, list[str], list[str]]:
        parser = ConditionExpressionParser(expression, marshal.loads(names), marshal.loads(values))
        return parse(parser), parser.expr_attr_names_found, parser.expr_attr_values_found

    def parsed(self: ConditionExpressionParser) -> Any:
        if not self.condition_expression:
            return parse(self)
        try:
            names, values = (
                marshal.dumps(it) for it in (self.expression_attribute_names, self.expression_attribute_values)
            )
        except ValueError:  # as HTTP brings them, in mappings of moto's own
            return parse(self)
        condition, names_found, values_found = remembered(self.condition_expression, names, values)
        self.expr_attr_names_found.extend(names_found)
        self.expr_attr_values_found.extend(values_found)
        return condition

    return parsed


def _keys_parsed_once(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Of a query, which keys it compares how; only the values are other ones each time."""

    @cache
    def remembered(expression: str, names: tuple[Any, ...], values: tuple[str, ...], schema: tuple[Any, ...]) -> Any:
        return parse(expression, {it: {"S": it} for it in values}, dict(names), [dict(it) for it in schema])

    def parsed(
        key_condition_expression: str,
        expression_attribute_values: dict[str, Any],
        expression_attribute_names: dict[str, str],
        schema: list[dict[str, str]],
    ) -> Any:
        values = expression_attribute_values
        if any(value == {"S": ""} for value in values.values()):
            return parse(key_condition_expression, values, expression_attribute_names, schema)
        names = tuple(sorted(expression_attribute_names.items()))
        keys = tuple(tuple(sorted(it.items())) for it in schema)
        hashes, ranges, used = remembered(key_condition_expression, names, tuple(sorted(values)), keys)
        return (
            [(name, values[it["S"]]) for name, it in hashes],
            [(name, how, [values[it["S"]] for it in them]) for name, how, them in ranges],
            list(used),
        )

    return parsed


# Items


def _copy_less() -> None:
    _patches.setattr(DynamoType, "cast_value", property(_cast(DynamoType.cast_value.fget)))
    _patches.setattr(DynamoType, "__eq__", _equal)
    _patches.setattr(DynamoType, "__hash__", _hashed(DynamoType.__hash__))
    _patches.setattr(DynamoType, "__deepcopy__", _copied)
    _patches.setattr(DynamoType, "size", _measured(DynamoType.size))
    _patches.setattr(Item, "__init__", _made)
    _patches.setattr(Item, "size", _measured_once(Item.size))
    _patches.setattr(Table, "__deepcopy__", _snapshot, raising=False)
    _patches.setattr(DynamoDBBackend, "update_item", _on_a_copy(DynamoDBBackend.update_item))


def _cast(cast: Any) -> Callable[[DynamoType], Any]:
    return lambda value: value.value if value.type == "S" else cast(value)


def _equal(one: DynamoType, other: DynamoType | None) -> bool:
    if other is None or one.type != other.type:
        return False
    return bool(one.value == other.value if one.type == "S" else one.cast_value == other.cast_value)


def _hashed(hashed: Callable[[DynamoType], int]) -> Callable[[DynamoType], int]:
    return lambda value: hash(("S", value.value)) if value.type == "S" else hashed(value)


def _measured(size: Callable[[DynamoType], int]) -> Callable[[DynamoType], int]:
    def measured(value: DynamoType) -> int:
        held = value.value
        if type(held) is str:
            return len(held) if held.isascii() else len(held.encode())
        if type(held) is dict:
            return sum(len(name.encode()) + measured(inner) for name, inner in held.items())
        return size(value)

    return measured


def _measured_once(size: Callable[[Item], int]) -> Callable[[Item], int]:
    """What is stored is replaced, and never changed; each answer measures all that is in it twice."""

    def measured(item: Item) -> int:
        return int(vars(item).get("measured") or vars(item).setdefault("measured", size(item)))

    return measured


def _copied(value: DynamoType, memo: dict[int, Any]) -> DynamoType:
    """Only what can change in its place is copied."""
    held = value.value
    if type(held) is not dict and type(held) is not list:
        return value
    found = DynamoType.__new__(DynamoType)
    found.type = value.type
    if type(held) is dict:
        found.value = {name: deepcopy(inner, memo) for name, inner in held.items()}
    else:
        found.value = [deepcopy(inner, memo) for inner in held]
    return found


def _made(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """As moto's, which measures all attributes before it adds each."""
    self.hash_key, self.range_key = hash_key, range_key
    self.attrs = LimitedSizeDict()
    for name, value in attrs.items():
        dict.__setitem__(self.attrs, name, DynamoType(value))
    if self.size() > MOST_BYTES:
        raise ItemSizeTooLarge


def _snapshot(table: Table, _: dict[int, Any]) -> Table:
    """The copy that a transaction is rolled back to; moto makes one for each of its writes, with all items."""
    kept = copy(table)
    kept.items = defaultdict(dict, {name: copy(items) for name, items in table.items.items()})
    return kept


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
