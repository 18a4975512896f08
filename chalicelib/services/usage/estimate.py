"""What a session will cost about, before anybody has taken part: calls as `make cost` counts them, times the price table.

Tokens that are read were counted on requests of the services; how many a model writes is assumed (`counted.toml`). An estimate
is of everybody the session takes, with a conversation as long as its host means it to be. Amounts are millionths of a dollar.
"""

import math
import tomllib
from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from chalicelib.llm.prices import Price, price_of
from chalicelib.model import Session
from chalicelib.services.facilitation.pace import turn_budget
from chalicelib.services.synthesis.schedule import LEAST_NEW, NEW_SHARE
from chalicelib.settings import DEFAULT_MODELS

MANY: Final = 100
MOST_FIRST: Final = 7 * 14  # who comes first within an hour, in a week of which people sleep ten hours a day
_FILE: Final = Path(__file__).with_name("counted.toml")


class CountedTurns(Struct, frozen=True):
    """Tokens of a conversation's calls: `shared` is the same for all participants, `own` what one person's begins with; each turn adds
    `growth` to what the next one reads from the cache, and has a `tail` that no other reads. Units are of DynamoDB."""

    calls: int
    shared: int
    own: int
    growth: int
    tail: int
    written: int
    join_reads: float
    join_writes: float
    turn_reads: float
    turn_writes: float


class CountedSynthesis(Struct, frozen=True):
    """Tokens of a digest, and of summaries by the number of messages: rows of messages, tokens, and read and write units of DynamoDB
    for all that a first summary takes."""

    sizes: tuple[tuple[int, int, int, int], ...]
    digest_shared: int
    digest_tail: int
    digest_written: int
    digest_reads: int
    digest_writes: int
    summary_written: int
    prompt_read: int
    prompt_written: int


class Counted(Struct, frozen=True):
    """All of them."""

    turn: CountedTurns
    synthesis: CountedSynthesis


class Prices(Struct, frozen=True):
    """What the model of each tier costs. Where `are_known` is false, one of them is in no table and counted as the dearest that is."""

    small: Price
    medium: Price
    large: Price
    are_known: bool = True


def prices_of(*, small: str, medium: str, large: str) -> Prices:
    """What these models cost, by their names."""
    return Prices(
        price_of(small),
        price_of(medium),
        price_of(large),
        are_known=all(map(_is_known, (small, medium, large))),
    )


def _is_known(model: str) -> bool:
    """Whether the table has this model. One that it lacks has the price of the dearest, which is among our defaults."""
    dearest = price_of("")
    return price_of(model) is not dearest or any(name in model for name in DEFAULT_MODELS.values())


@cache
def counted() -> Counted:
    """What was counted last."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Counted)


def estimate_session(session: Session, prices: Prices) -> int | None:
    """About what this session costs if everybody takes part whom it takes; None where it takes everybody, or where nobody knows what
    its models cost."""
    people = session.max_participants
    if people is None or not prices.are_known:
        return None
    return estimate(people, turn_budget(session.duration_minutes), prices)


def estimate_person(session: Session, prices: Prices) -> int:
    """About what one more participant costs in a session of many."""
    turns = turn_budget(session.duration_minutes)
    return estimate(MANY, turns, prices) // MANY


def estimate(people: int, turns: int, prices: Prices) -> int:
    """About what so many conversations of so many turns cost, with all that is made of them."""
    messages = people * turns
    first = min(people, MOST_FIRST)
    total = prompt_cost(prices) + first * conversation_cost(turns, prices, shares_cache=False)
    total += (people - first) * conversation_cost(turns, prices, shares_cache=True)
    total += messages * digest_cost(prices)
    total += sum(summary_cost(size, prices.medium) for size in growing(messages))
    return total + summary_cost(messages, prices.large)


def conversation_cost(turns: int, prices: Prices, *, shares_cache: bool) -> int:
    """What the calls of one conversation cost, its opening included. What all participants share is read from the cache where somebody
    else has just had it written, else it is written anew once, for an hour."""
    of, price = counted().turn, prices.medium
    calls = turns + 1
    written_to_cache = of.own + of.growth * calls
    read_from_cache = of.shared * (calls if shares_cache else turns) + sum(
        of.own + of.growth * number for number in range(calls)
    )
    return price.cost(
        read=of.tail * calls,
        cache_written=written_to_cache,
        cache_written_long=0 if shares_cache else of.shared,
        cache_read=read_from_cache,
        written=of.written * calls,
    )


def digest_cost(prices: Prices) -> int:
    """What it costs to digest one more message: what digests share is read fresh, since others came between."""
    of = counted().synthesis
    return prices.small.cost(read=of.digest_shared + of.digest_tail, written=of.digest_written)


def summary_cost(messages: int, price: Price) -> int:
    """What a summary of so many messages costs, as far as sessions of other sizes tell."""
    of = counted().synthesis
    return price.cost(read=summary_tokens(messages), written=of.summary_written)


def summary_tokens(messages: int) -> int:
    """How many tokens a summary of so many messages reads: between those that were counted in a straight line, beyond them no more."""
    sizes = [(size, tokens) for size, tokens, *_ in counted().synthesis.sizes]
    place = bisect_left(sizes, (messages,))
    if place == len(sizes):
        return sizes[-1][1]
    (after, most) = sizes[place]
    (before, least) = sizes[place - 1] if place else (0, 0)
    return round(least + (most - least) * (messages - before) / (after - before))


def prompt_cost(prices: Prices) -> int:
    """What it costs to write a facilitation prompt."""
    of = counted().synthesis
    return prices.large.cost(read=of.prompt_read, written=of.prompt_written)


def growing(messages: int) -> list[int]:
    """The numbers of messages at which a summary is written for the sake of what is new."""
    found = [LEAST_NEW]
    while found[-1] <= messages:
        found.append(max(found[-1] + LEAST_NEW, math.ceil(found[-1] * NEW_SHARE / (NEW_SHARE - 1))))
    return found[:-1]
