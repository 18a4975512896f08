"""What the model is asked for a summary: the tool that it hands it in with, and the request."""

from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Request, Tool
from chalicelib.model import SessionView
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup
from chalicelib.services.synthesis.evidence import EvidenceBook

MAX_TOKENS = 20_000

_TEXTS = {"type": "array", "items": {"type": "string"}}
_THEME = {
    "themes": {**_TEXTS, "description": "The ids of all registered themes that belong to it."},
    "label": {"type": "string"},
    "statement": {"type": "string"},
    "description": {"type": "string", "description": "What belongs to it, in one neutral sentence."},
    "evidence": {**_TEXTS, "description": "The ids of the most telling points, the best first."},
}
_PARTS = {
    "overview": {"type": "string"},
    "themes": {
        "type": "array",
        "items": {"type": "object", "properties": _THEME, "required": list(_THEME), "additionalProperties": False},
    },
    "same": {"type": "array", "items": _TEXTS, "description": "Registered themes that are one under several labels."},
    "agreements": _TEXTS,
    "tensions": _TEXTS,
    "minority_views": _TEXTS,
    "open_questions": _TEXTS,
    "critical_answer": {"type": "string"},
}
WRITE_SUMMARY = Tool(
    name="write_summary",
    description="Hand in the summary of the session.",
    schema={"type": "object", "properties": _PARTS, "required": list(_PARTS), "additionalProperties": False},
)


def summary_request(view: SessionView, book: EvidenceBook) -> Request:
    """The request for a summary of this evidence, as the session's host wishes it."""
    session = view.session
    wishes = (
        f"\nThe host's wishes for this summary, to follow within these rules:\n\n{tags.data('wishes', session.summary_prompt)}\n"
        if session.summary_prompt
        else ""
    )
    language = (
        tags.data("language", session.language)
        if session.language
        else "the language that most of the points are written in"
    )
    return Request(
        task="summary",
        tier="large",
        system=(Block(fill("summary", language=language, wishes=wishes)),),
        messages=(ChatMessage("user", (Block(f"{render_setup(view)}\n\n{book.render()}"),)),),
        max_tokens=MAX_TOKENS,
        tools=(WRITE_SUMMARY,),
        must_call=WRITE_SUMMARY.name,
    )
