"""Words looked for in a text: typographic twins make no difference, any other character does."""

import unicodedata
from collections.abc import Iterator

from chalicelib.text.normalise import fold_twins_of, is_ignorable, normalise
from chalicelib.text.tokens import is_unspaced

_LONGEST_CLUSTER = 32  # characters that normalise together, at most
_MOST_TRIES = 2_000  # places inside words that are passed over


class FoldedText:
    """A text with its typographic twins folded, and for each of its characters the stretch of the text that it stands for."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        places: list[tuple[int, int]] = []
        for start, end in _clusters(text):
            for character in fold_twins_of(text[start:end]):
                if character.isspace() and (not characters or characters[-1] == " "):
                    continue
                characters.append(" " if character.isspace() else character)
                places.append((start, end))
        self._whole, self._places = text, places
        self.text = "".join(characters)

    def cut(self, wanted: str) -> str:
        """What `wanted` stands for in the text, as it is written there; empty where it is not in it as whole words."""
        start = find_words(wanted, self.text)
        return self._whole[self._places[start][0] : self._places[start + len(wanted) - 1][1]] if start >= 0 else ""


def find_words(wanted: str, text: str) -> int:
    """Where `text` has `wanted` as whole words, or -1; scripts that put no space between words have no such bounds."""
    start = text.find(wanted) if wanted else -1
    for _ in range(_MOST_TRIES):
        if start < 0:
            break
        end = start + len(wanted)
        if not (_is_one_word(text[max(start - 1, 0) : start + 1]) or _is_one_word(text[end - 1 : end + 1])):
            return start
        start = text.find(wanted, start + 1)
    return -1


def _is_one_word(neighbours: str) -> bool:
    """Whether two characters stand in one word."""
    return len(neighbours) == 2 and all(
        unicodedata.category(mark)[0] in "LMN" and not is_unspaced(mark) for mark in neighbours
    )


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that fold on their own: a character with all that composes with it, and with what is invisible behind it."""
    start, composed = 0, normalise(text, "NFC") == text
    for place in range(1, len(text)):
        if place - start >= _LONGEST_CLUSTER or not (
            is_ignorable(text[place]) or (not composed and _composes(text[start:place], text[place]))
        ):
            yield start, place
            start = place
    if text:
        yield start, len(text)


def _composes(cluster: str, character: str) -> bool:
    """Whether the character belongs to the cluster before it: a combining mark, or a letter that melts into it (as Hangul does)."""
    if character.isascii():
        return False
    if unicodedata.combining(character):
        return True
    apart = normalise(cluster, "NFC") + normalise(character, "NFC")
    return normalise(cluster + character, "NFC") != apart
