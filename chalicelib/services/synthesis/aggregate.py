"""What a session's digests come to: who stands where on which theme, and the points that a summary is made of.

All counts of people are made here, from threads: whoever says a thing thirty times is one participant.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import (
    STANCES,
    Digest,
    DigestCounts,
    Point,
    ReducedDigest,
    SessionView,
    Stance,
    ThemeRegistry,
    Thread,
)
from chalicelib.model.synthesis import NAMED_BY_SUMMARY, joined
from chalicelib.services.access.join_sources import group_by_source

NEVER = datetime.min.replace(tzinfo=UTC)


class Aggregate(Struct, frozen=True):
    """What the threads of a session count for, by thread, and their points, each with its thread; `newest` is when the last digest was
    made. `withheld` counts messages that no model would read. `sources` names what several threads have in common that may be one
    person's; others have none. `tests` are test runs that were included by hand: their points are there, and they are nobody in any
    number of people. Those in `unquotable` are not to be quoted, nothing of what those in `kept_back` say is for other participants: both
    count like everybody else."""

    counts: Mapping[str, DigestCounts] = {}
    points: tuple[tuple[str, Point], ...] = ()
    newest: datetime = NEVER
    sources: Mapping[str, str] = {}
    tests: frozenset[str] = frozenset()
    withheld: int = 0
    unquotable: frozenset[str] = frozenset()
    kept_back: frozenset[str] = frozenset()

    def people(self, thread_ids: Iterable[str]) -> set[str]:
        """Who these threads are of, where it counts that several may be one person's; a test run is nobody's."""
        return {self.sources.get(thread_id, thread_id) for thread_id in thread_ids if thread_id not in self.tests}

    def count_people(self, thread_ids: Iterable[str]) -> int:
        """How many people these threads are of for certain."""
        return len(self.people(thread_ids))

    @property
    def participants(self) -> int:
        """How many people said something."""
        return len(self.counts.keys() - self.tests)

    @property
    def messages(self) -> int:
        """How much was said, test runs among it: a summary is of all of it."""
        return sum(of_thread.messages for of_thread in self.counts.values())

    @property
    def total(self) -> int:
        """How many points were made; `points` may be the best of them."""
        return sum(of_thread.points for of_thread in self.counts.values())

    @property
    def themeless(self) -> int:
        """How many of all points belong to no theme."""
        return sum(of_thread.themeless for of_thread in self.counts.values())

    @property
    def supported(self) -> set[str]:
        """The themes that somebody speaks of, by id as their points name them."""
        return {theme for of_thread in self.counts.values() for theme in of_thread.stances}


def aggregate_digests(digests: Iterable[Digest]) -> Aggregate:
    """What these digests come to; a thread in which nobody said anything does not count."""
    heard = [digest for digest in digests if digest.messages]
    return Aggregate(
        {digest.thread_id: digest.counts for digest in heard},
        tuple((digest.thread_id, point) for digest in heard for point in digest.points),
        max((digest.created_at for digest in heard), default=NEVER),
        withheld=sum(digest.withheld for digest in heard),
    )


def aggregate_reduced(counts: Mapping[str, DigestCounts], reduced: Iterable[ReducedDigest]) -> Aggregate:
    """What these counts by thread, and the points of these reduced digests, come to together."""
    found = list(reduced)
    return Aggregate(
        {thread_id: of_thread for thread_id, of_thread in counts.items() if of_thread.messages},
        tuple(item for bucket in found for item in bucket.points),
        max((bucket.newest for bucket in found), default=NEVER),
        withheld=sum(bucket.withheld for bucket in found),
    )


def aggregate_heads(view: SessionView, heads: Iterable[Thread]) -> Aggregate:
    """What the heads of a session tell, without a point: who counts in the results, and where they stand by their digests."""
    included = [head for head in heads if head.included]
    return Aggregate(
        {head.id: head.counts for head in included if head.counts and head.counts.messages},
        sources={} if view.session.shared_network else group_by_source(included),
        tests=frozenset(head.id for head in included if head.test),
        unquotable=frozenset(head.id for head in included if not head.quotable),
        kept_back=frozenset(head.id for head in included if not head.passed_on),
    )


def without_kept_back(aggregate: Aggregate) -> Aggregate:
    """What other participants may be told of: nothing of those who do not want that, as if they had said nothing."""
    away = aggregate.kept_back
    if not away:
        return aggregate
    counts = {thread_id: found for thread_id, found in aggregate.counts.items() if thread_id not in away}
    return replace(aggregate, counts=counts, points=tuple(it for it in aggregate.points if it[0] not in away))


def stances_by_theme(aggregate: Aggregate, registry: ThemeRegistry) -> dict[str, dict[str, str]]:
    """By live theme that anybody speaks of: who does, by thread, and with which stance; nobody where only a test run does."""
    taken: dict[str, dict[str, str]] = {}
    for thread_id, of_thread in aggregate.counts.items():
        for theme, stance in of_thread.stances.items():
            if live := registry.resolve(theme):
                people = taken.setdefault(live.id, {})
                if thread_id not in aggregate.tests:
                    people[thread_id] = joined((stance, people.get(thread_id, stance)))
    return taken


def without_names_of_the_gone(registry: ThemeRegistry, aggregate: Aggregate) -> ThemeRegistry:
    """The themes as they may be shown: one in the words of somebody who is not there any more has no label and no description, until the
    next summary renames it."""
    known = {"", NAMED_BY_SUMMARY, *aggregate.counts}
    themes = (it if it.coined_by in known else replace(it, label="", description="") for it in registry.themes)
    return replace(registry, themes=tuple(themes))


def count_stances(stances: Iterable[str]) -> dict[Stance, int]:
    """How many take which stance."""
    counted = Counter(stances)
    return {stance: counted[stance] for stance in STANCES}
