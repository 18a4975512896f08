"""What calls of models cost: prices by model from `prices.toml`, amounts in millionths of a dollar.

A model that is not in the table counts as the dearest that is, so that a new one is never taken for cheap.
"""

import math
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.llm.interface import Request

_FILE: Final = Path(__file__).with_name("prices.toml")
_CHARACTERS_A_TOKEN: Final = 2.5  # of English with the models' own tokenizer; measured by their vendor
_OVERHEAD: Final = 500  # tokens of a request besides its texts


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dollars for a million tokens, which is millionths of a dollar for one."""

    input: float
    cache_write: float
    cache_read: float
    output: float

    def cost(self, *, read: int = 0, cache_written: int = 0, cache_read: int = 0, written: int = 0) -> int:
        """What these tokens cost, in millionths of a dollar, rounded up."""
        return math.ceil(
            read * self.input + cache_written * self.cache_write + cache_read * self.cache_read + written * self.output
        )


def price_of(model: str) -> Price:
    """The price of a model."""
    known = _prices()
    return known.get(model) or max(known.values(), key=lambda price: (price.output, price.input))


def most_of(request: Request, model: str, written: int) -> int:
    """What a request that is made twice may cost at most, in millionths of a dollar: nothing of it cached, and so many tokens
    written in all."""
    return price_of(model).cost(cache_written=2 * _tokens_of(request), written=written)


def reading(request: Request, model: str) -> int:
    """What it costs at least that a model reads a request, in millionths of a dollar."""
    return price_of(model).cost(cache_written=_tokens_of(request))


def _tokens_of(request: Request) -> int:
    texts = [*request.system, *(block for message in request.messages for block in message.blocks)]
    characters = sum(_width(block.text) for block in texts)
    characters += sum(len(tool.description) + len(msgspec.json.encode(tool.schema)) for tool in request.tools)
    return _OVERHEAD + math.ceil(characters / _CHARACTERS_A_TOKEN)


def _width(text: str) -> int:
    """Characters, those of other scripts as so many of English as they may have tokens: their bytes."""
    return len(text) if text.isascii() else len(text.encode())


@cache
def _prices() -> dict[str, Price]:
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), dict[str, Price])
