"""What else points tell, by likeness alone: what several people say, what they oppose, what one says alone, what they ask."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.llm.offline.text import length_in_words, sentences
from chalicelib.llm.offline.vocabulary import Document, Vocabulary, cosine

ALIKE = 0.42  # two points as alike as this say much the same
ABOUT = 0.3  # two points as alike as this are about the same
CLASHING = (
    0.38  # and so alike they have to be for their difference to count: a false tension is worse than a missed one
)
AGREED = 0.7  # the share of those who say much the same, among them and those who say the opposite
ALONE = 0.22  # a point less alike than this to every other stands alone
READABLE = (5, 45)  # words


@dataclass(frozen=True, slots=True)
class Findings:
    """Documents by what they show; a tension has two sides."""

    agreements: list[Document]
    tensions: list[tuple[Document, Document]]
    alone: list[Document]
    questions: list[str]


def find(vocabulary: Vocabulary, home: Mapping[str, int], most: int = 6) -> Findings:
    """The findings among these points; `home` is the theme of each point that has one."""
    near = _neighbours(vocabulary.documents)
    return Findings(
        agreements=_agreements(vocabulary.documents, near, most),
        tensions=_tensions(vocabulary.documents, near, home, most),
        alone=_alone(vocabulary, near, most),
        questions=_questions(vocabulary.documents, most),
    )


def is_readable(document: Document) -> bool:
    """Whether a point is neither a scrap nor a speech."""
    return READABLE[0] <= length_in_words(document.item.text) <= READABLE[1]


def distinct(documents: Iterable[Document], most: int, alike: float = 0.5) -> Iterator[Document]:
    """Documents of different people in different words."""
    taken: list[Document] = []
    for document in documents:
        if len(taken) == most:
            return
        if all(
            other.item.participant != document.item.participant and cosine(other.vector, document.vector) < alike
            for other in taken
        ):
            taken.append(document)
            yield document


def _neighbours(documents: Sequence[Document]) -> dict[int, dict[int, float]]:
    """For each document the others with common words, and how alike they are."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    near: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for index, document in enumerate(documents):
        found: defaultdict[int, float] = defaultdict(float)
        for term, weight in document.vector.items():
            for other in holders[term]:
                found[other] += weight * documents[other].vector[term]
            holders[term].append(index)
        for other, value in found.items():
            near[index][other] = near[other][index] = value
    return near


def _agreements(documents: Sequence[Document], near: Mapping[int, Mapping[int, float]], most: int) -> list[Document]:
    """The points with the most people around them who say much the same, and few who say the opposite."""
    everybody = len({document.item.participant for document in documents})
    fewest = 3 if everybody > 10 else 2
    crowds = []
    for index, document in enumerate(documents):
        around = near.get(index, {})
        against = {other for other, value in around.items() if value >= ABOUT and _opposed(document, documents[other])}
        alike = [other for other, value in around.items() if value >= ALIKE and other not in against]
        people = {document.item.participant, *(documents[other].item.participant for other in alike)}
        others = {documents[other].item.participant for other in against} - people
        if len(people) < AGREED * (len(people) + len(others)):
            continue
        if len(people) >= fewest and is_readable(document) and "?" not in document.item.text:
            crowds.append((len(people), sum(around[other] for other in alike), document))
    crowds.sort(key=lambda crowd: (-crowd[0], -crowd[1]))
    return _spread((document for _, _, document in crowds), most)


def _tensions(
    documents: Sequence[Document], near: Mapping[int, Mapping[int, float]], home: Mapping[str, int], most: int
) -> list[tuple[Document, Document]]:
    """Pairs about the same thing that pull in different directions; one pair a theme, the most alike first."""
    pairs = [
        (value, documents[left], documents[right])
        for left in range(len(documents))
        for right, value in near.get(left, {}).items()
        if left < right and value >= CLASHING and _opposed(documents[left], documents[right])
    ]
    found: list[tuple[Document, Document]] = []
    themes: set[int] = set()
    for _, left, right in sorted(pairs, key=lambda pair: -pair[0]):
        theme = home.get(left.item.id, -1)
        if (
            theme not in themes
            and is_readable(left)
            and is_readable(right)
            and left.item.participant != right.item.participant
        ):
            found.append((left, right))
            themes.add(theme)
    return found[:most]


def _opposed(left: Document, right: Document) -> bool:
    """Whether one is for and the other against; a point that is both opposes nothing."""
    asks = any(mark in document.item.text for document in (left, right) for mark in "?？")
    return not asks and {left.item.stance, right.item.stance} == {"for", "against"}


def _alone(vocabulary: Vocabulary, near: Mapping[int, Mapping[int, float]], most: int) -> list[Document]:
    """Clear points unlike all others, the most specific first."""
    found = []
    for index, document in enumerate(vocabulary.documents):
        closest = max(near.get(index, {}).values(), default=0.0)
        named = [term.stem for term in document.terms if term.naming]
        if closest < ALONE and len(named) > 1 and is_readable(document) and document.item.stance in ("for", "against"):
            found.append((sum(vocabulary.idf[name] for name in named) / len(named) - closest, document))
    found.sort(key=lambda pair: -pair[0])
    return list(distinct((document for _, document in found), most))


def _questions(documents: Sequence[Document], most: int) -> list[str]:
    """What people ask, one question a person."""
    asked = [document for document in documents if "?" in document.item.text or "？" in document.item.text]
    texts = []
    for document in distinct(asked, len(asked)):
        questions = [sentence for sentence in sentences(document.item.text) if sentence.endswith(("?", "？"))]
        texts += [question for question in questions[:1] if length_in_words(question) >= READABLE[0]]
    return texts[:most]


def _spread(documents: Iterable[Document], most: int) -> list[Document]:
    """Documents in different words."""
    taken: list[Document] = []
    for document in documents:
        if all(cosine(other.vector, document.vector) < ABOUT for other in taken):
            taken.append(document)
        if len(taken) == most:
            break
    return taken
