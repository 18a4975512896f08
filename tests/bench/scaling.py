"""`make scaling`: what a summary costs in sessions of several sizes, measured on the in-memory AWS, for docs/scaling.md."""

import os
import sys
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import container
from chalicelib.model import Session
from chalicelib.services.synthesis import digest_runner
from chalicelib.services.synthesis.summary_job import JOB_SECONDS, summarise
from tests import conftest, stack_in_memory
from tests.bench.crowded_sessions import SAID_BY_EACH, CountingModel, crowded_session, say_more
from tests.capacity import metered
from tests.clock import FakeClock, own_time

SIZES = (10, 100, 1_000)
DOCUMENT = Path(__file__).parents[2] / "docs" / "scaling.md"
TEXT = Path(__file__).with_name("scaling.md")
MORE = "The library should stay open on Sundays so that families have somewhere to go."


@dataclass(frozen=True)
class Cost:
    """What one summary cost."""

    digests: int
    summaries: int
    digest_tokens: int
    cached_tokens: int
    summary_tokens: int
    requests: int
    reads: float
    writes: int


def measure(session: Session, model: CountingModel, clock: FakeClock) -> Cost:
    """Bring a session's summary up to date."""
    clock.advance(3_600)
    model.reset()
    with metered() as consumed:
        summarise(session.id, deps=container.synthesis_deps(), deadline=clock.deadline(JOB_SECONDS))
    asked, tokens = model.asked, model.tokens
    return Cost(
        asked["digest"],
        asked["summary"],
        tokens["digest"],
        model.cached["digest"],
        tokens["summary"],
        consumed.calls.total(),
        consumed.reads,
        consumed.writes,
    )


def costs(people: int, model: CountingModel, clock: FakeClock) -> tuple[Cost, Cost]:
    """Of the first summary, and of the next one after one more message."""
    session = crowded_session(people, clock)
    first = measure(session, model, clock)
    say_more(session, 0, MORE, clock)
    return first, measure(session, model, clock)


def render(found: dict[int, tuple[Cost, Cost]]) -> str:
    """The document."""
    rows = [
        _row(f"{people:,}", name, cost)
        for people, pair in found.items()
        for name, cost in zip(("first summary", "one more message"), pair, strict=True)
    ]
    return TEXT.read_text(encoding="utf-8").format(rows="\n".join(rows), said=SAID_BY_EACH)


def _row(people: str, name: str, cost: Cost) -> str:
    cells = [
        people,
        name,
        f"{cost.digests:,} + {cost.summaries}",
        f"{cost.digest_tokens:,} ({cost.cached_tokens:,})",
        f"{cost.summary_tokens:,}",
        f"{cost.requests:,}",
        f"{cost.reads:,.0f}",
        f"{cost.writes:,}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, and write the document; the same every time."""
    patch = pytest.MonkeyPatch()
    numbers = iter(range(1, 1_000_000))
    with mock_aws():
        stack_in_memory.create_tables()
        os.environ.update(stack_in_memory.create_queues(), DEPLOYMENT_SECRET_ARN="unused")
        conftest.forget_wiring()
        model, clock = CountingModel(), own_time(patch)
        own: Any = {"model": cache(lambda: model), "new_id": lambda: str(uuid.UUID(int=next(numbers)))}
        for name, value in own.items():
            patch.setattr(container, name, value)
        patch.setattr(digest_runner, "AT_ONCE", 1)  # the in-memory AWS is not thread-safe
        found = {}
        for people in SIZES:
            found[people] = costs(people, model, clock)
            print(f"{people:,} threads measured", file=sys.stderr, flush=True)
    DOCUMENT.write_text(render(found), encoding="utf-8")
    print(DOCUMENT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
