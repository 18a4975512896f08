"""Names for themes, in the words that people used, as they wrote them."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from chalicelib.llm.offline.themes import Cluster
from chalicelib.llm.offline.vocabulary import Document, Vocabulary

TELLING = (1.0, 0.45, 0.65)  # how telling the first, second and third term have to be, beside the first, to be named
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
    best = ranked[0][1]
    named = [term for term, (_, score), share in zip(terms, ranked, TELLING, strict=False) if score >= share * best]
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
    beside: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for document in documents:
        for place, term in enumerate(document.terms):
            if term.stem == stem:
                surfaces[_spelled(term.surface, document)] += 1
                for pairs, first in zip(beside, (place - 1, place), strict=True):
                    pairs.update(_pair(document, first))
    for pairs in beside:
        folded = Counter(pair.lower() for pair in pairs.elements())
        if folded and folded.most_common(1)[0][1] > max(1, PHRASE * surfaces.total()):
            common = folded.most_common(1)[0][0]
            return _commonest(Counter({pair: count for pair, count in pairs.items() if pair.lower() == common}))
    return _commonest(surfaces)


def _pair(document: Document, first: int) -> list[str]:
    """Two terms that stand side by side in the text, as one phrase; nothing where other words are between them."""
    if first < 0 or first + 1 >= len(document.terms):
        return []
    left, right = document.terms[first].surface, document.terms[first + 1].surface
    return [f"{_spelled(left, document)} {right}"] if f"{left} {right}" in document.item.text else []


def _spelled(surface: str, document: Document) -> str:
    """A word as written, in small letters where only its place at the head of a sentence made it large."""
    place = document.item.text.find(surface)
    before = document.item.text[:place].rstrip()
    heads = not before or before[-1] in ".!?/"
    return surface.lower() if heads and surface.istitle() else surface


def _commonest(spellings: Counter[str]) -> str:
    """The spelling used most; in doubt the small one."""
    return max(spellings.items(), key=lambda item: (item[1], item[0].islower(), item[0]))[0]
