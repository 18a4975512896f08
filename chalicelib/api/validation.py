"""From the bytes of a body to a checked struct, or to one sentence that names the field and the limit.

msgspec does the checking; this module trims outer white space, treats null as absent where it says nothing, and puts
msgspec's findings into the API's words.
"""

import codecs
import re
from collections.abc import Container, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from chalicelib.errors import Invalid, TooLarge
from chalicelib.operations.operation import Changes
from chalicelib.services.access.limits import BODY_BYTES, TEXT_BYTES
from chalicelib.text.normalise import is_blank

T = TypeVar("T")

_NOT_OBJECT = "The request body must be a JSON object"

_WHERE = " - at `$"  # before the path in msgspec's findings, at their end
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_LENGTH = re.compile(r"Expected `(?P<type>str|array)` of length (?P<bound>>=|<=) (?P<n>\d+)")
_RANGE = re.compile(r"Expected `(?:int|float)` (?P<bound>>=|<=) (?P<n>-?\d+)")
_DIGITS = re.compile(r"-?[0-9]+")
_TYPE = re.compile(r"Expected `(?P<types>[a-z]+(?: \| [a-z]+)*)`")
_NAMES = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "a date and time (RFC 3339)",
}


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
        raise Invalid(_NOT_OBJECT)
    try:
        body = msgspec.convert({**tidied, **ids}, kind)
    except msgspec.ValidationError as error:
        raise Invalid(_in_our_words(str(error), kind)) from error
    if len(raw) > TEXT_BYTES:
        _check_sizes(msgspec.to_builtins(body), "")
    return body


def parse_query(given: Mapping[str, str], kind: type[T]) -> T:
    """The query parameters as `kind`; what it does not know is ignored. Raises Invalid, naming the parameter."""
    for name in _whole_numbers(kind):
        if name in given and not _DIGITS.fullmatch(given[name]):
            raise Invalid(f"{name} must be {_NAMES['int']}")
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(_in_our_words(str(error), kind)) from error


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


def _check_sizes(value: Any, path: str) -> None:
    """Refuse texts that no item can hold; what is in no field of ours may be as long as it likes."""
    if isinstance(value, str) and len(value.encode()) > TEXT_BYTES:
        raise Invalid(f"{path} must be at most {TEXT_BYTES:,} bytes of UTF-8")
    if isinstance(value, list | tuple):
        for position, item in enumerate(value):
            _check_sizes(item, f"{path}[{position}]")
    if isinstance(value, dict):
        for name, item in value.items():
            _check_sizes(item, f"{path}.{name}" if path else name)


def _in_our_words(finding: str, kind: type[Any]) -> str:
    what, located, path = finding.rpartition(_WHERE)
    what, path = (what, path.removesuffix("`").lstrip(".")) if located else (finding, "")
    if missing := _MISSING.search(what):
        return f"{path}.{missing['field']} is required" if path else f"{missing['field']} is required"
    if not path:
        return _NOT_OBJECT
    if length := _LENGTH.search(what):
        if length["bound"] == ">=":
            return f"{path} is required"
        unit = "characters" if length["type"] == "str" else "items"
        return f"{path} must be at most {int(length['n']):,} {unit}" + ("" if unit == "characters" else " long")
    if bounds := _RANGE.search(what):
        return f"{path} must be at {'least' if bounds['bound'] == '>=' else 'most'} {int(bounds['n']):,}"
    if what.startswith("Invalid enum value"):
        return f"{path} must be one of: {', '.join(_choices(kind, path))}"
    if what.startswith("Invalid RFC3339"):
        return f"{path} must be {_NAMES['datetime']}"
    if named := _TYPE.search(what):
        return f"{path} must be {_one_of(named['types'].split(' | '))}"
    return f"{path} is not valid: {what}"


def _whole_numbers(kind: type[Any]) -> tuple[str, ...]:
    """The fields that are whole numbers; msgspec would take 1.0 and 1e3 for such, too."""
    found: Any = msgspec.inspect.type_info(kind)
    return tuple(it.encode_name for it in found.fields if isinstance(_inner(it.type), msgspec.inspect.IntType))


def _one_of(types: list[str]) -> str:
    *first, last = (_NAMES.get(name, name) for name in types if name != "null")
    return f"{', '.join(first)} or {last}" if first else last


def _choices(kind: type[Any], path: str) -> list[str]:
    """The values a field may have, found by walking the struct along the path of msgspec's finding."""
    found: Any = msgspec.inspect.type_info(kind)
    for step in re.sub(r"\[[^\]]*\]", "", path).split("."):
        if isinstance(found, msgspec.inspect.StructType):
            found = next(field.type for field in found.fields if field.encode_name == step)
        found = _inner(found)
    return [str(value) for value in found.values]


def _may_be_null(found: Any) -> bool:
    if isinstance(found, msgspec.inspect.Metadata):
        return _may_be_null(found.type)
    options = found.types if isinstance(found, msgspec.inspect.UnionType) else ()
    return any(isinstance(option, msgspec.inspect.NoneType) for option in options)


def _inner(found: Any) -> Any:
    """Looks through what is said of a field, through unions with null, and into lists."""
    if isinstance(found, msgspec.inspect.Metadata):
        return _inner(found.type)
    if isinstance(found, msgspec.inspect.UnionType):
        return _inner(next(option for option in found.types if not isinstance(option, msgspec.inspect.NoneType)))
    if isinstance(found, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        return _inner(found.item_type)
    return found
