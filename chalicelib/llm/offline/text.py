"""Text, as far as one gets without understanding it: script, sentences, short phrases."""

import re
from typing import Literal

Script = Literal["en", "hant", "hans"]

# Frequent characters that only one of the two scripts has.
_HANT = frozenset("們個這會說對過時來學國關點體發現還讓麼為與業車應該務問題開沒講認樣幾實間長動見")
_HANS = frozenset("们个这会说对过时来学国关点体发现还让么为与业车应该务问题开没讲认样几实间长动见")
_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|(?<=[。！？!?；])\s*|\n+|\s+/\s+")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Ave|Rd|Blvd|Ln|vs|etc|No|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$")
_WORD = re.compile(r"[a-z0-9][a-z0-9'’\-]*", re.IGNORECASE)
_OPINION = re.compile(r"^我(?:覺得|觉得|認為|认为|想)")
_CLAUSE = re.compile(r"[,;:()–—，、；：（）]|\s[-/]\s|\.\s|[。！？!?]")


def script_of(text: str, default: Script = "en") -> Script:
    """The script a text is written in; `default` where it has neither Latin words nor Chinese characters."""
    chinese = count_chinese(text)
    words = len(_WORD.findall(text))
    if not chinese and not words:
        return default
    if chinese <= words:
        return "en"
    simplified, traditional = (sum(character in signs for character in text) for signs in (_HANS, _HANT))
    if simplified == traditional:
        return default if default != "en" else "hant"
    return "hans" if simplified > traditional else "hant"


def count_chinese(text: str) -> int:
    """How many Chinese characters there are."""
    return sum("\u4e00" <= character <= "\u9fff" for character in text)


def length_in_words(text: str) -> int:
    """Words of a Latin script, and Chinese characters at two a word."""
    return len(_WORD.findall(text)) + (count_chinese(text) + 1) // 2


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


def phrase(text: str, *, words: int = 14, characters: int = 26) -> str:
    """The telling clause of a text, short enough to be said back: the first of some length, cut at a word."""
    clauses = [clause.strip(" \t\n\"'“”‘’.…「」『』") for clause in _CLAUSE.split(text)]
    best = next((clause for clause in clauses if length_in_words(clause) > 3), "") or max(clauses, key=length_in_words)
    if count_chinese(best) > len(_WORD.findall(best)):
        best = _OPINION.sub("", best)
        return best[:characters] + ("…" if len(best) > characters else "")
    listed = best.split()
    return " ".join(listed[:words]) + ("…" if len(listed) > words else "")
