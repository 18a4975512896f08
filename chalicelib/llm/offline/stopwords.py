"""Words that carry no topic, from the lists in `words/`."""

from pathlib import Path

_FOLDER = Path(__file__).with_name("words")


def _read(name: str) -> frozenset[str]:
    return frozenset((_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


FUNCTION = _read("english_function")  # left out everywhere
COMMON = _read("english_common")  # verbs, adjectives and nouns of any conversation: they never name a theme
CHINESE_EDGES = _read("chinese_edges")  # characters that join, point, deny or count: no word begins or ends with them
CHINESE_WORDS = _read("chinese_common")
