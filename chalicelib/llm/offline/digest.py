"""The offline digest: a participant's sentences, each one that says something a point in its own words."""

import re

from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.offline.shown import user_text
from chalicelib.llm.offline.stance import stance_of
from chalicelib.llm.offline.terms import topic_of
from chalicelib.llm.offline.text import length_in_words, sentences

LONGEST = 280
FEWEST_WORDS = 3

# A sentence that begins so leans on the one before it.
_LEANING = re.compile(
    r"(?:this|that|it|its|it's|they|these|those|them|he|she|which|and|but|so|because|also|otherwise|then|instead|such|for example|e\.g)\b|而且|但是|因為|因为|所以|這樣|这样|例如|並且|并且|不過|不过",
    re.IGNORECASE,
)


def digest(request: Request) -> Reply:
    """A call of `record_digest` with one point for each meaningful sentence."""
    prompt = user_text(request)
    known = {piece.text.casefold() for piece in tags.read("known", prompt)}
    points = [
        {"message_id": said.attributes.get("id", ""), "quote": span, "text": span, "topic": topic_of(span), "stance": stance_of(span)}
        for said in tags.read("said", prompt)
        for span in _spans(said.text)
        if span.casefold() not in known
    ]
    return Reply("", "offline", (ToolCall("record_digest", {"points": points}),))


def _spans(text: str) -> list[str]:
    """Spans of a message that stand on their own: sentences, each with those that lean on it, none too long to be read at a glance."""
    spans: list[str] = []
    position = 0
    for sentence in sentences(text):
        start = text.index(sentence, position)
        position = start + len(sentence)
        joined = text[text.index(spans[-1]) : position] if spans else ""
        if spans and len(joined) <= LONGEST and (_LEANING.match(sentence) or length_in_words(sentence) < FEWEST_WORDS or length_in_words(spans[-1]) < FEWEST_WORDS):
            spans[-1] = joined
        else:
            spans.append(sentence if len(sentence) <= LONGEST else _cut(sentence))
    return [span for span in spans if length_in_words(span) >= FEWEST_WORDS]


def _cut(sentence: str) -> str:
    """The beginning of an overlong sentence, up to a gap."""
    head = sentence[:LONGEST]
    gap = max(head.rfind(mark) for mark in (" ", "，", "、", "；"))
    return head[:gap] if gap > LONGEST // 2 else head
