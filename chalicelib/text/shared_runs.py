"""Runs of words that stand in two texts alike: long enough that nobody writes them by chance.

In scripts that put no space between words, characters stand for them, twice as many. Punctuation parts nothing.
"""

from collections.abc import Collection, Iterator, Sequence

from chalicelib.text import tokens

WORDS, CHARACTERS = 6, 12


def cut_runs(text: str) -> set[str]:
    """All runs of a text, as they are compared."""
    return {run for units, size, gap in _sequences(text) for run in _runs(units, size, gap)}


def find_shared_stretches(text: str, known: Collection[str]) -> Iterator[str]:
    """The longest stretches of a text of which every run is one of these."""
    for units, size, gap in _sequences(text):
        start = end = 0  # of the stretch so far
        for place, run in enumerate(_runs(units, size, gap)):
            if run not in known:
                continue
            if place > end:
                yield from [gap.join(units[start:end])] if end else []
                start = place
            end = place + size
        if end:
            yield gap.join(units[start:end])


def _sequences(text: str) -> Iterator[tuple[Sequence[str], int, str]]:
    """What runs are made of, how many make one, and what stands between them."""
    found = tokens.split_words(text)
    yield [word for word in found if not tokens.is_run(word)], WORDS, " "
    yield "".join(filter(tokens.is_run, found)), CHARACTERS, ""


def _runs(units: Sequence[str], size: int, gap: str) -> Iterator[str]:
    return (gap.join(units[at : at + size]) for at in range(len(units) - size + 1))
