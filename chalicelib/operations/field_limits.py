"""How long a text and how large a number may be in a field of an input, for doors that say so before they are sent it."""

from typing import Any

import msgspec
from msgspec import Meta, Struct

from chalicelib.operations.session_fields import CreateSession


def limit_of(name: str, of: type[Struct] = CreateSession) -> int:
    """Returns how many characters this field may have."""
    return limits_of(name, of)[0]


def limits_of(name: str, of: type[Struct] = CreateSession) -> list[int]:
    """Returns how many things a list may have, and then how many characters each of them."""
    return [limit for meta in _metas(name, of) if (limit := meta.max_length) is not None]


def range_of(name: str, of: type[Struct] = CreateSession) -> tuple[int, int]:
    """Returns the smallest and the largest number that this field may be."""
    return next(
        (int(meta.ge), int(meta.le)) for meta in _metas(name, of) if meta.ge is not None and meta.le is not None
    )


def _metas(name: str, of: type[Struct]) -> list[Meta]:
    (row,) = (it for it in msgspec.structs.fields(of) if it.name == name)
    return _within(row.type)


def _within(annotated: Any) -> list[Meta]:
    """Returns what is said of a type, and of each of several that it may be."""
    own = [it for it in getattr(annotated, "__metadata__", ()) if isinstance(it, Meta)]
    return own + [meta for part in getattr(annotated, "__args__", ()) for meta in _within(part)]
