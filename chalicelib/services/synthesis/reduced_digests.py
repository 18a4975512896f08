"""A large session's digests, reduced: code makes one of all in a bucket of threads, and makes it again when one of them changed.

Who stands where is in the heads, which are read anyway; a reduced digest has the points that speak for its threads. So one
more message costs one digest, one reduced digest, and the reading of all of those, whose size is bounded, and not the reading
of all digests. State says what is due: a reduced digest carries the fingerprint of the digests that it was made from.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from chalicelib.model import Digest, Point, ReducedDigest, Thread
from chalicelib.services.synthesis.aggregate import Aggregate, aggregate_digests
from chalicelib.store.reduced_digests import bucket_of

FROM_THREADS = 400  # in smaller sessions all digests are read
POINTS_A_BUCKET = 20
POINTS_A_THEME = 6
BYTES_A_BUCKET = 6_000  # of its points
READABLE = 200  # characters; of two points about one theme the one closer to this says more


def find_due_buckets(
    heads: Iterable[Thread], digested: Mapping[str, Digest], reduced: Mapping[int, ReducedDigest]
) -> tuple[dict[int, list[str]], dict[int, str]]:
    """The buckets whose reduced digest is not of the digests that there are, each with its threads; and every bucket's fingerprint.

    `digested` are the digests that are newer than the heads know.
    """
    buckets: defaultdict[int, list[Thread]] = defaultdict(list)
    for head in heads:
        if _reached(head, digested):
            buckets[bucket_of(head.id)].append(head)
    prints = {bucket: _fingerprint(found, digested) for bucket, found in buckets.items()}
    due = {
        bucket: [head.id for head in found]
        for bucket, found in buckets.items()
        if bucket not in reduced or reduced[bucket].fingerprint != prints[bucket]
    }
    return due, prints


def reduce_bucket(bucket: int, fingerprint: str, digests: Sequence[Digest]) -> ReducedDigest:
    """One reduced digest of all digests in this bucket."""
    heard = aggregate_digests(digests)
    return ReducedDigest(bucket, fingerprint, heard.newest, tuple(_bounded(_best(heard))), withheld=heard.withheld)


def _state(head: Thread, digested: Mapping[str, Digest]) -> str:
    counts = digested[head.id].counts if head.id in digested else head.counts
    themes = counts.stances if counts else ()
    return " ".join([head.id, head.created_at.isoformat(), str(_reached(head, digested)), *themes])


def _reached(head: Thread, digested: Mapping[str, Digest]) -> int:
    return digested[head.id].to_sequence if head.id in digested else head.digested_to


def _fingerprint(heads: Iterable[Thread], digested: Mapping[str, Digest]) -> str:
    """What changes with every digest that comes, grows or goes."""
    known = sorted(_state(head, digested) for head in heads)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def _best(heard: Aggregate) -> Iterator[tuple[str, Point]]:
    """The points that speak for a bucket: by rounds over its themes, the most widely carried first, so that each is heard."""
    themes: defaultdict[str | None, list[tuple[str, Point]]] = defaultdict(list)
    for item in heard.points:
        themes[item[1].theme].append(item)
    carried = {theme: len({thread_id for thread_id, _ in found}) for theme, found in themes.items()}
    order = sorted(themes, key=lambda theme: (-carried[theme], theme or "~"))
    ranked = [_ranked(themes[theme]) for theme in order]
    rounds = (found[number] for number in range(POINTS_A_THEME) for found in ranked if number < len(found))
    return islice(rounds, POINTS_A_BUCKET)


def _bounded(points: Iterable[tuple[str, Point]]) -> Iterator[tuple[str, Point]]:
    """As many of them as there is room for."""
    size = 0
    for item in points:
        size += len(msgspec.json.encode(item)) + 1
        if size > BYTES_A_BUCKET:
            return
        yield item


def _ranked(items: Sequence[tuple[str, Point]]) -> list[tuple[str, Point]]:
    """The points of one theme: those of new people first, then those with a quote, then those that say enough in little."""
    by_worth = sorted(items, key=lambda item: (not item[1].quote, abs(len(item[1].text) - READABLE), item[0]))
    firsts: dict[str, tuple[str, Point]] = {}
    for item in by_worth:
        firsts.setdefault(item[0], item)
    chosen = list(firsts.values())
    return [*chosen, *(item for item in by_worth if item not in chosen)]
