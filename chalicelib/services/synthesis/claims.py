"""What a model's prose may not claim: numbers of people, since code counts them; and addresses, which readers would trust.

How a count is claimed in a language of ours stands in `counts/`, a file a language. Where a summary is in another one, no
sentence may hold a number that none of the points has which it rests on.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

_FOLDER: Final = Path(__file__).with_name("counts")
_ADDRESS = re.compile(r"\bhttps?:|\bwww\.|\w@\w[\w-]*\.+[\w-]", re.IGNORECASE)
_WORD = r"[\w'’-]{1,30}"
_MEASURE = "[位名個个]"  # what Chinese puts between a number and people
_NUMERAL = re.compile(r"\d+")
_LONGEST: Final = 18  # digits: who took part is counted with fewer, and Python refuses thousands
_DIGITS = r"\d[\d,.]{0,15}(?:\+|-\w{1,10})?"


class _Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Regular expressions: numbers in words, shares, the sign or word for per cent, what stands between a share and people,
    those who take part, people in general, what they do who hold something, and what claims a count by itself. `unspaced`:
    words stand without gaps."""

    numbers: str
    shares: str
    percent: str
    between: str
    taking_part: str
    people: str
    hold: str
    alone: str
    unspaced: bool = False


def claims_a_count(text: str) -> bool:
    """Whether this says how many people, or what share of them, hold something, in any language of ours."""
    return any(pattern.search(text) for pattern in _patterns())


def find_numerals(text: str) -> set[int]:
    """The whole numbers in a text, in whatever script's digits."""
    return {int(found.group()[:_LONGEST]) for found in _NUMERAL.finditer(text)}


def has_link(text: str) -> bool:
    """Whether this names a page or a mailbox."""
    return bool(_ADDRESS.search(text))


# Compiled when first needed: a turn of a chat never asks.
@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    files = sorted(_FOLDER.glob("*.toml"))
    read = (msgspec.toml.decode(file.read_bytes(), type=_Counts) for file in files)
    return tuple(re.compile(_pattern(counts), re.IGNORECASE) for counts in read)


def _pattern(of: _Counts) -> str:
    """One expression for a language: a number before those who take part; a number before people who hold something; a
    share of either, or one that holds something itself; a number in brackets behind those who take part."""
    number = f"(?:{_DIGITS}|{of.numbers})"
    share = f"(?:(?:{_DIGITS}|{of.numbers})\\s?{of.percent}|{of.shares})"
    in_brackets = f"{of.taking_part}\\s?[(（:：]\\s?(?:n\\s?=\\s?)?\\d"
    if of.unspaced:
        words = r"[^\s，。、；：！？]{0,6}?"
        forms = (
            f"{number}\\s?{_MEASURE}{words}{of.taking_part}",
            f"{number}\\s?{_MEASURE}?{of.people}{of.hold}",
            f"{share}{words}(?:{of.taking_part}|{of.people}|{of.hold})",
        )
        return "|".join((*forms, in_brackets, of.alone))
    words = rf"(?: {_WORD}){{0,3}}?"
    spaced = (
        f"{number}{words} {of.taking_part}",
        f"{number}(?: {_WORD})? {of.people} {of.hold}",
        f"{share}{words} {of.taking_part}",
        f"{share}{of.between} (?:{of.people}|{of.hold})",
    )
    return "|".join(rf"\b{form}" for form in (*spaced, in_brackets, of.alone))
