"""The company that words keep: which others they meet more often than chance would have it. Words of like company are about like things."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from chalicelib.llm.offline.vocabulary import WEAK, Vector, Vocabulary, cosine, unit

REACH = 0.6  # how much the company of a point's words counts beside the words themselves
CLOSEST = 12


class Company:
    """Who meets whom in a vocabulary's documents."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._meetings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for document in vocabulary.documents:
            for name in document.vector:
                self._meetings[name].update(other for other in document.vector if other != name)
        self._closest = {term: self._of(term, 2, CLOSEST) for term in vocabulary.idf}

    def widen(self, vector: Mapping[str, float]) -> Vector:
        """The vector together with the closest company of its terms, so that two points about one thing meet without a common word."""
        around: defaultdict[str, float] = defaultdict(float)
        for term, weight in vector.items():
            for other, closeness in self._closest[term].items():
                around[other] += weight * closeness
        wide = dict(vector)
        for term, weight in unit(around).items():
            wide[term] = wide.get(term, 0.0) + REACH * weight
        return unit(wide)

    def likeness(self, terms: Sequence[str]) -> dict[tuple[int, int], float]:
        """How alike the company of each two of these terms is, by their positions: that they meet, and whom else they meet."""
        company = [self._of(term, 1) for term in terms]
        found = {}
        for left, term in enumerate(terms):
            for right in range(left + 1, len(terms)):
                value = self._attraction(term, terms[right]) + cosine(company[left], company[right])
                if value > 0:
                    found[left, right] = value
        return found

    def _of(self, term: str, fewest: int, keep: int | None = None) -> Vector:
        """Whom a term meets, by positive pointwise mutual information, discounted where it rests on few meetings."""
        met = {}
        for other, count in self._meetings[term].items():
            surprise = self._surprise(term, other, count)
            if count >= fewest and self._vocabulary.spread[other] > 1 and surprise > 0:
                met[other] = surprise * count / (count + 1) * (1.0 if other in self._vocabulary.naming else WEAK)
        return unit(dict(sorted(met.items(), key=lambda pair: (-pair[1], pair[0]))[:keep]))

    def _attraction(self, term: str, other: str) -> float:
        """Normalised pointwise mutual information of two terms that met more than once."""
        count, total = self._meetings[term][other], len(self._vocabulary.documents)
        if count < 2 or count >= total:
            return 0.0
        return max(0.0, self._surprise(term, other, count) / -math.log(count / total))

    def _surprise(self, term: str, other: str, count: int) -> float:
        spread, total = self._vocabulary.spread, len(self._vocabulary.documents)
        return math.log(count * total / (spread[term] * spread[other]))
