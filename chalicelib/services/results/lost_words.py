"""Words of people who are out of the results, in texts of hosts: taken out of them, with a mark in their place, and put back."""

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from msgspec import Struct

from chalicelib.text.matching import FoldedText
from chalicelib.text.quotation_marks import find_sentences
from chalicelib.text.shared_runs import cut_runs

GONE = "[…]"  # in the place of words whose person is gone
_MOST_MARKS = 100  # of one text, that are compared with each other; of more none is taken for another
_WORD = re.compile(r"\[…\]|\w+")


class _Mark(Struct, frozen=True):
    """A mark in a text: the words before it, the nearest first, and those behind it."""

    before: tuple[str, ...]
    behind: tuple[str, ...]


def without_words(text: str, words: Iterable[str]) -> str:
    """Returns a text with a mark in the place of each of these words."""
    return "".join(GONE if is_gone else piece for piece, is_gone in _split_at(text, words))


def with_words(text: str, before: str, words: Sequence[str]) -> str:
    """Returns a text that was made from `before` as it is shown, with the words that its marks stand for.

    Which mark is which is told by the words around it. A mark stays where that is not certain, and where its words would not be
    found again in the text.
    """
    pieces = _split_at(before, words)
    shown = "".join(GONE if is_gone else piece for piece, is_gone in pieces)
    if text == shown:
        return before
    hidden = [it for piece, is_gone in pieces for it in ([piece] if is_gone else [GONE] * piece.count(GONE))]
    parts = text.split(GONE)
    found = _recognise(_marks_of(text), _marks_of(shown), hidden)
    fitting = [
        it if without_words(f"{left[-1:]}{it}{right[:1]}", words) == f"{left[-1:]}{GONE}{right[:1]}" else GONE
        for it, left, right in zip(found, parts, parts[1:], strict=False)
    ]
    filled = "".join(it for pair in zip(parts, [*fitting, ""], strict=True) for it in pair)
    return filled if without_words(filled, words) == text else text


def without_runs(text: str, runs: frozenset[str]) -> str:
    """Returns a text with a mark in the place of each sentence that has one of these runs of words."""
    return "\n".join(_line_without_runs(line, runs) for line in text.split("\n"))


def _recognise(marks: Sequence[_Mark], known: Sequence[_Mark], hidden: Sequence[str]) -> list[str]:
    """What each of these marks stands for, by what is hidden behind those that are known; a mark where that is not certain."""
    if max(len(marks), len(known)) > _MOST_MARKS:
        return [GONE] * len(marks)
    alike = [[_compare(mark, it) for it in known] for mark in marks]
    found: list[str] = []
    for row in alike:
        most = max(row, default=0)
        best = [place for place, size in enumerate(row) if size == most > 0]
        # Of two marks that are as much like one that is known, at most one is that: neither is taken for it.
        is_certain = len(best) == 1 and sum(other[best[0]] >= most for other in alike) == 1
        found.append(hidden[best[0]] if is_certain else GONE)
    return found


def _compare(mark: _Mark, other: _Mark) -> int:
    """How many words next to two marks are the same, without a gap."""
    sides = (zip(mark.before, other.before, strict=False), zip(mark.behind, other.behind, strict=False))
    return sum(1 for side in sides for _ in takewhile(lambda pair: pair[0] == pair[1], side))


def _marks_of(text: str) -> list[_Mark]:
    words = _WORD.findall(text)
    places = [place for place, word in enumerate(words) if word == GONE]
    if len(places) > _MOST_MARKS:
        return [_Mark((), ())] * len(places)
    return [_Mark(tuple(words[:place][::-1]), tuple(words[place + 1 :])) for place in places]


def _line_without_runs(line: str, runs: frozenset[str]) -> str:
    if not runs & cut_runs(line):
        return line
    kept = (line[start:end] for start, end in find_sentences(line))
    left = "".join(it.replace(it.strip(), GONE) if runs & cut_runs(it) else it for it in kept)
    return GONE if runs & cut_runs(left) else left  # one that goes through several sentences


def _split_at(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is one of these words; the longest first, as others may be in them."""
    pieces = [(text, False)]
    for gone in sorted(words, key=len, reverse=True):
        wanted, found = FoldedText(gone).text.strip(), list[tuple[str, bool]]()
        for rest, is_gone in pieces:
            while not is_gone and (cut := FoldedText(rest).cut(wanted)):
                before, _, rest = rest.partition(cut)
                found += [(before, False), (cut, True)]
            found.append((rest, is_gone))
        pieces = found
    return pieces
