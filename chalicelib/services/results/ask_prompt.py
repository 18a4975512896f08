"""What a model is asked for the answer to a question: the tools that it hands it in with, and the requests."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Request, Tool
from chalicelib.model import SessionView
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup
from chalicelib.services.synthesis.evidence import EvidenceBook

MAX_TOKENS = 4_000
MOST_LOOKED_UP = 12  # points whose conversations are read

_IDS = {"type": "array", "items": {"type": "string"}}


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    needed = list(required or properties)
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


_SAID = {"type": "array", "items": _closed({"id": {"type": "string"}, "words": {"type": "string"}})}
_STATEMENT = _closed({"text": {"type": "string"}, "evidence": _IDS, "said": _SAID})
ANSWER = Tool(
    name="answer_question",
    description="Hand in the answer to the question.",
    # An answer without what else is to be read is an answer.
    schema=_closed(
        {"statements": {"type": "array", "items": _STATEMENT}, "look_up": _IDS, "themes": _IDS}, "statements"
    ),
)


class Turn(Struct, frozen=True):
    """A question that was asked before, and how it was answered."""

    question: str
    answer: str


class Passage(Struct, frozen=True):
    """A message from a conversation that is read; `id` is how the model knows what a participant said, empty for the facilitator."""

    id: str
    participant: int
    text: str


def ask_request(
    view: SessionView,
    book: EvidenceBook,
    question: str,
    history: Sequence[Turn],
    *,
    passages: Sequence[Passage] = (),
    may_read: bool = True,
) -> Request:
    """The request for an answer from these points, and from these passages of conversations; where it `may_read`, for what has to be
    read besides, in its place."""
    # What comes first is the same for every question that is asked meanwhile, and for both calls of one.
    known = Block(f"{render_setup(view)}\n\n{book.render()}", cached=True)
    asked = "\n".join([*map(_shown, passages), *_asked(question, history)])
    return Request(
        task="ask" if may_read else "ask_of_others",
        tier="large",
        system=(Block(fill("ask", reading=fill("ask_reading" if may_read else "ask_points_only"))),),
        messages=(ChatMessage("user", (known, Block(asked))),),
        max_tokens=MAX_TOKENS,
        tools=(ANSWER,),
        must_call=ANSWER.name,
    )


def _shown(it: Passage) -> str:
    if it.id:
        return tags.data("said", it.text, id=it.id, participant=it.participant)
    return tags.data("asked", it.text, participant=it.participant)


def _asked(question: str, history: Sequence[Turn]) -> list[str]:
    before = [
        tags.data(name, text)
        for turn in history
        for name, text in (("asked_before", turn.question), ("answered_before", turn.answer))
    ]
    return [*before, tags.data("question", question)]
