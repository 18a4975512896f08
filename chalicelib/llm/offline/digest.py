"""The offline digest: a participant's sentences, each one that says something a point in its own words.

A point belongs to the theme whose label it has most of; where it has too little of every one, its first naming word
makes a new theme.
"""

from collections.abc import Iterable

from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.offline.cues import leans, stance_of
from chalicelib.llm.offline.likeness import share
from chalicelib.llm.offline.shown import first, system_text, user_text
from chalicelib.llm.offline.terms import topic_of
from chalicelib.llm.offline.text import length_in_words, sentences

LONGEST = 280
WHOLE = 40  # words; a message up to this length is one point: its sentences explain each other
FEWEST_WORDS = 3
FITTING = 0.5  # a theme of whose label a point has less is another one


def digest(request: Request) -> Reply:
    """A call of `record_digest` with one point for each meaningful sentence."""
    prompt = user_text(request)
    known = {piece.text.casefold() for piece in tags.read("known", prompt)}
    frame = first("topic", system_text(request))
    themes = {piece.attributes["label"]: piece.attributes["id"] for piece in tags.read("theme", system_text(request))}
    points = []
    for said in tags.read("said", prompt):
        for span in _spans(said.text):
            if span.casefold() in known:
                continue
            label = _fitting(span, themes) or topic_of(span, frame)
            point = {"message_id": said.attributes.get("id", ""), "quote": span, "text": span, "topic": label}
            points.append({**point, "theme": themes.get(label, ""), "stance": stance_of(span)})
            themes.setdefault(label, "")
    return Reply("", "offline", (ToolCall("record_digest", {"points": points}),))


def _fitting(span: str, themes: Iterable[str]) -> str:
    """The label that a span has most of; the earliest of equals, and none where it has too little of all."""
    best = max(((share(label, span), -place, label) for place, label in enumerate(themes)), default=(0.0, 0, ""))
    return best[2] if best[0] >= FITTING else ""


def _spans(text: str) -> list[str]:
    """Spans of a message that stand on their own: sentences, each with those that lean on it, none too long to be read at a glance."""
    if length_in_words(text) <= WHOLE and len(text.strip()) <= LONGEST:
        return [text.strip()] if length_in_words(text) >= FEWEST_WORDS else []
    spans: list[tuple[int, int]] = []
    position = 0
    for sentence in sentences(text):
        start = text.index(sentence, position)
        position = start + len(sentence)
        if spans and position - spans[-1][0] <= LONGEST and _belongs(sentence, text[slice(*spans[-1])]):
            spans[-1] = (spans[-1][0], position)
        else:
            spans.append((start, position))
    return [_cut(text[start:end]) for start, end in spans if length_in_words(text[start:end]) >= FEWEST_WORDS]


def _belongs(sentence: str, before: str) -> bool:
    """Whether a sentence leans on the one before it, or either is too short to be understood alone."""
    return leans(sentence) or min(length_in_words(sentence), length_in_words(before)) <= FEWEST_WORDS


def _cut(sentence: str) -> str:
    """A sentence, or the beginning of an overlong one up to a gap."""
    if len(sentence) <= LONGEST:
        return sentence
    head = sentence[:LONGEST]
    gap = max(head.rfind(mark) for mark in (" ", "，", "、", "；"))
    return head[:gap] if gap > LONGEST // 2 else head
