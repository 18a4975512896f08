"""Text, as far as one gets without understanding it: length and sentences."""

import re

from chalicelib.llm.language import count_chinese, count_words

_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|(?<=[。！？!?；])\s*|\n+|\s+/\s+")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Ave|Rd|Blvd|Ln|vs|etc|No|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$")


def length_in_words(text: str) -> int:
    """Words of a Latin script, and Chinese characters at two a word."""
    return count_words(text) + (count_chinese(text) + 1) // 2


def sentences(text: str) -> list[str]:
    """The sentences of a text, each a span of it without the space around it."""
    pieces: list[str] = []
    start = 0
    for end in [*(match.start() for match in _END.finditer(text)), len(text)]:
        piece = text[start:end]
        if end < len(text) and _ABBREVIATION.search(piece):
            continue
        if piece.strip(" \n\t/"):
            pieces.append(piece.strip(" \n\t/"))
        start = end
    return pieces
