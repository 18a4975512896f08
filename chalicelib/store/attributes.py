"""Attribute types of our own."""

from collections.abc import Sequence
from typing import Any

import msgspec
from pynamodb.attributes import Attribute
from pynamodb.constants import STRING


class JsonAttribute(Attribute[Any]):
    """A structure as JSON in UTF-8: no script takes more room than its characters do."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return msgspec.json.encode(value).decode()

    def deserialize(self, value: str) -> Any:
        return msgspec.json.decode(value)


class NamesAttribute(Attribute[Sequence[str]]):
    """A few names; the item has no such attribute where there are none."""

    attr_type = STRING

    def __init__(self) -> None:
        super().__init__(null=True, default=())

    def serialize(self, value: Sequence[str]) -> str | None:
        return msgspec.json.encode(value).decode() if value else None

    def deserialize(self, value: str) -> tuple[str, ...]:
        return msgspec.json.decode(value, type=tuple[str, ...])
