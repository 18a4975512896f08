"""Names for themes, in the words that people used, as they wrote them."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from chalicelib.llm.offline.themes import Cluster
from chalicelib.llm.offline.vocabulary import Document, Vocabulary

SECOND = 0.45  # how telling a second term has to be, beside the first, to be named too
PHRASE = 0.5  # the share of a term's uses in which its neighbour has to stand beside it to be named with it


def key_terms(cluster: Cluster, vocabulary: Vocabulary, most: int = 6) -> list[str]:
    """The theme's most telling terms as people write them: used by many in it, and by few elsewhere."""
    ranked = _ranked(cluster, vocabulary)
    phrases = [_phrase(stem, cluster.documents) for stem, _ in ranked[: most * 2]]
    named: list[str] = []
    for phrase in phrases:
        words = phrase.lower().split()
        if not any(
            word in known.lower().split() or known.lower() in phrase.lower() for known in named for word in words
        ):
            named.append(phrase)
    return named[:most]


def label(cluster: Cluster, vocabulary: Vocabulary, *, chinese: bool) -> str:
    """A short name: the most telling term, with a second one where it tells nearly as much."""
    ranked = _ranked(cluster, vocabulary)
    terms = key_terms(cluster, vocabulary, 3)
    if not terms:
        return ""
    strong = sum(score >= SECOND * ranked[0][1] for _, score in ranked[:3])
    named = terms[: max(1, min(strong, len(terms)))]
    if chinese:
        return "、".join(named)
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return listed[0].upper() + listed[1:]


def _ranked(cluster: Cluster, vocabulary: Vocabulary) -> list[tuple[str, float]]:
    """Naming terms of the theme with their score, the best first."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for document in cluster.documents:
        for term in document.terms:
            if term.stem in vocabulary.naming:
                users[term.stem].add(document.item.participant)
    fewest = 2 if len(cluster.people) > 2 else 1
    scores = {
        stem: len(people) * math.log(1 + vocabulary.idf[stem]) * (len(people) / len(vocabulary.people[stem])) ** 0.5
        for stem, people in users.items()
        if len(people) >= fewest
    }
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def _phrase(stem: str, documents: Sequence[Document]) -> str:
    """A term as it is mostly written here, with the word that mostly stands beside it."""
    surfaces: Counter[str] = Counter()
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for document in documents:
        for place, term in enumerate(document.terms):
            if term.stem != stem:
                continue
            surfaces[term.surface] += 1
            left.update(_beside(document, place - 1, place))
            right.update(_beside(document, place, place + 1))
    uses = surfaces.total()
    for pairs in (left, right):
        pair, count = max(pairs.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if count > 1 and count >= PHRASE * uses:
            return pair
    return _written(surfaces)


def _beside(document: Document, first: int, second: int) -> list[str]:
    """Two terms that stand side by side in the text, as one phrase in small letters; nothing where other words are between them."""
    if first < 0 or second >= len(document.terms):
        return []
    pair = f"{document.terms[first].surface} {document.terms[second].surface}"
    return [pair if pair.isupper() else pair.lower()] if pair in document.item.text else []


def _written(surfaces: Counter[str]) -> str:
    """The commonest spelling; a word that is somewhere written small is not a name."""
    spellings: Counter[str] = Counter()
    small = {surface for surface in surfaces if surface.islower()}
    for surface, count in surfaces.items():
        spellings[surface.lower() if surface.lower() in small or not surface.isupper() else surface] += count
    return max(spellings.items(), key=lambda item: (item[1], -len(item[0]), item[0]))[0]
