"""What costs are worked out from: counted on requests as they are sent today, written where the rules write it, and in the document."""

import re
from functools import cache

import pytest

from chalicelib import container
from chalicelib.services.usage import estimate as usage
from chalicelib.services.usage.budget import FOR_ALL_BUT_TURNS
from chalicelib.settings import PARAMETERS
from tests.bench.costs import DOCUMENT, MILLION, PEOPLE, ROOT, SHAPES, Shape, constants, costs_of, prices, render
from tests.bench.counting import TURNS, Recorder, count_conversation
from tests.bench.shapes import HOUR, Pace, Simulation, arrivals
from tests.clock import own_time

README = ROOT / "README.md"
BY_HAND = "run `make cost`: what the document is made of has changed"


def test_the_document_is_of_what_was_counted_last_and_of_todays_prices() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(usage.counted()), BY_HAND


def test_the_readme_tells_the_sums_of_the_document() -> None:
    told = README.read_text(encoding="utf-8").partition("\n## Cost\n")[2].partition("\n## ")[0]
    totals = [sum(costs_of(shape, usage.counted()).values()) for shape in SHAPES]
    live, small, large = (f"${total:,.0f}" for total in totals)
    assert (
        f"{live} for a thousand in a live hour, {small} in fifty sessions of twenty over a week, {large} in one" in told
    )
    cents = sorted(round(total / PEOPLE * 100) for total in totals)
    assert f"costs {cents[0]} to {cents[-1]} cents" in told
    idle = re.search(r"\| \*\*all\*\* \| \*\*(\d+\.\d+)\*\* \|$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    assert idle is not None
    assert f"an idle stage costs some ${float(idle[1]):.0f} a month" in told


def test_a_conversation_takes_about_what_was_counted(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    model, clock = Recorder(), own_time(monkeypatch)
    monkeypatch.setattr(container, "model", cache(lambda: model))
    found, kept = count_conversation(model, clock), usage.counted().turn
    assert found["calls"] == kept.calls == TURNS + 1
    for name in ("shared", "growth", "tail", "join_writes", "turn_writes", "turn_reads"):
        assert found[name] == pytest.approx(getattr(kept, name), rel=0.2, abs=30), BY_HAND


def test_summaries_are_worked_out_as_a_deployment_writes_them() -> None:
    """As `tests/workers/test_schedule.py` sees it done: the same twenty-four messages, and a reader who comes after the seventh."""
    pace = Pace(0, 0, 0)
    said = [(50.0 * number, number % 20) for number in range(24)]
    done = Simulation(pace, ends=5_000).run(said, [])
    assert (done.digests, done.summaries) == (24, [("medium", 20), ("medium", 24), ("large", 24)])
    read = Simulation(pace, ends=5_000).run(said[:7], [301])
    assert read.summaries == [("medium", 7), ("large", 7)]


def test_three_hundred_people_of_twelve_turns_fit_a_day_of_the_stage_and_of_one_owner() -> None:
    _, assumed, _ = constants()
    pace, of = Pace(assumed.digest_seconds, assumed.medium_summary_seconds, assumed.large_summary_seconds), prices()
    looks = [300.0 * number for number in range(1, 13)]
    work = Simulation(pace, ends=2 * HOUR).run(arrivals(300, TURNS, HOUR, waking=False), looks)
    talk = 300 * usage.conversation_cost(TURNS, of, shares_cache=False)
    rest = work.digests * usage.digest_cost(of) + usage.prompt_cost(of)
    rest += sum(usage.summary_cost(size, of.large if tier == "large" else of.medium) for tier, size in work.summaries)
    assert len(work.summaries) >= 13
    for name in ("daily_budget", "owner_budget"):
        ceiling = int(PARAMETERS[name].default) * MILLION
        assert talk + rest <= FOR_ALL_BUT_TURNS * ceiling  # so that nothing waits for midnight, summaries included


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_an_estimate_is_about_what_a_session_comes_to(shape: Shape) -> None:
    costs = costs_of(shape, usage.counted())
    models = sum(costs[name] for name in ("turns", "digests", "summaries", "prompts")) / shape.sessions
    assert usage.estimate(shape.people, TURNS, prices()) / MILLION == pytest.approx(models, rel=0.45)
