"""Attribute types of our own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from pynamodb.attributes import Attribute
from pynamodb.constants import STRING, STRING_SET
from pynamodb.expressions.condition import size

from chalicelib.model import DigestCounts, Role
from chalicelib.model.sessions import highest

# In a condition, how many values an attribute has; PynamoDB has no types for it.
SIZE: Final[Callable[[Any], Any]] = size
_LETTERS = {"for": "f", "against": "a", "mixed": "m", "neutral": "n"}
_STANCES = {letter: stance for stance, letter in _LETTERS.items()}


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


def tie_name(project_id: str, role: Role) -> str:
    """`<project_id>:<role>`."""
    return f"{project_id}:{role}"


class TiesAttribute(Attribute[Mapping[str, Role]]):
    """The projects of a session with the highest role that each gives, as a set of `<project_id>:<role>`, so that one is added or taken
    away without reading the others. Of several for one project the highest counts."""

    attr_type = STRING_SET

    def __init__(self) -> None:
        super().__init__(null=True, default=dict)

    def serialize(self, value: Mapping[str, Role] | Collection[str]) -> list[str] | None:
        """Takes the ties themselves, or, of those that are added or taken away, what stands for them."""
        ties = {tie_name(*tie) for tie in value.items()} if isinstance(value, Mapping) else value
        return sorted(ties) or None

    def deserialize(self, value: Sequence[str]) -> dict[str, Role]:
        ties: dict[str, Role] = {}
        for tie in value:
            project_id, _, role = tie.partition(":")
            ties[project_id] = highest(ties.get(project_id), msgspec.convert(role, Role)) or "viewer"
        return ties


class DigestCountsAttribute(Attribute[DigestCounts]):
    """What a thread counts for, in few bytes, because all heads are read at once: `messages points themeless`, then each theme
    with a letter for the stance on it, as in `4 7 0 t1f t22a`."""

    attr_type = STRING

    def __init__(self, attr_name: str) -> None:
        super().__init__(null=True, attr_name=attr_name)

    def serialize(self, value: DigestCounts) -> str:
        stances = (f"{theme}{_LETTERS[stance]}" for theme, stance in value.stances.items())
        return " ".join([str(value.messages), str(value.points), str(value.themeless), *stances])

    def deserialize(self, value: str) -> DigestCounts:
        messages, points, themeless, *stances = value.split()
        taken = {stance[:-1]: _STANCES[stance[-1]] for stance in stances}
        return DigestCounts(int(messages), int(points), int(themeless), taken)
