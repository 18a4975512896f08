"""Words and what else texts are compared by, in any script.

Scripts that put no space between words have no words here: what stands in one of them is a run, and runs are compared by
pairs or trigrams of characters.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from chalicelib.text.normalise import fold, normalise

# Thai, Lao, Myanmar, Khmer, kana, Bopomofo and Han, without their punctuation.
_UNSPACED_RANGES = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e80-\u0eff\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17d7\u17dc-\u17e9"
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9fe\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_JOINS = "'’\u05f3\u05f4\u00b7"  # stand inside words: apostrophes, the Hebrew geresh, Catalan's middle dot
_POSSESSIVES = ("'s", "’s")
_ENDINGS = ("ies", "ing", "ers", "er", "ed", "es", "s", "y", "e")
LEAST_STEM = 3  # letters
_BETWEEN = re.compile(r"\s+|[!-/:-@\[-`{-~]|[^\s!-/:-@\[-`{-~]+")  # space, a sign of ASCII, others in a row
_BEYOND = 0x20000  # behind it are Han characters, and marks that are invisible
_CHARACTERS_A_WORD = 2  # of scripts without spaces


def split_words(text: str) -> list[str]:
    """The folded words of a text; a run of a script without spaces is one."""
    return _word_pattern().findall(fold(text))


def is_unspaced(text: str) -> bool:
    """Whether most of what a text's words are made of is in scripts without spaces."""
    if len(text) == 1:
        return is_run(text)
    found = split_words(text)
    wide = sum(len(word) for word in found if is_run(word))
    return 2 * wide > sum(map(len, found))


def is_run(word: str) -> bool:
    """Whether a word, as `split_words` gives it, is a run of a script without spaces."""
    return not word.isascii() and _unspaced_pattern().match(word) is not None


def list_terms(text: str) -> list[str]:
    """The folded words of a text, and the trigrams of its runs without spaces, in order."""
    found: list[str] = []
    for word in split_words(text):
        found += cut_trigrams(word) if is_run(word) else (word,)
    return found


def cut_trigrams(run: str) -> list[str]:
    """Three neighbours each of a run; a shorter run is its only one."""
    return [run[at : at + 3] for at in range(len(run) - 2)] or [run]


def cut_pairs(run: str) -> list[str]:
    """Two neighbours each of a run; a run of one character is its only one."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def split_pieces(text: str) -> list[str]:
    """The text cut into words, characters of scripts without spaces with their marks, space, and what else stands between."""
    found, end = [], 0
    for word in _word_pattern().finditer(text):
        found += _BETWEEN.findall(text, end, word.start())
        found += _characters(word[0]) if is_run(word[0]) else [word[0]]
        end = word.end()
    return found + _BETWEEN.findall(text, end)


def _characters(run: str) -> list[str]:
    """The characters of a run, each with the marks that follow it."""
    found: list[str] = []
    for character in run:
        if found and unicodedata.category(character).startswith("M"):
            found[-1] += character
        else:
            found.append(character)
    return found


def count_words(text: str) -> int:
    """How many words a text has; of scripts without spaces two characters count as one."""
    spaced, characters = measure_amount(text)
    return spaced - (-characters // _CHARACTERS_A_WORD)


def measure_amount(text: str) -> tuple[int, int]:
    """How much a text says: its words, and its characters in scripts without spaces."""
    found = split_words(text)
    wide = [len(word) for word in found if is_run(word)]
    return len(found) - len(wide), sum(wide)


def split_spaced_words(text: str) -> list[str]:
    """The folded words of a text in scripts that part them by spaces."""
    return [word for word in split_words(text) if not is_run(word)]


def find_runs(text: str) -> list[str]:
    """What a text has in scripts without spaces, run by run."""
    return _unspaced_pattern().findall(fold(text))


def list_stems(text: str) -> list[str]:
    """The words of a text that parts them by spaces, without plural and the commonest endings."""
    return [_stem(word) for word in split_spaced_words(text)]


def find_units(text: str) -> set[str]:
    """All by which a text can be compared: the stems of its words, and the pairs of its runs."""
    return find_content(text, 1)


def find_content(text: str, least: int = 4) -> set[str]:
    """The units that carry a text's matter: without words shorter than so many letters."""
    found: set[str] = set()
    for word in split_words(text):
        if is_run(word):
            found.update(cut_pairs(word))
        elif len(word) >= least:
            found.add(_stem(word))
    return found


class WrittenWord(NamedTuple):
    """A word as it is written, whether it opens a sentence, and whether only a space parts it from the word before."""

    text: str
    opens: bool
    follows: bool


def read_written_words(text: str) -> Iterator[WrittenWord]:
    """The words of a text as they are written, in scripts that part them by spaces, each with how it stands there."""
    text, end = normalise(text, "NFKC"), 0
    for found in _word_pattern().finditer(text):
        opens = end == 0 or bool(_SENTENCE_END.search(text, end, found.start()))
        follows = end > 0 and text[end : found.start()].isspace()
        end = found.end()
        word = found[0]
        if not is_run(word):
            yield WrittenWord(word[:-2] if word.endswith(_POSSESSIVES) else word, opens, follows)


_SENTENCE_END = re.compile("[.!?…\n。।॥۔؟]")


# Compiled when first needed, as the next: so large a class takes a millisecond.
@cache
def _unspaced_pattern() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED_RANGES}]+")


@cache
def _word_pattern() -> re.Pattern[str]:
    """A run without spaces, or a word with the marks above and below its letters.

    Python's patterns have no class of letters and marks, so it is put together from what Python knows of each character.
    """
    known = "".join(map(chr, range(_BEYOND)))
    kinds = bytearray("".join(map(itemgetter(0), map(unicodedata.category, known))), "ascii")
    marks = "".join(known[found.start() : found.end()] for found in re.finditer(rb"M+", kinds[: ord("\u0e00")]))
    for run in _unspaced_pattern().finditer(known):
        kinds[run.start() : run.end()] = bytes(len(run[0]))
    ranges = ((known[found.start()], known[found.end() - 1]) for found in re.finditer(rb"[LMN]+", kinds))
    letter = f"[{''.join(f'{first}-{last}' for first, last in ranges)}]"
    return re.compile(f"[{_UNSPACED_RANGES}][{_UNSPACED_RANGES}{marks}]*|{letter}+(?:[{_JOINS}]{letter}+)*")


def _stem(word: str) -> str:
    end = len(word) - 2 * word.endswith(("'s", "’s"))
    while length := next((len(it) for it in _ENDINGS if word.endswith(it, LEAST_STEM, end)), 0):
        end -= length
    return word[:end]
