"""The vocabulary of a set of points: their terms, how telling each is, and how people write it.

A term is weighed by how few points it occurs in, and counted by how many different people use it. Words of the
session's own topic are in everything that is said under it and tell nothing apart, so they are left out.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from chalicelib.llm.offline.chinese import discover, segment
from chalicelib.llm.offline.terms import Term, chinese_runs, english_terms, stem

WEAK = 0.35  # the weight of a word that says something, but does not name a theme

EVERYWHERE = 0.3  # a term in more than this share of the points is part of the frame
SAMPLE = 30  # with fewer points, shares say little

Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Item:
    """One point as it came in the prompt."""

    id: str
    participant: str
    text: str
    stance: str


@dataclass(frozen=True, slots=True)
class Document:
    """A point with its terms, and its unit vector over them."""

    item: Item
    terms: tuple[Term, ...]
    vector: Vector


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The documents and what is known of their terms."""

    documents: tuple[Document, ...]
    idf: Mapping[str, float]
    people: Mapping[str, frozenset[str]]
    spread: Mapping[str, int]  # in how many documents a term occurs
    naming: frozenset[str]
    chinese: frozenset[str] = field(default_factory=frozenset)

    def vector(self, text: str) -> Vector:
        """A text that is no point as a vector over the same terms."""
        return unit(
            {
                term.stem: self.idf[term.stem] * _weight(term)
                for term in _terms(text, self.chinese)
                if term.stem in self.idf
            }
        )


def build(items: Sequence[Item], frame: str) -> Vocabulary:
    """The vocabulary of these points; `frame` is the session's topic."""
    words = discover([(item.participant, run) for item in items for run in chinese_runs(item.text)])
    framed = (
        {term.stem for term in _terms(frame, words)} | {stem(word) for word in frame.lower().split()} | _initials(frame)
    )
    everything = [_terms(item.text, words) for item in items]
    framed |= _everywhere(everything)
    listed = [tuple(term for term in terms if term.stem not in framed) for terms in everything]
    people: defaultdict[str, set[str]] = defaultdict(set)
    spread: Counter[str] = Counter()
    for item, terms in zip(items, listed, strict=True):
        for name in {term.stem for term in terms}:
            people[name].add(item.participant)
            spread[name] += 1
    idf = {name: math.log(1 + len(items) / count) for name, count in spread.items()}
    documents = tuple(
        Document(item, terms, unit({term.stem: idf[term.stem] * _weight(term) for term in terms}))
        for item, terms in zip(items, listed, strict=True)
    )
    naming = frozenset(term.stem for terms in listed for term in terms if term.naming)
    return Vocabulary(documents, idf, {name: frozenset(found) for name, found in people.items()}, spread, naming, words)


def cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """How alike two unit vectors are."""
    if len(left) > len(right):
        left, right = right, left
    return sum(weight * right[name] for name, weight in left.items() if name in right)


def unit(vector: Mapping[str, float]) -> Vector:
    """The vector at length one."""
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {name: weight / length for name, weight in vector.items()} if length else {}


def mean(vectors: Iterable[Mapping[str, float]], keep: int = 200) -> Vector:
    """The direction of several vectors together, in their strongest terms."""
    total: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for name, weight in vector.items():
            total[name] += weight
    return unit(dict(sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:keep]))


def _terms(text: str, words: frozenset[str]) -> list[Term]:
    chinese = [Term(word, word, True) for run in chinese_runs(text) for word in segment(run, words)]
    return english_terms(text) + chinese


def _everywhere(listed: Sequence[Sequence[Term]]) -> set[str]:
    """The terms of so many points that they are the subject of all of it, and tell nothing apart."""
    if len(listed) < SAMPLE:
        return set()
    counts = Counter(name for terms in listed for name in {term.stem for term in terms})
    return {name for name, count in counts.items() if count > EVERYWHERE * len(listed)}


def _weight(term: Term) -> float:
    return 1.0 if term.naming else WEAK


def _initials(frame: str) -> set[str]:
    """The short form of a name of two words ("bg" for Bowling Green), which people use in its place."""
    words = [word for word in frame.replace("/", " ").split() if word[:1].isupper()]
    return {f"{first[0]}{second[0]}".lower() for first, second in pairwise(words)}
