"""A large session's digests, in a stored tree: a leaf for each bucket of threads, made by code, and made again when one of them changed.

Who stands where is in the heads, which are read anyway; a leaf has the points that speak for its threads. So one more
message costs one digest, its leaf, and the reading of all leaves, whose size is bounded, and not the reading of all
digests. State says what is due: a leaf carries the fingerprint of the digests that it was made from.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from chalicelib.model import Digest, Leaf, Point, Thread
from chalicelib.services.synthesis.aggregate import Aggregate, aggregate_digests
from chalicelib.store.reductions import bucket_of

FROM_THREADS = 400  # in smaller sessions all digests are read
POINTS_A_LEAF = 20
POINTS_A_THEME = 6
BYTES_A_LEAF = 6_000  # of its points
READABLE = 200  # characters; of two points about one theme the one closer to this says more


def due_leaves(
    heads: Iterable[Thread], digested: Mapping[str, Digest], leaves: Mapping[int, Leaf]
) -> tuple[dict[int, list[str]], dict[int, str]]:
    """The buckets whose leaf is not of the digests that there are, each with its threads; and every bucket's fingerprint.

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
        if bucket not in leaves or leaves[bucket].fingerprint != prints[bucket]
    }
    return due, prints


def make_leaf(bucket: int, fingerprint: str, digests: Sequence[Digest]) -> Leaf:
    """The leaf of these digests."""
    heard = aggregate_digests(digests)
    return Leaf(bucket, fingerprint, heard.newest, tuple(_bounded(_best(heard))))


def _state(head: Thread, digested: Mapping[str, Digest]) -> str:
    voice = digested[head.id].voice if head.id in digested else head.voice
    themes = voice.stances if voice else ()
    return " ".join([head.id, head.created_at.isoformat(), str(_reached(head, digested)), *themes])


def _reached(head: Thread, digested: Mapping[str, Digest]) -> int:
    return digested[head.id].to_sequence if head.id in digested else head.digested_to


def _fingerprint(heads: Iterable[Thread], digested: Mapping[str, Digest]) -> str:
    """What changes with every digest that comes, grows or goes."""
    known = sorted(_state(head, digested) for head in heads)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def _best(heard: Aggregate) -> Iterator[tuple[str, Point]]:
    """The points that speak for a leaf: by rounds over its themes, the most widely carried first, so that each is heard."""
    themes: defaultdict[str | None, list[tuple[str, Point]]] = defaultdict(list)
    for item in heard.points:
        themes[item[1].theme].append(item)
    carried = {theme: len({thread_id for thread_id, _ in found}) for theme, found in themes.items()}
    order = sorted(themes, key=lambda theme: (-carried[theme], theme or "~"))
    ranked = [_ranked(themes[theme]) for theme in order]
    rounds = (found[number] for number in range(POINTS_A_THEME) for found in ranked if number < len(found))
    return islice(rounds, POINTS_A_LEAF)


def _bounded(points: Iterable[tuple[str, Point]]) -> Iterator[tuple[str, Point]]:
    """As many of them as there is room for."""
    size = 0
    for item in points:
        size += len(msgspec.json.encode(item)) + 1
        if size > BYTES_A_LEAF:
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
