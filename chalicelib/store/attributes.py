"""Attribute types of our own."""

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
