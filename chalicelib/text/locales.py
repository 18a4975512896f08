"""How the languages that we write in count, and how they write numbers and times: what Unicode's CLDR says of them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.text.language import OWN

if TYPE_CHECKING:
    from babel import Locale

# By the tag of a language its name there. English is for readers everywhere, most of whom write the day before the month.
LOCALES = {tag: {"en": "en_001"}.get(tag, tag.replace("-", "_")) for tag in OWN}


def fill_counted(tag: str, forms: Mapping[str, str], /, count: int, **values: Any) -> str:
    """Returns the one of a text's forms that the language has for so many, with the number and the other values."""
    return fill(tag, forms[_locale(tag).plural_form(count)], count=count, **values)


def fill(tag: str, text: str, /, **values: Any) -> str:
    """Returns a text with its values, numbers among them as the language writes them."""
    return text.format(**{name: _written(tag, value) for name, value in values.items()})


def isolate(tag: str, words: str) -> str:
    """Returns what somebody wrote, to stand in a text of this language: kept apart from it in direction, where the language runs right
    to left, so that the signs around the words stay around them."""
    return f"\u2068{words}\u2069" if words and _locale(tag).character_order == "right-to-left" else words


def format_moment(tag: str, at: datetime) -> str:
    """Returns date and time as they are where `at` is, to the minute and by the clock of 24 hours."""
    from babel.dates import format_date, format_skeleton

    locale = _locale(tag)
    day, minute = format_date(at, "long", locale), format_skeleton("Hm", at, at.tzinfo, locale=locale)
    return str(locale.datetime_formats["long"]).format(minute, day)


def format_dollars(tag: str, amount: float) -> str:
    """Returns an amount of US dollars, to the cent."""
    from babel.numbers import format_currency

    return str(format_currency(amount, "USD", locale=_locale(tag)))


def format_offset(at: datetime) -> str:
    """Returns how far the clock of `at` is from UTC: "UTC+02:00" in every language."""
    offset = f"{at:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


@cache
def _locale(tag: str) -> "Locale":
    from babel import Locale  # whose data take some 30 ms, and most requests do without

    return Locale.parse(LOCALES[tag])


def _written(tag: str, value: Any) -> Any:
    if not isinstance(value, (int, float)):
        return value
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_locale(tag))
