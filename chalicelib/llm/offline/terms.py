"""Terms: the words that a sentence is about, comparable across sentences and readable as they were written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.llm.offline.stopwords import CHINESE_EDGES, CHINESE_WORDS, COMMON, FUNCTION

_TOKEN = re.compile(r"[a-z0-9](?:[a-z0-9'’&]|[-](?=[a-z0-9]))*|[\u4e00-\u9fff]+", re.IGNORECASE)
_NUMBER = re.compile(r"[\d.,]+(?:st|nd|rd|th|s|k|am|pm|x)?")
# Nouns in -ing that mean another thing than the word inside them.
_NOUNS = frozenset(
    ("building", "clothing", "crossing", "evening", "housing", "meeting", "morning", "parking", "training", "wedding")
)
_OPENING = 20  # characters of a label that no naming word gives
_VOWEL = re.compile(r"[aeiouy]")


@dataclass(frozen=True, slots=True)
class Term:
    """A word by its stem, as it was written, and whether it can name a theme."""

    stem: str
    surface: str
    naming: bool


def english_terms(text: str) -> list[Term]:
    """The content words of a text in Latin letters, in order."""
    terms = []
    for match in _TOKEN.finditer(text):
        surface = match.group().replace("’", "'").removesuffix("'s").removesuffix("'S").strip("'")
        word = surface.lower()
        if (
            is_chinese_word(word)
            or len(word) < 2
            or _NUMBER.fullmatch(word)
            or word in FUNCTION
            or word.replace("'", "") in FUNCTION
            or "'" in word
        ):
            continue
        terms.append(
            Term(stem(word), surface, len(word) > 2 and word not in COMMON and stem(word) not in _COMMON_STEMS)
        )
    return terms


def chinese_runs(text: str) -> list[str]:
    """The stretches of Chinese characters in a text."""
    return [run for run in _TOKEN.findall(text) if is_chinese_word(run)]


def is_chinese_word(word: str) -> bool:
    """Whether a token is made of Chinese characters."""
    return "\u4e00" <= word[0] <= "\u9fff"


def stem(word: str) -> str:
    """A word without the endings that only bend it: plural, -ing, -ed, -er, -ly. Short words stay."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word in _NOUNS:
        return word
    for ending, shortest in (("ing", 4), ("ed", 4), ("ly", 4), ("er", 5), ("or", 5)):
        root = word.removesuffix(ending)
        if root != word and len(root) >= shortest - 1 and _VOWEL.search(root):
            word = root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def topic_of(text: str, frame: str = "") -> str:
    """What one sentence is about, as far as it tells by itself: its first naming word, or its longest Chinese stretch.

    What the `frame` names as well, everything is about.
    """
    words = dict.fromkeys(term.surface.lower() for term in english_terms(text) if term.naming)
    named = [word for word in words if stem(word) not in frame.lower()]
    chunks = _chinese_chunks(text)
    if chunks and sum(map(len, chunks)) > sum(map(len, named)):
        return max(chunks, key=len)[:6]
    return " ".join(named[:1]) or (chunks[0][:6] if chunks else _opening(text))


def _opening(text: str) -> str:
    """The first whole words of a text."""
    first, *rest = text.split() or [""]
    opening = first[:_OPENING]
    for word in rest:
        if len(opening) + len(word) >= _OPENING:
            break
        opening = f"{opening} {word}"
    return opening.rstrip(".,;:!?")


def _chinese_chunks(text: str) -> list[str]:
    """Stretches without function characters, of two characters at least."""
    chunks: list[str] = []
    for run in chinese_runs(text):
        for word in sorted(CHINESE_WORDS, key=len, reverse=True):
            run = run.replace(word, " ")
        chunks += [chunk for chunk in _split(run, CHINESE_EDGES) if len(chunk) > 1]
    return chunks


def _split(text: str, marks: Iterable[str]) -> list[str]:
    return "".join(" " if character in marks else character for character in text).split()


_COMMON_STEMS = frozenset(stem(word) for word in COMMON if len(word) > 3)
