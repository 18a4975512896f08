"""Themes: terms that keep company make a theme, and every point goes to the theme whose words it uses.

1. Terms that several people use are clustered by the company they keep.
2. Each cluster gathers the points that use its terms; what these have in common redraws the theme, and the points are
   dealt again.
3. Themes that say much the same are joined, unless that would swallow half of the session. Points that fit nowhere stay
   outside.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from chalicelib.llm.offline.company import Company
from chalicelib.llm.offline.vocabulary import Document, Vector, Vocabulary, cosine, mean, unit

MAX_TERMS = 300
LINKS = (0.18, 0.24, 0.3, 0.4)  # term clusters less alike than this stay apart: from wide themes to narrow ones
ENOUGH = 6  # themes; with fewer, narrower ones are tried
NEAR = 0.2  # a point less like a theme than this stays outside
OWN = 0.15  # the same for a point's own words alone, without their company
JOIN = 0.35  # themes more alike than this are one
WIDE, WIDEST = 0.3, 0.45  # shares of all people from which on joining themes gets harder
ROUNDS = 3

_Group = tuple[Vector, list[Document]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A theme: its direction, and its points, the most central first."""

    centre: Vector
    documents: tuple[Document, ...]

    @property
    def people(self) -> frozenset[str]:
        """Who carries it."""
        return _people(self.documents)


def find_themes(vocabulary: Vocabulary) -> list[Cluster]:
    """The themes of these points that enough people carry, the most widely carried first; as wide as still gives several."""
    company = Company(vocabulary)
    everybody = len(_people(vocabulary.documents))
    fewest = max(2, round(everybody / 20)) if everybody > 2 else 1
    best: list[Cluster] = []
    for link in LINKS:
        clusters = [cluster for cluster in _find(vocabulary, company, link) if len(cluster.people) >= fewest]
        best = max(best, clusters, key=len)
        if len(best) >= ENOUGH:
            break
    return best


def _find(vocabulary: Vocabulary, company: Company, link: float) -> list[Cluster]:
    """All themes at one width."""
    wide = {document.item.id: company.widen(document.vector) for document in vocabulary.documents}
    centres = [company.widen(_seed(terms, vocabulary)) for terms in _term_clusters(vocabulary, company, link)]
    groups = _joined(_settled(centres, vocabulary.documents, wide), wide, len(_people(vocabulary.documents)))
    groups = _settled([centre for centre, _ in groups], vocabulary.documents, wide)
    clusters = [Cluster(centre, tuple(documents)) for centre, documents in groups]
    return sorted(clusters, key=lambda cluster: (-len(cluster.people), -len(cluster.documents)))


def _people(documents: Sequence[Document]) -> frozenset[str]:
    return frozenset(document.item.participant for document in documents)


def _settled(centres: Sequence[Vector], documents: Sequence[Document], wide: Mapping[str, Vector]) -> list[_Group]:
    """Points dealt to themes and themes redrawn from points, a few times. A theme moves by halves, so that it does not wander off."""
    for _ in range(ROUNDS):
        groups = [group for group in _deal(centres, documents, wide) if len(group[1]) > 1]
        centres = [unit(_sum(centre, mean(wide[document.item.id] for document in dealt))) for centre, dealt in groups]
    return [group for group in _deal(centres, documents, wide) if group[1]]


def _sum(left: Mapping[str, float], right: Mapping[str, float]) -> Vector:
    return {name: left.get(name, 0.0) + right.get(name, 0.0) for name in sorted({*left, *right})}


def _deal(centres: Sequence[Vector], documents: Sequence[Document], wide: Mapping[str, Vector]) -> list[_Group]:
    """Every point to its nearest theme, if one is near; within a theme the nearest first."""
    dealt: list[list[tuple[float, Document]]] = [[] for _ in centres]
    for document in documents:
        vector = wide[document.item.id]
        best, index = max(((cosine(vector, centre), -index) for index, centre in enumerate(centres)), default=(0.0, 0))
        if best >= NEAR and cosine(document.vector, centres[-index]) >= OWN:
            dealt[-index].append((best, document))
    ranked = [[document for _, document in sorted(found, key=lambda pair: -pair[0])] for found in dealt]
    return list(zip(centres, ranked, strict=True))


def _joined(groups: list[_Group], wide: Mapping[str, Vector], everybody: int) -> list[_Group]:
    """Themes joined while two of them are alike enough."""
    while len(groups) > 1:
        value, left, right = max(
            (_pull(groups[left], groups[right], everybody), -left, -right)
            for left, right in combinations(range(len(groups)), 2)
        )
        if value < JOIN:
            break
        documents = groups[-left][1] + groups[-right][1]
        groups = [group for index, group in enumerate(groups) if index not in (-left, -right)]
        groups.append((mean(wide[document.item.id] for document in documents), documents))
    return groups


def _pull(left: _Group, right: _Group, everybody: int) -> float:
    share = len(_people(left[1]) | _people(right[1])) / everybody
    return cosine(left[0], right[0]) * (1.0 if share < WIDE else 0.6 if share < WIDEST else 0.2)


def _seed(terms: Sequence[str], vocabulary: Vocabulary) -> Vector:
    """The first direction of a theme: its terms, heavier the more people use them."""
    return unit({term: vocabulary.idf[term] * math.sqrt(len(vocabulary.people[term])) for term in terms})


def _term_clusters(vocabulary: Vocabulary, company: Company, link: float) -> list[list[str]]:
    """Terms grouped bottom up, by the average likeness between groups."""
    fewest = 3 if len(vocabulary.documents) > 60 else 2
    known = (term for term in vocabulary.naming if min(len(vocabulary.people[term]), vocabulary.spread[term]) >= fewest)
    ranked = sorted(known, key=lambda term: (-len(vocabulary.people[term]), -vocabulary.spread[term], term))[:MAX_TERMS]
    groups = {index: [term] for index, term in enumerate(ranked)}
    links: dict[int, dict[int, float]] = {index: {} for index in groups}
    heap: list[tuple[float, int, int]] = []
    for (left, right), value in company.likeness(ranked).items():
        links[left][right] = links[right][left] = value
        heap.append((-value, left, right))
    heapq.heapify(heap)
    while heap and -heap[0][0] >= link:
        _, left, right = heapq.heappop(heap)
        if left in groups and right in groups:
            _merge(left, right, groups, links, heap)
    return list(groups.values())


def _merge(
    left: int,
    right: int,
    groups: dict[int, list[str]],
    links: dict[int, dict[int, float]],
    heap: list[tuple[float, int, int]],
) -> None:
    """Two groups become one; its likeness to each other group is the average over their terms."""
    ours, theirs = groups.pop(left), groups.pop(right)
    size = len(ours) + len(theirs)
    new = max(links) + 1
    links[new] = {}
    for other in sorted({*links[left], *links[right]} & groups.keys()):
        value = (len(ours) * links[left].get(other, 0.0) + len(theirs) * links[right].get(other, 0.0)) / size
        links[new][other] = links[other][new] = value
        heapq.heappush(heap, (-value, other, new))
    groups[new] = ours + theirs
