"""How much of what one text is about is in another: by stems of words, and by pairs of Chinese characters."""

from itertools import pairwise

from chalicelib.llm.offline.terms import chinese_runs, english_terms


def marks(text: str) -> frozenset[str]:
    """What a text is recognised by."""
    pairs = {first + second for run in chinese_runs(text) for first, second in pairwise(run)}
    return frozenset(pairs | {term.stem for term in english_terms(text)})


def share(wanted: str, text: str) -> float:
    """The part of the marks of `wanted` that `text` has, too."""
    marked = marks(wanted)
    return len(marked & marks(text)) / len(marked) if marked else 0.0


def alike(left: str, right: str, least: float = 0.6) -> bool:
    """Whether two questions ask nearly the same."""
    return max(share(left, right), share(right, left)) >= least
