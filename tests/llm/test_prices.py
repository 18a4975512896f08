"""What calls cost: by the model's name, for how long what was written is kept, and for how long a prompt."""

import msgspec

from chalicelib.llm.interface import Block, ChatMessage, Request
from chalicelib.llm.prices import estimate_usage, most_of, price_of
from tests.example_tables import each_row

SMALL = Request("digest", "small", (Block("a" * 2_500),), (ChatMessage("user", (Block("b" * 2_500),)),), 1_000)


@each_row(
    "model, known",
    [
        ("claude-haiku-5-5", "claude-haiku-5-5"),
        ("anthropic.claude-haiku-5-5", "claude-haiku-5-5"),
        ("eu.anthropic.claude-sonnet-5-5-20260928-v1:0", "claude-sonnet-5-5"),
        ("claude-sonnet-5-5-1", "claude-opus-5-5"),
        ("claude-sonnet-5", "claude-opus-5-5"),
        ("gpt-5", "claude-opus-5-5"),
    ],
)
def test_a_model_goes_by_its_name_wherever_it_is_and_an_unknown_one_is_the_dearest(model: str, known: str) -> None:
    assert price_of(model) == price_of(known)


def test_what_is_kept_for_an_hour_costs_twice_what_reading_does() -> None:
    for model in ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"):
        price = price_of(model)
        assert price.cost(cache_written_long=10**6) == 2 * price.cost(read=10**6)
        assert price.cost(cache_written=10**6) == 1.25 * price.cost(read=10**6)


def test_a_long_prompt_makes_the_whole_call_of_the_small_model_dearer() -> None:
    price = price_of("claude-haiku-5-5")
    assert price.cost(read=50_000, cache_read=50_000, written=1_000) == 5_000 + 500 + 500
    assert price.cost(read=50_001, cache_read=50_000, written=1_000) == 5 * 6_000 + 1
    assert price_of("claude-sonnet-5-5").cost(read=200_000) == 400_000


def test_the_most_that_a_request_may_cost_counts_what_is_kept_for_an_hour() -> None:
    shared = msgspec.structs.replace(SMALL, system=(Block("a" * 2_500, shared=True),))
    assert estimate_usage(SMALL, "claude-sonnet-5-5", written=0).cost == 2_500 * 2.5
    assert estimate_usage(shared, "claude-sonnet-5-5", written=0).cost == 1_500 * 4 + 1_000 * 2.5
    assert most_of(shared, "claude-sonnet-5-5", 3_000) == 2 * (1_500 * 4 + 1_000 * 2.5) + 3_000 * 10
