"""The words that everybody uses in a language: one that is written alone says nothing of who wrote it.

The lists are data, in `common/`. Scripts without spaces have none.
"""

from functools import cache
from pathlib import Path

from chalicelib.text.normalise import fold

_FOLDER = Path(__file__).with_name("common")


def is_common(word: str, tag: str) -> bool:
    """Whether a word, as it is written, is a common one of the language with this tag, and no name. With a capital it may be one
    where the list says so. False in a language that has no list."""
    words = _read_words(tag.partition("-")[0].lower())
    folded = fold(word)
    return folded in words or (word == word.lower() and folded.capitalize() in words)


@cache
def _read_words(code: str) -> frozenset[str]:
    """The list of a language; read once a process, where a theme is to be told."""
    path = _FOLDER / f"{code}.txt"
    known = code in _list_codes()
    return frozenset(path.read_text(encoding="utf-8").split()) if known else frozenset()


@cache
def _list_codes() -> frozenset[str]:
    return frozenset(path.stem for path in _FOLDER.glob("*.txt"))
