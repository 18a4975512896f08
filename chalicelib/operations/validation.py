"""What an operation takes keeps its limits: checked by msgspec, and told in one sentence that names the field and the limit."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from chalicelib.errors import Invalid
from chalicelib.services.access.sizes import TEXT_BYTES

T = TypeVar("T")

NOT_OBJECT = "The request body must be a JSON object"

_WHERE = " - at `$"  # before the path in msgspec's findings, at their end
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_LENGTH = re.compile(r"Expected `(?P<type>str|array)` of length (?P<bound>>=|<=) (?P<n>\d+)")
_RANGE = re.compile(r"Expected `(?:int|float)` (?P<bound>>=|<=) (?P<n>-?\d+)")
_PATTERN = re.compile(r"Expected `str` matching regex '(?P<pattern>.*)'$")
_TYPE = re.compile(r"Expected `(?P<types>[a-z]+(?: \| [a-z]+)*)`")
NAMES = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "a date and time (RFC 3339)",
}


def convert_input(given: Mapping[str, Any], kind: type[T], *, strict: bool = True) -> T:
    """Returns what is given as `kind`. Raises Invalid."""
    try:
        return msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise Invalid(_in_our_words(str(error), kind)) from error


def check_input(given: Struct) -> None:
    """Raises Invalid for an input that breaks a limit of its fields: msgspec knows only of what it decodes itself."""
    values = msgspec.to_builtins(given)
    convert_input(values, type(given))
    _check_sizes(values, "")


def _check_sizes(value: Any, path: str) -> None:
    """Refuse texts that no item can hold; what is in no field of ours may be as long as it likes."""
    if isinstance(value, str) and 4 * len(value) > TEXT_BYTES and len(value.encode()) > TEXT_BYTES:
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
        return NOT_OBJECT
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
        return f"{path} must be {NAMES['datetime']}"
    if form := _PATTERN.search(what):
        return f"{path} must match {form['pattern']}"
    if named := _TYPE.search(what):
        return f"{path} must be {_one_of(named['types'].split(' | '))}"
    return f"{path} is not valid: {what}"


def _one_of(types: list[str]) -> str:
    *first, last = (NAMES.get(name, name) for name in types if name != "null")
    return f"{', '.join(first)} or {last}" if first else last


def _choices(kind: type[Any], path: str) -> list[str]:
    """The values a field may have, found by walking the struct along the path of msgspec's finding."""
    found: Any = msgspec.inspect.type_info(kind)
    for step in re.sub(r"\[[^\]]*\]", "", path).split("."):
        if isinstance(found, msgspec.inspect.StructType):
            found = next(field.type for field in found.fields if field.encode_name == step)
        found = inner_type(found)
    return [str(value) for value in found.values]


def inner_type(found: Any) -> Any:
    """Looks through what is said of a field, through unions with null, and into lists."""
    if isinstance(found, msgspec.inspect.Metadata):
        return inner_type(found.type)
    if isinstance(found, msgspec.inspect.UnionType):
        return inner_type(next(option for option in found.types if not isinstance(option, msgspec.inspect.NoneType)))
    if isinstance(found, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        return inner_type(found.item_type)
    return found
