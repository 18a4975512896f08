"""The offline digest: a participant's sentences, each one that says something a point in its own words."""

from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.offline.cues import leans, stance_of
from chalicelib.llm.offline.shown import user_text
from chalicelib.llm.offline.terms import topic_of
from chalicelib.llm.offline.text import length_in_words, sentences

LONGEST = 280
WHOLE = 40  # words; a message up to this length is one point: its sentences explain each other
FEWEST_WORDS = 3


def digest(request: Request) -> Reply:
    """A call of `record_digest` with one point for each meaningful sentence."""
    prompt = user_text(request)
    known = {piece.text.casefold() for piece in tags.read("known", prompt)}
    points = [
        {
            "message_id": said.attributes.get("id", ""),
            "quote": span,
            "text": span,
            "topic": topic_of(span),
            "stance": stance_of(span),
        }
        for said in tags.read("said", prompt)
        for span in _spans(said.text)
        if span.casefold() not in known
    ]
    return Reply("", "offline", (ToolCall("record_digest", {"points": points}),))


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
