"""What calls of models cost: prices by model from `prices.toml`, amounts in millionths of a dollar.

A model goes by the longest name in the table that its own has in it, since other servers write more around it. One that is not
in the table counts as the dearest that is, so that a new one is never taken for cheap.
"""

import math
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.llm.interface import Block, Request, Usage

_FILE: Final = Path(__file__).with_name("prices.toml")
_CHARACTERS_A_TOKEN: Final = 2.5  # of English with the models' own tokenizer; measured by their vendor
_OVERHEAD: Final = 500  # tokens of a request besides its texts


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dollars for a million tokens, which is millionths of a dollar for one. `cache_write` is for five minutes, `cache_write_long` for
    an hour. A prompt of more than `long_prompt` tokens makes the whole call so many times as dear as `long_times` says."""

    input: float
    cache_write: float
    cache_write_long: float
    cache_read: float
    output: float
    long_prompt: int = 0
    long_times: float = 1

    def cost(
        self,
        *,
        read: int = 0,
        cache_written: int = 0,
        cache_written_long: int = 0,
        cache_read: int = 0,
        written: int = 0,
    ) -> int:
        """What one call with these tokens costs, in millionths of a dollar, rounded up."""
        is_long = 0 < self.long_prompt < read + cache_written + cache_written_long + cache_read
        cost = (
            read * self.input
            + cache_written * self.cache_write
            + cache_written_long * self.cache_write_long
            + cache_read * self.cache_read
            + written * self.output
        )
        return math.ceil(cost * (self.long_times if is_long else 1))


def price_of(model: str) -> Price:
    """The price of a model."""
    known = _prices()
    named = [name for name in known if re.search(rf"(?<!\w){re.escape(name)}(?!\w|[-.]\d{{1,2}}(?!\d))", model)]
    if named:
        return known[max(named, key=len)]
    return max(known.values(), key=lambda price: (price.output, price.input))


def most_of(request: Request, model: str, written: int, times: int = 2) -> int:
    """What a request that is made so many times may cost at most, in millionths of a dollar: nothing of it cached, and so many tokens
    written in all."""
    once = estimate_usage(request, model, written=written).cost
    return once + (times - 1) * estimate_usage(request, model, written=0).cost


def estimate_usage(request: Request, model: str, *, written: int) -> Usage:
    """What a call takes of which nobody tells the tokens: all of the request read fresh, and so many tokens written."""
    shared, rest = _tokens_of(request)
    cost = price_of(model).cost(cache_written_long=shared, cache_written=rest, written=written)
    return Usage(shared + rest, 0, written, cost)


def tokens_of(characters: float) -> int:
    """About how many tokens so many characters of English are."""
    return math.ceil(characters / _CHARACTERS_A_TOKEN)


def _tokens_of(request: Request) -> tuple[int, int]:
    """About how many tokens a request has: up to its last breakpoint that is kept for an hour, and after it."""
    blocks = [*request.system, *(block for message in request.messages for block in message.blocks)]
    end = max((place + 1 for place, block in enumerate(blocks) if block.shared), default=0)
    tools = _OVERHEAD * _CHARACTERS_A_TOKEN
    tools += sum(len(tool.description) + len(msgspec.json.encode(tool.schema)) for tool in request.tools)
    shared, rest = _width(blocks[:end]), _width(blocks[end:])
    shared, rest = (shared + tools, rest) if end else (shared, rest + tools)
    return tokens_of(shared), tokens_of(rest)


def _width(blocks: list[Block]) -> float:
    """Characters, those of other scripts as so many of English as they may have tokens: their bytes."""
    return sum(len(it.text) if it.text.isascii() else len(it.text.encode()) for it in blocks)


@cache
def _prices() -> dict[str, Price]:
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), dict[str, Price])
