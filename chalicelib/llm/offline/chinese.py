"""Chinese words without a dictionary: what recurs as one piece, in the writing of several people, is a word.

A candidate is a run of two to four characters. It has to recur, to hold together (its characters meet more often than
chance lets them), and to be free at both ends (different characters stand before and after it).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from chalicelib.llm.offline.stopwords import CHINESE_EDGES, CHINESE_WORDS

LONGEST = 4
FEWEST = 3  # occurrences
COHESION = 3.0  # how many times more often than by chance, as a logarithm to base two
FREEDOM = 0.8  # entropy of the neighbours, in bits


def discover(runs: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The words found in (writer, stretch of characters) pairs."""
    counts: Counter[str] = Counter()
    writers: defaultdict[str, set[str]] = defaultdict(set)
    before: defaultdict[str, Counter[str]] = defaultdict(Counter)
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for writer, run in runs:
        for start in range(len(run)):
            for size in range(1, min(LONGEST, len(run) - start) + 1):
                piece = run[start : start + size]
                counts[piece] += 1
                writers[piece].add(writer)
                before[piece][run[start - 1] if start else f"^{counts[piece]}"] += 1
                after[piece][run[start + size] if start + size < len(run) else f"${counts[piece]}"] += 1
    total = sum(count for piece, count in counts.items() if len(piece) == 1)
    found = {
        piece
        for piece, count in counts.items()
        if len(piece) > 1 and count >= FEWEST and len(writers[piece]) > 1 and _is_wordlike(piece)
        and _cohesion(piece, counts, total) >= COHESION and min(_entropy(before[piece]), _entropy(after[piece])) >= FREEDOM
    }  # fmt: skip
    return frozenset(found)


def segment(run: str, words: frozenset[str]) -> list[str]:
    """The known words in a stretch of characters, the longest first at each place; the rest is passed over."""
    found, start = [], 0
    while start < len(run):
        sizes = (size for size in range(min(LONGEST, len(run) - start), 1, -1))
        size = next((size for size in sizes if run[start : start + size] in words), 0)
        if size:
            found.append(run[start : start + size])
        start += size or 1
    return found


def _is_wordlike(piece: str) -> bool:
    """No function character at either end, and no common word inside."""
    return (
        piece[0] not in CHINESE_EDGES
        and piece[-1] not in CHINESE_EDGES
        and not any(word in piece for word in CHINESE_WORDS)
    )


def _cohesion(piece: str, counts: Counter[str], total: int) -> float:
    """How much more often the weakest seam of the piece holds than chance would have it."""
    seams = (counts[piece[:cut]] * counts[piece[cut:]] for cut in range(1, len(piece)))
    return math.log2(counts[piece] * total / max(seams))


def _entropy(neighbours: Counter[str]) -> float:
    total = sum(neighbours.values())
    return -sum(count / total * math.log2(count / total) for count in neighbours.values())
