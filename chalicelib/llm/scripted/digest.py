"""The scripted digest: every answer is a point, word for word, and its theme is the question that it answers."""

from typing import Any, Final

from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Reply, Request, ToolCall
from chalicelib.llm.scripted.catalogue import Catalogue, catalogue_for, catalogues
from chalicelib.llm.scripted.conversation import first
from chalicelib.llm.scripted.labels import label_of
from chalicelib.llm.scripted.questions import Question, paragraphs, question_of, scale_question
from chalicelib.llm.scripted.transcript import Entry, answers
from chalicelib.text.normalise import one_line

TEXT: Final = 280  # characters of a point's text; its quote is the whole message


def digest(request: Request) -> Reply:
    """A call of `record_digest` with one point for each answer."""
    system = "\n".join(block.text for block in request.system)
    prompt = "\n".join(block.text for message in request.messages for block in message.blocks)
    words = catalogue_for(first("language", system), f"{first('topic', system)}\n{first('goal', system)}")
    entries = [
        Entry(piece.text, name == "said", piece.attributes.get("id", ""))
        for name, piece in tags.read_all(("asked", "said"), prompt)
    ]
    themes = {
        question_of(piece.attributes["label"], words).key: piece.attributes["id"]
        for piece in tags.read("theme", system)
    }
    points = [
        _point(entry, question.text if question else words.further, themes, words)
        for question, entry in answers(entries, lambda message: _question_put(message, words))
    ]
    return Reply("", SCRIPTED, (ToolCall("record_digest", {"points": points}),))


def _question_put(message: str, words: Catalogue) -> Question | None:
    """The question that a message of the facilitator puts: its last paragraph, or the one that a scale stands under."""
    told = paragraphs(message)
    if not told:
        return None
    return scale_question(words) if any(other.scale in told for other in catalogues()) else question_of(told[-1], words)


def _point(entry: Entry, about: str, themes: dict[str, str], words: Catalogue) -> dict[str, Any]:
    label = label_of(about)
    return {
        "message_id": entry.id,
        "quote": entry.text,
        "text": one_line(entry.text, TEXT),
        "theme": themes.get(question_of(label, words).key, ""),
        "topic": label,
        "stance": "neutral",
    }
