"""What the offline facilitator keeps of a conversation: the participant's own points, for the recap and for the widgets."""

from collections.abc import Sequence

from chalicelib.llm.offline.asides import aside_of, asks_back, greets, knows_nothing, skips, strays
from chalicelib.llm.offline.asks import COVERED, Ask, ask_of
from chalicelib.llm.offline.clauses import MARK
from chalicelib.llm.offline.distress import resumes, troubled
from chalicelib.llm.offline.enough import besides_stopping
from chalicelib.llm.offline.likeness import alike, marks
from chalicelib.llm.offline.reflect import Reflection, reflections, weightiest
from chalicelib.llm.offline.scene import Scene
from chalicelib.llm.offline.text import length_in_words

RECAPPED = 4
FEW_WORDS = 3  # a point with fewer only counts where there are no others


def points(scene: Scene) -> list[Reflection]:
    """The weightiest point of each answer, in the order they came; none twice."""
    found: list[Reflection] = []
    trouble, matter = troubled(scene), _matter(scene)
    for exchange, in_trouble in zip(scene.exchanges, trouble, strict=True):
        made = weightiest(
            reflection
            for text in map(besides_stopping, exchange.said)
            if not (exchange.chosen or in_trouble or _says_nothing(text, matter) or (any(trouble) and resumes(text)))
            for reflection in reflections(text)
        )
        if made and not any(alike(made.phrase, known.phrase) for known in found):
            found.append(made)
    return found


def recap(scene: Scene, asks: Sequence[Ask]) -> str:
    """The closing message: the weightiest points; before any other those on what is critical, then those that the brief names."""
    words, gap = scene.voice.closing, scene.voice.gap
    told = points(scene)
    full = [point for point in told if length_in_words(point.phrase) >= FEW_WORDS] or told
    first = "\n".join(
        exchange.answer for exchange in scene.exchanges if (ask := ask_of(exchange, asks)) and ask.weight >= COVERED
    ).lower()
    matter = _matter(scene)
    kept = sorted(
        full,
        key=lambda point: (
            point.phrase.removesuffix(MARK).lower() not in first,
            not matter & marks(point.phrase),
            -point.weight,
        ),
    )[:RECAPPED]
    if not kept:
        return words.empty
    clauses = [words.that.format(clause=point.clause) for point in full if point in kept and point.clause]
    quotes = [words.quote.format(phrase=point.phrase) for point in full if point in kept and not point.clause]
    parts = [words.thanks]
    if clauses:
        parts.append(words.heard.format(points=_joined(clauses, scene)))
    if quotes:
        parts.append((words.also if clauses else words.brought).format(points=_joined(quotes, scene)))
    return gap.join([*parts, words.kept])


def _says_nothing(text: str, matter: frozenset[str]) -> bool:
    """Whether a message is no answer to anything: a sign, something beside the matter, or a question with what led to it."""
    aside = aside_of(text)
    if not text or aside not in (None, "question") or strays(text):
        return True
    if (aside == "question" or asks_back(text)) and not matter & marks(text):
        return True
    return knows_nothing(text) or skips(text) or greets(text)


def _matter(scene: Scene) -> frozenset[str]:
    """What the brief is recognised by."""
    return marks(f"{scene.topic}\n{scene.goal}\n{scene.critical}")


def _joined(listed: list[str], scene: Scene) -> str:
    words = scene.voice.closing
    return words.join.join(listed[:-1]) + words.last + listed[-1] if len(listed) > 1 else listed[0]
