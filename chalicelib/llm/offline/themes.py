"""Themes: terms that keep company make a theme, and every point goes to the theme whose words it uses.

1. Terms that several people use are clustered by the company they keep: meeting in one sentence, and meeting the same third words.
2. Each cluster gathers the points that use its terms; what these have in common redraws the theme, and the points are dealt again.
3. Themes that do not hold together, or that too few people carry, are dropped. Points that fit nowhere stay outside.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.llm.offline.vocabulary import Document, Vector, Vocabulary, cosine, mean, unit

MAX_TERMS = 350
LINK = 0.22  # clusters less alike than this stay apart
NEAR = 0.16  # a point less like a theme than this stays outside
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Cluster:
    """A theme: its direction, and its points, the most central first."""

    centre: Vector
    documents: tuple[Document, ...]

    @property
    def people(self) -> frozenset[str]:
        """Who carries it."""
        return frozenset(document.item.participant for document in self.documents)


def find_themes(vocabulary: Vocabulary) -> list[Cluster]:
    """The themes of these points, the most widely carried first."""
    centres = [_seed(terms, vocabulary) for terms in _term_clusters(vocabulary)]
    dealt: list[list[Document]] = []
    for _ in range(ROUNDS):
        dealt = _deal(centres, vocabulary.documents)
        kept = [(centre, documents) for centre, documents in zip(centres, dealt, strict=True) if len(documents) > 1]
        centres = [unit(_blend(centre, mean(document.vector for document in documents))) for centre, documents in kept]
    dealt = _deal(centres, vocabulary.documents)
    clusters = [Cluster(centre, tuple(documents)) for centre, documents in zip(centres, dealt, strict=True) if documents]
    return sorted(clusters, key=lambda cluster: (-len(cluster.people), -len(cluster.documents)))


def _blend(old: Mapping[str, float], new: Mapping[str, float]) -> Vector:
    """Half of what the theme was, half of what its points say: it may move, but it may not wander off."""
    return {name: old.get(name, 0.0) + new.get(name, 0.0) for name in {*old, *new}}


def _deal(centres: Sequence[Vector], documents: Sequence[Document]) -> list[list[Document]]:
    """Every document to its nearest centre, if one is near; within a theme the nearest first."""
    dealt: list[list[tuple[float, Document]]] = [[] for _ in centres]
    for document in documents:
        likeness = [(cosine(document.vector, centre), -index) for index, centre in enumerate(centres)]
        best, index = max(likeness, default=(0.0, 0))
        if best >= NEAR:
            dealt[-index].append((best, document))
    return [[document for _, document in sorted(found, key=lambda pair: -pair[0])] for found in dealt]


def _seed(terms: Sequence[str], vocabulary: Vocabulary) -> Vector:
    """The first direction of a theme: its terms, heavier the more people use them."""
    return unit({term: vocabulary.idf[term] * math.sqrt(len(vocabulary.people[term])) for term in terms})


def _term_clusters(vocabulary: Vocabulary) -> list[list[str]]:
    """Terms grouped bottom up, by the average likeness between groups."""
    fewest = 3 if len(vocabulary.documents) > 60 else 2
    candidates = sorted(
        (term for term in vocabulary.naming if len(vocabulary.people[term]) >= min(fewest, 3) and vocabulary.spread[term] >= fewest),
        key=lambda term: (-len(vocabulary.people[term]), -vocabulary.spread[term], term),
    )[:MAX_TERMS]
    likeness = _likeness(candidates, vocabulary)
    groups = {index: [term] for index, term in enumerate(candidates)}
    links: dict[int, dict[int, float]] = {index: {} for index in groups}
    heap: list[tuple[float, int, int]] = []
    for (left, right), value in likeness.items():
        links[left][right] = links[right][left] = value
        heap.append((-value, left, right))
    heapq.heapify(heap)
    while heap and -heap[0][0] >= LINK:
        _, left, right = heapq.heappop(heap)
        if left in groups and right in groups:
            _merge(left, right, groups, links, heap)
    return list(groups.values())


def _merge(left: int, right: int, groups: dict[int, list[str]], links: dict[int, dict[int, float]], heap: list[tuple[float, int, int]]) -> None:
    """Two groups become one; its likeness to each other group is the average over their terms."""
    ours, theirs = groups.pop(left), groups.pop(right)
    new = max(links) + 1
    old_left, old_right = links[left], links[right]
    links[new] = {}
    for other in {*old_left, *old_right} & groups.keys():
        value = (len(ours) * old_left.get(other, 0.0) + len(theirs) * old_right.get(other, 0.0)) / (len(ours) + len(theirs))
        links[new][other] = links[other][new] = value
        heapq.heappush(heap, (-value, other, new))
    groups[new] = ours + theirs


def _likeness(candidates: Sequence[str], vocabulary: Vocabulary) -> dict[tuple[int, int], float]:
    """How alike the company of two terms is: that they meet (normalised pointwise mutual information), and whom else they meet."""
    meetings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in vocabulary.documents:
        names = list(document.vector)
        for name in names:
            meetings[name].update(other for other in names if other != name)
    total, spread = len(vocabulary.documents), vocabulary.spread
    company = {}
    for term in candidates:
        met = {}
        for other, count in meetings[term].items():
            surprise = math.log(count * total / (spread[term] * spread[other]))
            if spread[other] > 1 and surprise > 0:
                met[other] = surprise * count / (count + 1) * (1.0 if other in vocabulary.naming else 0.35)
        company[term] = unit(met)
    found = {}
    for left, term in enumerate(candidates):
        for right in range(left + 1, len(candidates)):
            other = candidates[right]
            count = meetings[term][other]
            direct = math.log(count * total / (spread[term] * spread[other])) / -math.log(count / total) if count > 1 else 0.0
            value = max(0.0, direct) + cosine(company[term], company[other])
            if value > 0:
                found[left, right] = value
    return found
