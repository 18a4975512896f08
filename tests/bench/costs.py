"""`make cost`: what a thousand participants of twelve turns cost in three shapes of session, for docs/cost.md.

Calls are counted on requests of the services with a stand-in of a model on the in-memory AWS, and kept in
`chalicelib/services/usage/counted.toml`, by which the application estimates a session, too. When summaries are written is worked
out by the rules that write them. Prices are those of `chalicelib/llm/prices.toml` and `aws_prices.toml`.
"""

import os
import sys
import tomllib
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from moto import mock_aws
from msgspec import Struct

from chalicelib import container
from chalicelib.services.usage import estimate as usage
from chalicelib.services.usage.estimate import Counted, Prices
from chalicelib.settings import DEFAULT_MODELS
from tests import conftest, stack_in_memory
from tests.bench.counting import TURNS, count_all, own_recorder
from tests.bench.shapes import DAY, HOUR, Pace, Simulation, Work, arrivals, count_cold
from tests.clock import own_time

PEOPLE = 1_000
SIZES = (2, 10, 50, 100, 400, 1_000)
ROOT = Path(__file__).parents[2]
COUNTED = ROOT / "chalicelib" / "services" / "usage" / "counted.toml"
DOCUMENT, TEXT = ROOT / "docs" / "cost.md", Path(__file__).with_name("cost.md")
MILLION = 1_000_000
CALL_WRITES = 6  # of a call's money: reserved and corrected on three accounts
JOB_REQUESTS = 4  # of SQS: to send, receive, delete, and now and then to give back


class Units(Struct, frozen=True):
    """What AWS charges for, in dollars."""

    lambda_gigabyte_second: float
    lambda_request: float
    api_request: float
    dynamodb_read: float
    dynamodb_write: float
    sqs_request: float
    log_gigabyte: float


class Assumed(Struct, frozen=True):
    """What nothing here can count."""

    turn_seconds: float
    digest_seconds: float
    medium_summary_seconds: float
    large_summary_seconds: float
    turn_written: int
    digest_written: int
    summary_written: int
    prompt_written: int
    page_requests: int
    page_seconds: float
    stream_runs: float
    stream_seconds: float
    log_kilobytes: float


class Idle(Struct, frozen=True):
    """What is paid a month while nobody talks."""

    queues: int
    poller_requests: int
    alarms: int
    alarm: float
    secrets: int
    secret: float
    dashboard: float
    snapshot: float
    clock_runs: int
    clock_seconds: float
    clock_reads: int


class Shape(Struct, frozen=True):
    """A way in which a thousand people take part: so many sessions of so many people, and when a host looks."""

    name: str
    sessions: int
    people: int
    seconds: float
    waking: bool
    looks: tuple[float, ...]

    def simulate(self, assumed: Assumed) -> Work:
        """What is done for one of its sessions."""
        pace = Pace(assumed.digest_seconds, assumed.medium_summary_seconds, assumed.large_summary_seconds)
        return Simulation(pace, ends=self.seconds + HOUR).run(self.said(), list(self.looks))

    def said(self) -> list[tuple[float, int]]:
        """Who says something when in one of its sessions."""
        return arrivals(self.people, TURNS, self.seconds, waking=self.waking)


SHAPES = (
    Shape("a live hour, one session", 1, PEOPLE, HOUR, False, tuple(600.0 * n for n in range(1, 7))),
    Shape("a week, 50 sessions of 20", 50, PEOPLE // 50, 7 * DAY, True, tuple(n * DAY + 9 * HOUR for n in range(1, 7))),
    Shape("a week, one session", 1, PEOPLE, 7 * DAY, True, tuple(n * DAY + 9 * HOUR for n in range(1, 7))),
)


def prices() -> Prices:
    """Of the models that a deployment asks where nobody names others."""
    return usage.prices_of(**DEFAULT_MODELS)


def constants() -> tuple[Units, Assumed, Idle]:
    """The unit prices of AWS and what is assumed."""
    read = tomllib.loads(Path(__file__).with_name("aws_prices.toml").read_text(encoding="utf-8"))
    return (
        msgspec.convert(read["units"], Units),
        msgspec.convert(read["assumed"], Assumed),
        msgspec.convert(read["idle"], Idle),
    )


def costs_of(shape: Shape, counted: Counted) -> dict[str, float]:
    """What a shape costs, in dollars by what it is for."""
    units, assumed, _ = constants()
    work, of = shape.simulate(assumed), prices()
    turns, people = PEOPLE * TURNS, PEOPLE
    # Whoever comes first within an hour has the shared part written to the cache.
    first, other = (usage.conversation_cost(TURNS, of, shares_cache=it) for it in (False, True))
    talk = people * other + shape.sessions * count_cold(shape.said()) * (first - other)
    written = [(usage.summary_cost(size, of.large if tier == "large" else of.medium)) for tier, size in work.summaries]
    calls = shape.sessions * (work.digests + len(work.summaries)) + turns + people
    reads, writes = _units(shape, work, counted)
    writes += calls * CALL_WRITES
    seconds = (turns + people) * assumed.turn_seconds + people * assumed.page_requests * assumed.page_seconds
    seconds += turns * assumed.stream_runs * assumed.stream_seconds / 2 + shape.sessions * work.seconds
    requests = turns + people * (1 + assumed.page_requests)
    runs = requests + turns * assumed.stream_runs + shape.sessions * work.jobs
    return {
        "turns": talk / MILLION,
        "digests": shape.sessions * work.digests * usage.digest_cost(of) / MILLION,
        "summaries": shape.sessions * sum(written) / MILLION,
        "prompts": shape.sessions * usage.prompt_cost(of) / MILLION,
        "Lambda": seconds * units.lambda_gigabyte_second + runs * units.lambda_request,
        "API Gateway": requests * units.api_request,
        "DynamoDB": reads * units.dynamodb_read + writes * units.dynamodb_write,
        "SQS": shape.sessions * work.jobs * JOB_REQUESTS * units.sqs_request,
        "logs": runs * assumed.log_kilobytes / MILLION * units.log_gigabyte,
    }


def _units(shape: Shape, work: Work, counted: Counted) -> tuple[float, float]:
    turn, synthesis = counted.turn, counted.synthesis
    turns = PEOPLE * TURNS
    reads = PEOPLE * turn.join_reads + turns * turn.turn_reads
    writes = PEOPLE * turn.join_writes + turns * turn.turn_writes
    # A job reads the heads of all, some 450 bytes each, and writes a few items; each summary reads and writes what a first one does
    # but for the digests, which were made before.
    heads = shape.people * 450 / 4096
    reads += shape.sessions * work.jobs * (synthesis.digest_reads + heads)
    writes += shape.sessions * work.digests * synthesis.digest_writes
    for _, size in work.summaries:
        reads += shape.sessions * size / TURNS  # a digest is about as large as a read unit
        writes += shape.sessions * 60
    return reads, writes


def render(counted: Counted) -> str:
    """The document."""
    units, assumed, idle = constants()
    found = [costs_of(shape, counted) for shape in SHAPES]
    works = [shape.simulate(assumed) for shape in SHAPES]
    rows = [f"| {name} | {' | '.join(f'{cost[name]:,.2f}' for cost in found)} |" for name in found[0]]
    totals = [sum(cost.values()) for cost in found]
    rows.append(f"| **all** | {' | '.join(f'**{total:,.2f}**' for total in totals)} |")
    rows.append(f"| **a participant** | {' | '.join(f'**{total / PEOPLE:,.3f}**' for total in totals)} |")
    done = [
        f"| {shape.name} | {shape.sessions * work.digests:,} | {_tiers(shape, work)} | {shape.sessions * work.jobs:,} |"
        for shape, work in zip(SHAPES, works, strict=True)
    ]
    sizes = [f"| {size:,} | {tokens:,} |" for size, tokens, *_ in counted.synthesis.sizes]
    return TEXT.read_text(encoding="utf-8").format(
        heads=" | ".join(shape.name for shape in SHAPES),
        rows="\n".join(rows),
        done="\n".join(done),
        sizes="\n".join(sizes),
        turn=counted.turn,
        synthesis=counted.synthesis,
        assumed=assumed,
        prices=_price_rows(),
        first=round(count_cold(SHAPES[1].said()) / SHAPES[1].people * 20),
        cold=_cold_conversation_cost() / usage.conversation_cost(TURNS, prices(), shares_cache=True),
        **_idle_costs(idle, units),
    )


def _cold_conversation_cost() -> int:
    """Of somebody who is alone in a session, and whose every message finds nothing in the cache any more."""
    of, price = usage.counted().turn, prices().medium
    return sum(
        price.cost(read=of.tail, cache_written=of.own + of.growth * n, cache_written_long=of.shared, written=of.written)
        for n in range(TURNS + 1)
    )


def _tiers(shape: Shape, work: Work) -> str:
    large = sum(tier == "large" for tier, _ in work.summaries)
    return f"{shape.sessions * (len(work.summaries) - large):,} | {shape.sessions * large:,}"


def _price_rows() -> str:
    of = prices()
    return "\n".join(
        f"| {tier} (`{DEFAULT_MODELS[tier]}`) | {price.input:g} | {price.cache_write:g} | {price.cache_read:g} | {price.output:g} |"
        for tier, price in (("small", of.small), ("medium", of.medium), ("large", of.large))
    )


def _idle_costs(idle: Idle, units: Units) -> Mapping[str, str]:
    pollers = idle.queues * idle.poller_requests * units.sqs_request
    clock = idle.clock_runs * (idle.clock_seconds / 2 * units.lambda_gigabyte_second + units.lambda_request)
    clock += idle.clock_runs * idle.clock_reads / 2 * units.dynamodb_read
    alarms, secrets = idle.alarms * idle.alarm, idle.secrets * idle.secret
    found = {"pollers": pollers, "clock": clock, "alarms": alarms, "secrets": secrets}
    found |= {"dashboard": idle.dashboard, "snapshot": idle.snapshot}
    return {**{name: f"{cost:.2f}" for name, cost in found.items()}, "idle": f"{sum(found.values()):.2f}"}


def count(people: tuple[int, ...] = SIZES) -> Counted:
    """Count everything anew, in sessions of so many people; the same every time."""
    _, assumed, _ = constants()
    patch = pytest.MonkeyPatch()
    numbers = iter(range(1, 10_000_000))
    patch.setattr(container, "new_id", lambda: str(uuid.UUID(int=next(numbers))))
    patch.setattr(container, "deployment_secret", lambda: b"for counting")
    try:
        found = count_all(people, own_recorder(patch), own_time(patch))
    finally:
        patch.undo()
    turn = {**found["turn"], "written": assumed.turn_written}
    synthesis = {
        **found["synthesis"],
        "digest_written": assumed.digest_written,
        "summary_written": assumed.summary_written,
        "prompt_written": assumed.prompt_written,
    }
    return msgspec.convert({"turn": turn, "synthesis": synthesis}, Counted)


def write_counted(counted: Counted) -> str:
    """What was counted, as it is kept."""
    lines = ["# Written by `make cost`: tokens of calls and units of DynamoDB, as `estimate.py` explains them."]
    for name, part in (("turn", counted.turn), ("synthesis", counted.synthesis)):
        values: dict[str, Any] = msgspec.structs.asdict(part)
        lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return "[\n" + "".join(f"    {list(row)},\n" for row in value) + "]"
    return str(value)


def main() -> None:
    """Count, and write what was counted and the document; with `--render`, the document of what was counted before. The same every
    time."""
    if sys.argv[1:] == ["--render"]:
        DOCUMENT.write_text(render(usage.counted()), encoding="utf-8")
        return
    with mock_aws():
        stack_in_memory.create_tables()
        os.environ.update(stack_in_memory.create_queues(), DEPLOYMENT_SECRET_ARN="unused")
        conftest.forget_wiring()
        counted = count()
    COUNTED.write_text(write_counted(counted), encoding="utf-8")
    usage.counted.cache_clear()
    DOCUMENT.write_text(render(counted), encoding="utf-8")
    print(DOCUMENT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
