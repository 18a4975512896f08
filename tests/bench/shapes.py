"""When summaries are written in a session of a thousand people: the rules of `schedule.py` on a clock, without the conversations."""

import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from msgspec.structs import replace

from chalicelib.llm.interface import Tier
from chalicelib.model import Summary, Synthesis
from chalicelib.services.synthesis import schedule
from chalicelib.settings import PARAMETERS
from tests.services import builders

AT_ONCE = 8  # digests
LONGEST_TURN = 60.0  # until a job that came too early asks again
SWEEP = 300.0
DELAY, INTERVAL, SILENCE = (float(PARAMETERS[f"summary_{name}"].default) for name in ("delay", "interval", "silence"))
BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
HOUR, DAY = 3600.0, 86_400.0
TURN_SECONDS = 75.0  # from one message of a person to the next


@dataclass
class Work:
    """What was done for a session: digests, jobs, the seconds they took, and of each summary its tier and messages."""

    digests: int = 0
    jobs: int = 0
    seconds: float = 0
    summaries: list[tuple[Tier, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Pace:
    """How long models take."""

    digest: float
    medium: float
    large: float


@dataclass
class Simulation:
    """One session: who says when what, and when somebody reads the summary, in seconds since it opened."""

    pace: Pace
    ends: float
    work: Work = field(default_factory=Work)
    people: set[int] = field(default_factory=set)
    undigested: dict[int, int] = field(default_factory=dict)
    digested: int = 0
    last_at: float = 0.0
    summary: Summary | None = None
    wanted: bool = False
    free_at: float = 0.0
    silent_at: float | None = None
    _events: list[tuple[float, int, str, int]] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _count: int = 0

    def run(self, said: list[tuple[float, int]], looks: list[float]) -> Work:
        """Let it all happen."""
        for at, who in said:
            self._plan(at, "said", who)
        for at in looks:
            self._plan(at, "looks")
        self._plan(self.ends, "job")
        while self._events:
            at, _, what, who = heapq.heappop(self._events)
            if what == "said":
                self.undigested[who] = self.undigested.get(who, 0) + 1
                self.people.add(who)
                self.last_at = at
                self._wake(at)
            elif what == "sweep":
                if self.silent_at is not None and self.silent_at <= at:
                    self.silent_at = None
                    self._job(max(at, self.free_at))
            elif what == "looks":
                if self.undigested or self.digested > (self.summary.messages if self.summary else 0):
                    self.wanted = True
                    self._wake(at)
            else:
                self._job(max(at, self.free_at))
        return self.work

    def _plan(self, at: float, what: str, who: int = 0) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, what, who))

    def _wake(self, at: float) -> None:
        """One job for each stretch as long as the queue's delay."""
        if (stretch := int(at // DELAY)) not in self._seen:
            self._seen.add(stretch)
            self._plan(at + DELAY, "job")

    def _job(self, at: float) -> None:
        if self._events and self._events[0][0] < at and self._events[0][2] != "job":
            self._plan(at, "job")  # what is said until the worker is free comes first
            return
        self.work.jobs += 1
        took = 0.3
        if self.undigested:
            took += self.pace.digest * -(-len(self.undigested) // AT_ONCE)
            self.work.digests += len(self.undigested)
            self.digested += sum(self.undigested.values())
            self.undigested.clear()
        now = BEGIN + timedelta(seconds=at)
        closes = BEGIN + timedelta(seconds=self.ends)
        before = builders.view()
        view = replace(
            before,
            session=replace(before.session, closes_at=closes),
            summary=self.summary,
            synthesis=Synthesis(wanted_at=now if self.wanted else None),
        )
        said = schedule.Said(self.digested, BEGIN + timedelta(seconds=self.last_at))
        is_new = self.digested > (self.summary.messages if self.summary else 0) or schedule.lacks_last(view, now)
        if is_new and schedule.find_reason(view, said, now, timedelta(seconds=SILENCE)):
            early = (schedule.earliest(view, now, int(INTERVAL)) - now).total_seconds()
            if early > 0:
                self._plan(at + min(LONGEST_TURN, early), "job")
            else:
                took += self._write(schedule.choose_tier(view, now), now)
        elif is_new:
            self.silent_at = self.last_at + SILENCE
            self._plan(-(-self.silent_at // SWEEP) * SWEEP, "sweep")
        self.work.seconds += took
        self.free_at = at + took

    def _write(self, tier: Tier, now: datetime) -> float:
        self.work.summaries.append((tier, self.digested))
        self.summary = Summary("s", now, "m", len(self.people), self.digested, overview="o", tier=tier)
        self.wanted, self.silent_at = False, None
        return self.pace.large if tier == "large" else self.pace.medium


def arrivals(people: int, turns: int, seconds: float, *, waking: bool, seed: int = 1) -> list[tuple[float, int]]:
    """So many conversations, begun evenly by chance; with `waking` between seven in the morning and nine in the evening."""
    chance, found = Random(seed), list[tuple[float, int]]()
    longest = turns * TURN_SECONDS
    for who in range(people):
        if waking:
            begin = chance.randrange(int(seconds // DAY)) * DAY + chance.uniform(7 * HOUR, 21 * HOUR)
        else:
            begin = chance.uniform(0, seconds - longest)
        found += [(begin + turn * TURN_SECONDS, who) for turn in range(turns)]
    return sorted(found)


def count_cold(said: list[tuple[float, int]]) -> int:
    """How often nobody has said anything for an hour, the first time included: so often what all participants share is written to the
    cache."""
    times = [-HOUR, *(at for at, _ in said)]
    return sum(after - before >= HOUR for before, after in pairwise(times))
