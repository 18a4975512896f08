"""The scripted digest: every answer is a point, word for word, and its theme is the question that it answers."""

from typing import Any, Final

from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Reply, Request, ToolCall
from chalicelib.llm.scripted.catalogue import Catalogue, choose_catalogue, list_catalogues
from chalicelib.llm.scripted.conversation import read_first
from chalicelib.llm.scripted.labels import label_of
from chalicelib.llm.scripted.questions import Question, make_question, make_scale_question, split_paragraphs
from chalicelib.llm.scripted.transcript import ScriptMessage, list_answers
from chalicelib.text.normalise import one_line

TEXT: Final = 280  # characters of a point's text; its quote is the whole message


def write_digest(request: Request) -> Reply:
    """A call of `record_digest` with one point for each answer."""
    system = "\n".join(block.text for block in request.system)
    prompt = "\n".join(block.text for message in request.messages for block in message.blocks)
    words = choose_catalogue(
        read_first("language", system), f"{read_first('topic', system)}\n{read_first('goal', system)}"
    )
    entries = [
        ScriptMessage(piece.text, name == "said", piece.attributes.get("id", ""))
        for name, piece in tags.read_all(("asked", "said"), prompt)
    ]
    themes = {
        make_question(piece.attributes["label"], words).key: piece.attributes["id"]
        for piece in tags.read("theme", system)
    }
    points = [
        _point(entry, question.text if question else words.further, themes, words)
        for question, entry in list_answers(entries, lambda message: _question_put(message, words))
    ]
    return Reply("", SCRIPTED, (ToolCall("record_digest", {"points": points}),))


def _question_put(message: str, words: Catalogue) -> Question | None:
    """The question that a message of the facilitator puts: its last paragraph, or the one that a scale stands under."""
    told = split_paragraphs(message)
    if not told:
        return None
    return (
        make_scale_question(words)
        if any(other.scale in told for other in list_catalogues())
        else make_question(told[-1], words)
    )


def _point(entry: ScriptMessage, about: str, themes: dict[str, str], words: Catalogue) -> dict[str, Any]:
    label = label_of(about)
    return {
        "message_id": entry.id,
        "quote": entry.text,
        "text": one_line(entry.text, TEXT),
        "theme": themes.get(make_question(label, words).key, ""),
        "topic": label,
        "stance": "neutral",
    }
