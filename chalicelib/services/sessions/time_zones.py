"""The names of time zones: those of the IANA database, from a package, since not every machine has them, or all of them."""

from functools import cache
from importlib.resources import files

from chalicelib.errors import Invalid


def check_time_zone(name: str | None) -> None:
    """Raise Invalid for what is no time zone; None stands for the default."""
    if name is not None and name not in _names():
        raise Invalid("time_zone must be the IANA name of a time zone, like Europe/Berlin")


@cache
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())
