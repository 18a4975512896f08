"""What a model's prose may not claim: numbers of people, since code counts them; and addresses, which readers would trust.

A number is a claim where it is one of this session's people who hold something: in front of those who took part, or in front of people,
of whatever sort, who say, want or refuse. Behind "of", "with", "than" or "if" it tells of the matter instead. How a count is claimed in a
language of ours stands in `counts/`, a file a language. Where a summary is in another one, no sentence may hold a number that none of the
points has which it rests on.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.text import tokens

LEFT_OUT: Final = "[…]"  # in the place of an address
_FOLDER: Final = Path(__file__).with_name("counts")
_ADDRESS = re.compile(r"\bhttps?:|\bwww\.|\w@\w[\w-]*\.+[\w-]", re.IGNORECASE)
_WHOLE_ADDRESS = re.compile(r"\bhttps?:\S*|\bwww\.\S*|[\w.+%-]{1,64}@\w[\w-]*\.+[\w.-]*", re.IGNORECASE)
_TRAILING = ".,;:!?)]}»”\"'"  # behind an address they belong to its sentence
_WORD = r"[\w'’-]{1,30}"
_MEASURE = "[位名個个]"  # what Chinese puts between a number and people
_PERSONS = "[位名]"  # the same for persons alone
_NUMERAL = re.compile(r"\d+")
_LONGEST: Final = 18  # digits: who took part is counted with fewer, and Python refuses thousands
_DIGITS = r"(?<![\d,.])\d[\d,.]{0,15}(?:\+|-\w{1,10})?"
_SHORT_DIGITS = r"(?<![\d,.])\d{1,3}"  # of people by what they do: more of them are a year
_BRACKETS = re.compile(r"\s?(?:\([^()]{0,60}\)|（[^（）]{0,60}）)")
_PARTS: Final = r"\s*[;；]\s*|\s+[–—]+\s+|——"
LEAST_WORDS = 3  # of a clause that says something by itself
_END = re.compile(r"[.!?…。！？]+\s*$")
_LAST_WORDS = 40  # characters in front of a number that are looked at


class _Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Regular expressions: numbers in words, "one", what joins two numbers to "nine in ten", what goes before a number ("at least"),
    shares, the sign or word for per cent, what stands between a share and people, those who take part, people in general, others who
    may hold something and are no persons, a word for people by what they do, adverbs, what they do who hold something and what the
    latter do, "only one person", "all but two", after which words a number is no claim, what joins clauses, what claims a count by
    itself, and the word for an unknown number, empty where none fits before any noun. `unspaced`: words stand without gaps."""

    numbers: str
    shares: str
    percent: str
    between: str
    taking_part: str
    people: str
    hold: str
    alone: str
    one: str
    ratio: str
    modifiers: str
    things: str
    adverbs: str
    wants: str
    noun: str
    only: str
    all_but: str
    before: str
    joins: str
    some: str
    unspaced: bool = False


class _Language(msgspec.Struct, frozen=True):
    """The forms of a language, each with whether words in front of it may make it no claim; the group `number` of one is what `some` may
    stand for. A text without a `sign` has none of them."""

    sign: re.Pattern[str]
    forms: tuple[tuple[re.Pattern[str], bool], ...]
    before: re.Pattern[str]
    joins: re.Pattern[str]
    some: str


def claims_a_count(text: str) -> bool:
    """Whether this says how many people, or what share of them, hold something, in any language of ours."""
    return any(True for language in _languages() for _ in _claims(text, language))


def mend_counts(text: str, hidden: str, is_wrong: Callable[[str], bool] = claims_a_count) -> str:
    """A sentence without its claims: without a bracket that makes one, with "some" for a number, or without the clause; empty where
    nothing would be left.

    `hidden` is the same sentence, character by character, with what is not to be judged covered.
    """
    for cut in (_without_brackets, _with_some, _without_clauses):
        if not is_wrong(hidden):
            return text
        text, hidden = cut(text, hidden, is_wrong)
    return "" if is_wrong(hidden) else text


def find_numerals(text: str) -> set[int]:
    """The whole numbers in a text, in whatever script's digits."""
    return {int(found.group()[:_LONGEST]) for found in _NUMERAL.finditer(text)}


def has_link(text: str) -> bool:
    """Whether this names a page or a mailbox."""
    return bool(_ADDRESS.search(text))


def replace_links(text: str) -> str:
    """The text with a mark in the place of each address."""
    return _WHOLE_ADDRESS.sub(_replace_link, text)


def _replace_link(found: re.Match[str]) -> str:
    address = found.group()
    return LEFT_OUT + address[len(address.rstrip(_TRAILING)) :]


def _claims(text: str, language: _Language) -> Iterator[re.Match[str]]:
    """What claims a count in a text."""
    if not language.sign.search(text):
        return
    for form, depends in language.forms:
        for found in form.finditer(text):
            if not (depends and language.before.search(text, max(0, found.start() - _LAST_WORDS), found.start())):
                yield found


def _without_brackets(text: str, hidden: str, is_wrong: Callable[[str], bool]) -> tuple[str, str]:
    """Both without the brackets that hold nothing but a claim."""
    for found in reversed(list(_BRACKETS.finditer(hidden))):
        less = hidden[: found.start()] + hidden[found.end() :]
        if _NUMERAL.search(found.group()) and not is_wrong(less):
            text, hidden = text[: found.start()] + text[found.end() :], less
    return text, hidden


def _with_some(text: str, hidden: str, _: Callable[[str], bool]) -> tuple[str, str]:
    """Both with "some" in the place of each number that claims something, where the language has a word that fits."""
    for language in _languages():
        if not language.some:
            continue
        numbers = {it.span("number") for it in _claims(hidden, language) if "number" in it.re.groupindex}
        for start, end in sorted(numbers, reverse=True):
            if start < 0:
                continue
            word = language.some if hidden[:start].strip() else language.some.capitalize()
            text, hidden = (f"{it[:start]}{word}{it[end:]}" for it in (text, hidden))
    return text, hidden


def _without_clauses(text: str, hidden: str, is_wrong: Callable[[str], bool]) -> tuple[str, str]:
    """Both without the clauses that claim something, as far as whole ones are left."""
    for joins in (re.compile(_PARTS), *(language.joins for language in _languages())):
        bounds = [found.span() for found in joins.finditer(hidden)]
        starts, ends = [0, *(end for _, end in bounds)], [*(start for start, _ in bounds), len(hidden)]
        clauses = list(zip(starts, ends, strict=True))
        kept = [(start, end) for start, end in clauses if not is_wrong(hidden[start:end])]
        if not kept or len(kept) == len(clauses):
            continue
        if all(tokens.count_words(hidden[start:end]) < LEAST_WORDS for start, end in kept):
            continue
        text, hidden = _joined(text, clauses, kept), _joined(hidden, clauses, kept)
        if not is_wrong(hidden):
            break
    return text, hidden


def _joined(text: str, clauses: list[tuple[int, int]], kept: list[tuple[int, int]]) -> str:
    """These clauses of a sentence, which begins and ends as it did, with what stood in front of each."""
    said = ""
    stays = set(kept)
    for place, (start, end) in enumerate(clauses):
        if (start, end) in stays:
            said += (text[clauses[place - 1][1] : start] if said else "") + text[start:end]
    if kept[0][0] and text[:1].isupper():
        said = said[:1].upper() + said[1:]
    stop = _END.search(text)
    return said if stop is None or _END.search(said) else said.rstrip(" ,;，；") + stop.group()


# Compiled when first needed: a turn of a chat never asks.
@cache
def _languages() -> tuple[_Language, ...]:
    files = sorted(_FOLDER.glob("*.toml"))
    return tuple(_compiled(msgspec.toml.decode(file.read_bytes(), type=_Counts)) for file in files)


def _compiled(of: _Counts) -> _Language:
    in_brackets = f"{of.taking_part}\\s?[(（:：]\\s?(?:n\\s?=\\s?)?\\d"
    forms = _unspaced_forms(of) if of.unspaced else _spaced_forms(of)
    edge, gap = ("", r"\s*") if of.unspaced else (r"\b", r"\s+")
    always = (in_brackets, of.alone)
    sign = rf"\d|{edge}(?:{of.numbers}|{of.shares}|{of.one}|{of.only}|{of.all_but}|{of.alone})"
    return _Language(
        re.compile(sign, re.IGNORECASE),
        tuple(
            (re.compile(rf"{edge}(?:{form})", re.IGNORECASE), depends)
            for form, depends in (*forms, *((it, False) for it in always))
        ),
        re.compile(rf"{edge}{of.before}{gap}$", re.IGNORECASE),
        re.compile(of.joins, re.IGNORECASE),
        of.some,
    )


def _spaced_forms(of: _Counts) -> tuple[tuple[str, bool], ...]:
    """A number before those who take part; a number before people who hold something; a share of either, or one that holds something
    itself; nine in ten; only one; all but one."""
    number = f"(?:{_DIGITS}|{of.numbers})"
    ratio = f"(?:{number}|{of.one}) {of.ratio} {number}"
    some = f"(?P<number>(?:{of.modifiers} ){{0,2}}(?:{ratio}|(?!{of.shares}\\b){number}))(?!\\s?{of.percent})"
    share = f"(?:(?:{_DIGITS}|{of.numbers})\\s?{of.percent}|{of.shares}|{ratio})"
    words = rf"(?: {_WORD}){{0,3}}?"
    # A thing of theirs ("participants' time") is none of them.
    taking_part, people = rf"{of.taking_part}(?!['’])\b", rf"{of.people}(?!['’])\b"
    adverbs = f"(?: {of.adverbs}){{0,3}}"
    holds = rf"{adverbs} {of.hold}\b"
    sort = rf"(?!{of.things}\b)(?!{of.people}\b){of.noun}"
    few = f"(?:{_SHORT_DIGITS}|{of.numbers})"
    return (
        (f"{some}{words} {taking_part}", False),
        (f"{some}(?: {_WORD})? {people}{holds}", True),
        (rf"(?P<number>(?:{of.modifiers} ){{0,2}}{few}) {sort}{adverbs} {of.wants}\b", True),
        (f"{share}{of.between}(?: {_WORD})? {taking_part}", False),
        (f"{share}{of.between}(?: {_WORD})? {people}{holds}", True),
        (f"{share}{holds}", True),
        (f"(?:{of.only}){holds}", True),
        (f"{of.all_but}{holds}", True),
    )


def _unspaced_forms(of: _Counts) -> tuple[tuple[str, bool], ...]:
    number = f"(?:{_DIGITS}|{of.numbers})"
    some = f"(?P<number>{of.modifiers}?{number}\\s?{_MEASURE}?)"
    share = f"(?:(?:{_DIGITS}|{of.numbers})\\s?{of.percent}\\s?|{of.shares})"
    words = r"[^\s，。、；：！？]{0,6}?"
    holds = f"{of.adverbs}?{of.hold}"
    return (
        (
            f"{of.modifiers}?{number}\\s?{_MEASURE}?(?:{of.people}|{of.taking_part})之?[中裡里當当]?[中]?有?{number}\\s?{_MEASURE}?{of.people}?{holds}?",
            False,
        ),
        (f"(?P<number>{of.modifiers}?{number}\\s?{_MEASURE}){words}{of.taking_part}", False),
        (f"{some}{of.people}{holds}", True),
        (f"(?P<number>{of.modifiers}?{number}\\s?{_PERSONS}){of.noun}{of.adverbs}?{of.wants}", True),
        (f"{share}{words}(?:{of.taking_part}|{of.people}|{of.hold})", False),
        (f"(?:{of.only}){holds}", True),
        (f"{of.all_but}{holds}", True),
    )
