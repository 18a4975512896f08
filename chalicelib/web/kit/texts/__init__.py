"""All text of the pages and of the bot: one catalogue a language and door, with the same keys and the same placeholders in each language.

A text that counts something has a form for each way in which its language does, by CLDR's names; `count` chooses.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.text.locales import fill, fill_counted, format_moment, format_offset

# French has a space before each of these signs and within its quotation marks, at which no line may end.
_FIXED_SPACES = {"fr": re.compile(r" (?=[:;!?»])|(?<=«) ")}
_UTC = ("UTC", "Etc/UTC")
_OURS = Path(__file__).parent.parent.parent.parent


class Texts:
    """The texts of one language: `texts("duration", count=5)`."""

    def __init__(self, tag: str, catalogue: Mapping[str, str | Mapping[str, str]]) -> None:
        self.tag, self.catalogue = tag, catalogue

    def __call__(self, key: str, **values: Any) -> str:
        """Returns the text of this name, filled in."""
        text = self.catalogue[key]
        return fill(self.tag, text, **values) if isinstance(text, str) else fill_counted(self.tag, text, **values)


@cache
def texts_in(tag: str) -> Texts:
    """Returns the texts of a language, the kit's and those of each door, read once a process."""
    catalogue: dict[str, str | Mapping[str, str]] = {}
    for folder in ("web/*", "telegram"):
        for file in sorted(_OURS.glob(f"{folder}/texts/{tag}.toml")):
            catalogue |= msgspec.toml.decode(_fix_spaces(tag, file.read_text(encoding="utf-8")))
    return Texts(tag, catalogue)


def _fix_spaces(tag: str, text: str) -> str:
    signs = _FIXED_SPACES.get(tag)
    return signs.sub("\u00a0", text) if signs else text


def _convert(at: datetime, zone: str) -> datetime:
    from zoneinfo import ZoneInfo  # only where a time is written

    return at.astimezone(ZoneInfo(zone))


def format_time_with_zone(at: datetime, zone: str, texts: Texts) -> str:
    """Returns a time as people in this zone read it, with the zone's name and how far it is from UTC then."""
    local = _convert(at, zone)
    named = zone if zone in _UTC else f"{zone}, {format_offset(local)}"
    return add_zone(format_moment(texts.tag, local), named, texts)


def format_time(at: datetime, zone: str, texts: Texts) -> str:
    """Returns a time as people in this zone read it, where the zone is named elsewhere.

    A time that comes twice, when clocks are put back, says which of the two it is.
    """
    local = _convert(at, zone)
    comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return format_moment(texts.tag, local) + (f" {format_offset(local)}" if comes_twice else "")


def format_time_of(text: str, zone: str, texts: Texts) -> str:
    """Returns the same of a time as operations give it."""
    return format_time(datetime.fromisoformat(text), zone, texts)


def add_zone(what: str, zone: str, texts: Texts) -> str:
    """Returns a time, or the heading of several, with the name of their zone."""
    return texts("in_zone", what=what, zone=zone.replace("_", " "))
