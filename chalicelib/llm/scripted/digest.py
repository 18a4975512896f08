"""The scripted digest: every answer is a point, word for word, and its theme is the question that it answers."""

from collections.abc import Iterator
from typing import Any, Final

from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Reply, Request, ToolCall
from chalicelib.llm.scripted.catalogue import Catalogue, catalogue_for, catalogues
from chalicelib.llm.scripted.conversation import first, is_answer
from chalicelib.llm.scripted.questions import Question, paragraphs, question_of, scale_question
from chalicelib.text.normalise import fold, one_line

TEXT: Final = 280  # characters of a point's text; its quote is the whole message


def digest(request: Request) -> Reply:
    """A call of `record_digest` with one point for each answer."""
    system = "\n".join(block.text for block in request.system)
    prompt = "\n".join(block.text for message in request.messages for block in message.blocks)
    words = catalogue_for(first("language", system), f"{first('topic', system)}\n{first('goal', system)}")
    themes = {fold(piece.attributes["label"]): piece.attributes["id"] for piece in tags.read("theme", system)}
    points = [_point(*found, themes) for found in _answers(prompt, words)]
    return Reply("", SCRIPTED, (ToolCall("record_digest", {"points": points}),))


def _answers(prompt: str, words: Catalogue) -> Iterator[tuple[tags.Tagged, str]]:
    """Every answer, and what it is an answer to."""
    question: Question | None = None
    for name, piece in tags.read_all(("asked", "said"), prompt):
        if name == "asked":
            question = _question(piece.text, question, words)
        elif is_answer(piece.text, question.key if question else None):
            yield piece, question.text if question else words.further


def _question(message: str, before: Question | None, words: Catalogue) -> Question | None:
    """The question that is open after this message of the facilitator: the one that it puts, else the one before it; none
    behind a conclusion, or where care came first."""
    told = paragraphs(message)
    for other in catalogues():
        if told[0] in (other.closing, other.care, *other.after):
            return None
        if other.scale in told:
            return scale_question(words)
        if told[-1] in other.probes:
            return before
    return question_of(told[-1], words)


def _point(said: tags.Tagged, about: str, themes: dict[str, str]) -> dict[str, Any]:
    return {
        "message_id": said.attributes.get("id", ""),
        "quote": said.text,
        "text": one_line(said.text, TEXT),
        "theme": themes.get(fold(about), ""),
        "topic": about,
        "stance": "neutral",
    }
