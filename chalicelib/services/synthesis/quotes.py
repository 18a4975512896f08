"""Quotes are cut from what is stored, never taken from a model.

What a model copied is only used to find the place: both sides are brought to NFC and their white space is folded, and
the words between the two ends of the match are cut from the stored text. What is not found is no quote.
"""

import unicodedata

from chalicelib.services import wording

MAX_LENGTH = 400


def cut_quote(claimed: str, stored: str) -> str:
    """The span of `stored` that `claimed` names, as it is stored; empty where there is none."""
    wanted = " ".join(unicodedata.normalize("NFC", claimed).split())
    folded, places = _fold(stored)
    start = find_words(wanted, folded)
    if start < 0:
        return ""
    end = start + len(wanted)
    return _bounded(stored[places[start][0] : places[end - 1][1]])


def find_words(wanted: str, text: str) -> int:
    """Where `text` has `wanted` as whole words, or -1; scripts that put no space between words have no such bounds."""
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if not (_is_one_word(text[start - 1 : start + 1]) or _is_one_word(text[end - 1 : end + 1])):
            return start
        start = text.find(wanted, start + 1)
    return -1


def _is_one_word(neighbours: str) -> bool:
    """Whether two characters stand in one word."""
    return len(neighbours) == 2 and all(
        unicodedata.category(mark)[0] in "LMN" and not wording.runs(mark) for mark in neighbours
    )


def _fold(stored: str) -> tuple[str, list[tuple[int, int]]]:
    """The text in NFC with folded white space, and for each of its characters the span of the stored text that it stands for."""
    characters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(stored):
        piece = unicodedata.normalize("NFC", stored[start:end])
        for character in piece:
            if character.isspace():
                if characters and characters[-1] == " ":
                    continue
                character = " "
            characters.append(character)
            places.append((start, end))
    return "".join(characters), places


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans that normalise on their own: a character with everything that composes with it."""
    if unicodedata.is_normalized("NFC", text):
        return [(index, index + 1) for index in range(len(text))]
    spans: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(text)):
        if not _composes(text[start:index], text[index]):
            spans.append((start, index))
            start = index
    return [*spans, (start, len(text))] if text else spans


def _composes(cluster: str, character: str) -> bool:
    """Whether the character belongs to the cluster before it: a combining mark, or a letter that melts into it (as Hangul does)."""
    if unicodedata.combining(character):
        return True
    apart = unicodedata.normalize("NFC", cluster) + unicodedata.normalize("NFC", character)
    return unicodedata.normalize("NFC", cluster + character) != apart


def _bounded(quote: str) -> str:
    """A quote that is too long to print, cut at the last gap before the limit; it stays a span of the stored text."""
    if len(quote) <= MAX_LENGTH:
        return quote
    head = quote[:MAX_LENGTH]
    gap = max((head.rfind(mark) for mark in (" ", "\n", "。", "，", "、")), default=-1)
    return head[: gap + 1].rstrip() if gap > MAX_LENGTH // 2 else head
