"""The names of time zones: those of the IANA database, from a package, since not every machine has them, or all of them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from chalicelib.errors import Invalid


def find_time_zone(name: str) -> str:
    """Returns the time zone of this name, in whatever case, as the database writes it. Raises Invalid for what is none."""
    try:
        return _names()[name.casefold()]
    except KeyError:
        raise Invalid("time_zone must be the IANA name of a time zone, like Europe/Berlin") from None


def list_time_zones(besides: str) -> list[str]:
    """Returns the zones of places and UTC, to choose from, and this one besides; most other names are older ones of the same."""
    return sorted({it for it in _names().values() if "/" in it and not it.startswith("Etc/")} | {"UTC", besides} - {""})


@cache
def _names() -> Mapping[str, str]:
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return {name.casefold(): name for name in names}
