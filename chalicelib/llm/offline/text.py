"""Text, as far as one gets without understanding it: length and sentences."""

import re

from chalicelib.llm.language import count_chinese, count_words

_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|(?<=[。！？!?；])\s*|\n+")
_END_OR_SLASH = re.compile(rf"{_END.pattern}|\s+/\s+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Ave|Rd|Blvd|Ln|vs|etc|No|no|Co|Jr|Sr|Inc|Ky|Ft|Mt|Hwy|Dept|Gov|Sen|Rep|Prof|approx|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$"
)


def length_in_words(text: str) -> int:
    """Words of a Latin script, and Chinese characters at two a word."""
    return count_words(text) + (count_chinese(text) + 1) // 2


def sentences(text: str, *, lists: bool = True) -> list[str]:
    """The sentences of a text, each a span of it without the space around it. In `lists`, a slash parts them, too."""
    pieces: list[str] = []
    start = 0
    for end in [*(match.start() for match in (_END_OR_SLASH if lists else _END).finditer(text)), len(text)]:
        piece = text[start:end]
        if end < len(text) and _ABBREVIATION.search(piece):
            continue
        if piece.strip(" \n\t/"):
            pieces.append(piece.strip(" \n\t/"))
        start = end
    return pieces
