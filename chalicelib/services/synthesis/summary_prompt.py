"""What the model is asked for a summary: the tool that it hands it in with, and the request."""

from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Block, ChatMessage, Request, Tool
from chalicelib.model import SessionView
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_organisation, render_setup
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
_PROPOSAL = {
    "text": {"type": "string", "description": "The measure, and for whom."},
    "condition": {"type": "string", "description": "Under which condition; else empty."},
    "evidence": {**_TEXTS, "description": "The ids of all points that propose it or are for it, if in part."},
    "against": {**_TEXTS, "description": "The ids of all points that speak against it, if in part."},
}
_PARTS = {
    "overview": {"type": "string"},
    "critical_answer": {"type": "string"},
    "themes": {
        "type": "array",
        "items": {"type": "object", "properties": _THEME, "required": list(_THEME), "additionalProperties": False},
    },
    "proposals": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": _PROPOSAL,
            "required": list(_PROPOSAL),
            "additionalProperties": False,
        },
    },
    "same": {"type": "array", "items": _TEXTS, "description": "Registered themes that are one under several labels."},
    "agreements": _TEXTS,
    "tensions": _TEXTS,
    "minority_views": _TEXTS,
    "open_questions": _TEXTS,
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
    organisation = render_organisation(view)
    about_organisation = [fill("summary_organisation")] if organisation else []
    shown = (organisation, render_setup(view), _render_before(view, book), book.render())
    return Request(
        task="summary",
        tier="large",
        system=(Block("\n\n".join([fill("summary", language=language, wishes=wishes), *about_organisation])),),
        messages=(ChatMessage("user", (Block("\n\n".join(filter(None, shown))),)),),
        max_tokens=MAX_TOKENS,
        tools=(WRITE_SUMMARY,),
        must_call=WRITE_SUMMARY.name,
    )


def _render_before(view: SessionView, book: EvidenceBook) -> str:
    """The themes of the summary before, one a line, each with the registered ones that it gathered, as far as there still are any."""
    if view.summary is None or view.summary.model == SCRIPTED:
        return ""
    lines = [
        tags.data("before", " ".join(gathered), id=theme.id, label=theme.label)
        for theme in view.summary.themes
        if (gathered := book.themes([theme.id, *theme.gathers]))
    ]
    return "\n".join(lines)
