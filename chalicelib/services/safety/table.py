"""The table of signs: its files, read once a process and made into patterns."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from chalicelib.text.normalise import fold

SIGNS = Path(__file__).parent / "signs"

LOOKED_AT = 50_000  # characters: more than any message has, unless it is made of ligatures that fold into many letters

Kind = Literal["dying", "suicide", "self_harm", "threat", "violence"]

_NAMED = re.compile(r"<([a-z_]+)>")
_UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d*,\}")
_DROPPED = "'\u0640"  # apostrophes, which many leave out, and the Arabic stroke that only lengthens a word
_ALIKE = str.maketrans({"ى": "ي", "ة": "ه", **dict.fromkeys(_DROPPED)})  # letters that many write for each other


class SignRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a file: `hits` are sentences in which its pattern has to be found, `misses` near ones with no sign in them."""

    kind: Kind
    pattern: str
    source: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]


class SignFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of a language. `lists` are words that patterns name; in one that is `spaced`, words are parted by spaces."""

    spaced: bool
    signs: tuple[SignRow, ...]
    lists: dict[str, tuple[str, ...]] = {}


class Sign(Struct, frozen=True):
    """A row of the table: what it is a sign of, the expression that finds it, and where it is documented."""

    language: str
    kind: Kind
    expression: str
    source: str


class LanguageSigns(Struct, frozen=True):
    """The signs of one language. `any` finds whether there is one, in one pass that looks for each only where a word begins."""

    any: re.Pattern[str]
    rows: tuple[Sign, ...]

    def first_in(self, text: str) -> Sign | None:
        """The first row that is found in a bare text."""
        if not self.any.search(text):
            return None
        return next((sign for sign in self.rows if re.search(sign.expression, text)), None)


def normalise_for_signs(text: str) -> str:
    """The text as signs are held against it: folded, and without accents and apostrophes, which many leave out."""
    folded = fold(text[:LOOKED_AT])[:LOOKED_AT]
    if not folded.isascii():
        # Marks go first: taking letters apart sorts each run of marks, which is slow for a long one.
        letters = "".join(character for character in folded if not unicodedata.combining(character))
        apart = unicodedata.normalize("NFD", letters)
        folded = "".join(character for character in apart if not unicodedata.combining(character))
    return folded.translate(_ALIKE)


@cache
def read_table() -> tuple[LanguageSigns, ...]:
    """The signs of every language. Raises ValueError for a file that is not as it has to be."""
    return tuple(_signs(path.stem, read_file(path)) for path in sorted(SIGNS.glob("*.toml")))


def read_file(path: Path) -> SignFile:
    """A file of the table. Raises msgspec.ValidationError, a ValueError, where it has another shape, or a kind that there is not."""
    return msgspec.toml.decode(path.read_bytes(), type=SignFile)


def _signs(language: str, file: SignFile) -> LanguageSigns:
    lists = {name: f"(?:{'|'.join(words)})" for name, words in file.lists.items()}
    before, after = (r"(?<!\w)", r"(?!\w)") if file.spaced else ("", "")
    expressions = [_expression(row.pattern, lists) for row in file.signs]
    rows = tuple(
        Sign(language, row.kind, f"{before}(?:{expression}){after}", row.source)
        for row, expression in zip(file.signs, expressions, strict=True)
    )
    return LanguageSigns(re.compile(f"{before}(?:{'|'.join(expressions)}){after}"), rows)


def _expression(pattern: str, lists: Mapping[str, str]) -> str:
    """The regular expression of a row, which looks at a bounded stretch from each place of a text, so that it is linear."""
    expression = normalise_for_signs(_NAMED.sub(lambda found: lists[found[1]], pattern))
    if _UNBOUNDED.search(expression):
        raise ValueError(f"A sign may not repeat without bounds: {pattern}")
    return expression
