"""What DynamoDB answers, as values of Python, without the detours of the SDK and of PynamoDB where an answer holds many items.

botocore walks through a parsed answer by its description of the service, and PynamoDB makes an object of each item: together
most of the CPU time of a long list. Neither has anything to do here: items have no binary values, and records need no object.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from botocore.client import BaseClient
from pynamodb.attributes import (
    Attribute,
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.models import Model

Decode = Callable[[Any], Any]
Step = tuple[
    str, str, Decode | None
]  # the name of an attribute, its type, and what reads its value, where anything does

_READS = ("BatchGetItem", "GetItem", "Query")
_OK = 200
# How the values of PynamoDB's attributes are read; those of our own read themselves.
_DECODED: dict[type[Attribute[Any]], Decode | None] = {
    UnicodeAttribute: None,
    BooleanAttribute: None,
    NumberAttribute: int,
    UTCDateTimeAttribute: datetime.fromisoformat,
}


def decode_reads(client: BaseClient) -> None:
    """Have the answers to this client's reads decoded by msgspec, in the place where botocore lets others do it."""
    for operation in _READS:
        client.meta.events.register(f"before-parse.dynamodb.{operation}", _decode)


def reader(kind: type[Model], names: Iterable[str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Gives what reads these attributes of a raw item of this kind; its numbers are whole.

    One that the item does not have is its default, or None.
    """
    attributes = kind.get_attributes()
    absent = {name: attributes[name].default for name in names}
    steps = {attributes[name].attr_name: step_of(name, attributes[name]) for name in absent}

    def read(raw: Mapping[str, Any]) -> dict[str, Any]:
        values = absent.copy()
        for stored_as, held in raw.items():
            if stored_as in steps:
                name, letter, decode = steps[stored_as]
                if letter in held:  # else it is null
                    values[name] = decode(held[letter]) if decode else held[letter]
        return values

    return read


def step_of(name: str, attribute: Attribute[Any]) -> Step:
    """Gives how an attribute of a raw item is read."""
    return name, attribute.attr_type, _DECODED.get(type(attribute), attribute.deserialize)


def _decode(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Give botocore what the answer holds, and nothing to parse. What is no JSON is left to it, as errors are."""
    if response_dict["status_code"] != _OK:
        return
    try:
        customized_response_dict.update(msgspec.json.decode(response_dict["body"], type=dict[str, Any]))
    except msgspec.MsgspecError:
        return
    response_dict["body"] = b""
