"""From the bytes of a body, or the parameters of a query, to the input of an operation.

Outer white space is trimmed, and null treated as absent where it says nothing; the rest holds for every door.
"""

import codecs
import re
from collections.abc import Container, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from chalicelib.errors import Invalid, TooLarge
from chalicelib.operations.operation import Changes
from chalicelib.operations.validation import NAMES, NOT_OBJECT, convert_input, inner_type
from chalicelib.services.access.sizes import BODY_BYTES
from chalicelib.text.normalise import is_blank

T = TypeVar("T")

_DIGITS = re.compile(r"-?[0-9]+")


def parse_body(raw: bytes, kind: type[T], ids: Mapping[str, str]) -> T:
    """The body as `kind`, with the ids that the path carries. Raises Invalid for anything else, TooLarge over a megabyte.

    An empty body counts as `{}`. A byte order mark, which some editors and shells put in front, is passed over.
    """
    known: Any = kind
    if len(raw) > BODY_BYTES:
        raise TooLarge(f"The request body must be at most {BODY_BYTES:,} bytes")
    try:
        text = raw.removeprefix(codecs.BOM_UTF8)
        tidied = _tidy(msgspec.json.decode(text) if text.strip() else {}, _telling_nulls(known))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("The request body is not valid JSON") from error
    if not isinstance(tidied, dict):
        raise Invalid(NOT_OBJECT)
    return convert_input({**tidied, **ids}, kind)


def parse_query(given: Mapping[str, str], kind: type[T]) -> T:
    """The query parameters as `kind`; what it does not know is ignored. Raises Invalid, naming the parameter."""
    for name in _whole_numbers(kind):
        if name in given and not _DIGITS.fullmatch(given[name]):
            raise Invalid(f"{name} must be {NAMES['int']}")
    return convert_input(given, kind, strict=False)


def _tidy(value: Any, kept_nulls: Container[str] = ()) -> Any:
    """Trim strings, leave nothing of blank ones, drop nulls of objects; those of the outermost one are kept under these names."""
    if isinstance(value, str):
        return "" if is_blank(value) else value.strip()
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, dict):
        named = {name: _tidy(item) for name, item in value.items()}
        return {name: item for name, item in named.items() if item is not None or name in kept_nulls}
    return value


@cache
def _telling_nulls(kind: Any) -> frozenset[str]:
    """The fields in which null says something: all of a change; else those that may be null and are not so by default."""
    found: Any = msgspec.inspect.type_info(kind)
    if issubclass(kind, Changes):
        return frozenset(field.encode_name for field in found.fields)
    told = (field for field in found.fields if field.default not in (None, msgspec.NODEFAULT))
    return frozenset(field.encode_name for field in told if _may_be_null(field.type))


def _whole_numbers(kind: type[Any]) -> tuple[str, ...]:
    """The fields that are whole numbers; msgspec would take 1.0 and 1e3 for such, too."""
    found: Any = msgspec.inspect.type_info(kind)
    return tuple(it.encode_name for it in found.fields if isinstance(inner_type(it.type), msgspec.inspect.IntType))


def _may_be_null(found: Any) -> bool:
    if isinstance(found, msgspec.inspect.Metadata):
        return _may_be_null(found.type)
    options = found.types if isinstance(found, msgspec.inspect.UnionType) else ()
    return any(isinstance(option, msgspec.inspect.NoneType) for option in options)
