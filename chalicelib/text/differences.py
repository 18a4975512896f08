"""What is different between two texts, in words: what stayed, what was taken out, and what was put in, in the order of reading."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from chalicelib.text.tokens import split_pieces

Kind = Literal["same", "removed", "added"]

# Lines, or words of a changed passage, up to which they are compared one by one: what comparing costs grows with the square.
MOST_COMPARED = 2_000
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Piece(NamedTuple):
    """A part of either text, or of both."""

    kind: Kind
    text: str


def list_differences(before: str, after: str) -> list[Piece]:
    """The pieces of both texts: without those that were added they are the first one, without those removed the second.

    Lines that are the same are found first, then words within what is left between them.
    """
    found: list[Piece] = []
    for kind, old, new in _compare(_LINE.findall(before), _LINE.findall(after)):
        if kind == "equal":
            found.append(Piece("same", old))
        else:
            found += _pieces(list(_compare(split_pieces(old), split_pieces(new))))
    return _joined(found)


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What of two sequences is equal and what is not, in order: a kind of difflib's, and both sides as text."""
    if max(len(old), len(new)) > MOST_COMPARED:
        yield "replace", "".join(old), "".join(new)
        return
    from difflib import SequenceMatcher

    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        yield kind, "".join(old[start:end]), "".join(new[new_start:new_end])


def _pieces(steps: Sequence[tuple[str, str, str]]) -> Iterator[Piece]:
    """The pieces of a changed passage; mere space between two changes belongs to both, so that they read as one."""
    for place, (kind, old, new) in enumerate(steps):
        if kind == "equal" and (not old.isspace() or place in (0, len(steps) - 1)):
            yield Piece("same", old)
        else:
            yield Piece("removed", old)
            yield Piece("added", new)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece; of a change, what was removed comes first."""
    found: list[Piece] = []
    removed, added = "", ""
    for kind, text in (*pieces, Piece("same", "")):
        if kind == "removed":
            removed += text
        elif kind == "added":
            added += text
        else:
            found += [Piece("removed", removed)] if removed else []
            found += [Piece("added", added)] if added else []
            removed, added = "", ""
            if found and found[-1].kind == "same":
                found[-1] = Piece("same", found[-1].text + text)
            elif text:
                found.append(Piece("same", text))
    return found
