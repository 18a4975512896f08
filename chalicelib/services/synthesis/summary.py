"""The summary of a session: the model finds themes and writes prose, code counts participants and attaches quotes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Model, ModelUnavailable, Request, Tool
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.brief import brief_data
from chalicelib.services.synthesis.evidence import Evidence, EvidenceBook, count_participants, pick_quotes
from chalicelib.services.synthesis.language import words_for
from chalicelib.services.synthesis.report import render_summary
from chalicelib.store.records import Digest, SessionView, Summary, Theme

MAX_TOKENS = 20_000
MAX_THEMES = 12
MAX_ITEMS = 8
MAX_LABEL = 80
MAX_TEXT = 800
MAX_OVERVIEW = 3_000

_TEXTS = {"type": "array", "items": {"type": "string"}}

WRITE_SUMMARY = Tool(
    name="write_summary",
    description="Hand in the summary of the session.",
    schema={
        "type": "object",
        "properties": {
            "overview": {"type": "string"},
            "themes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "label": {"type": "string"},
                        "statement": {"type": "string"},
                        "evidence": {
                            **_TEXTS,
                            "description": "The ids of all points that belong to the theme, the most telling first.",
                        },
                    },
                    "required": ["label", "statement", "evidence"],
                    "additionalProperties": False,
                },
            },
            "agreements": _TEXTS,
            "tensions": _TEXTS,
            "minority_views": _TEXTS,
            "open_questions": _TEXTS,
            "critical_answer": {"type": "string"},
        },
        "required": [
            "overview",
            "themes",
            "agreements",
            "tensions",
            "minority_views",
            "open_questions",
            "critical_answer",
        ],
        "additionalProperties": False,
    },
)


def write_summary(
    view: SessionView, digests: Sequence[Digest], *, model: Model, deadline: Deadline, now: datetime
) -> Summary:
    """The summary of these digests: one model call.

    Raises ModelUnavailable where the result has no overview or no theme that stands on a point somebody made, so that
    an empty result never replaces a good summary.
    """
    book = EvidenceBook(digests)
    if not len(book):
        raise ModelUnavailable("There is nothing to summarise yet")
    reply = model.complete(_request(view, book), deadline)
    call = reply.call(WRITE_SUMMARY.name)
    result: Mapping[str, Any] = call.input if call else {}
    overview, themes = (
        _text(result.get("overview"), MAX_OVERVIEW, keep_paragraphs=True),
        _themes(result.get("themes"), book),
    )
    if not overview or not themes:
        raise ModelUnavailable("The model wrote no usable summary")
    critical = _text(result.get("critical_answer"), MAX_TEXT) if view.session.critical else ""
    lists = {name: _texts(result.get(name)) for name in ("agreements", "tensions", "minority_views", "open_questions")}
    summary = Summary(
        markdown="",
        generated_at=now,
        model=reply.model,
        participants=book.participants,
        messages=book.messages,
        overview=overview,
        themes=themes,
        critical_answer=critical or None,
        **lists,
    )
    return render_summary(view, summary, words_for(view.session, book.sample()), used=len(book), points=book.total)


def _request(view: SessionView, book: EvidenceBook) -> Request:
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
        messages=(ChatMessage("user", (Block(f"{brief_data(view)}\n\n{book.render()}"),)),),
        max_tokens=MAX_TOKENS,
        tools=(WRITE_SUMMARY,),
        must_call=WRITE_SUMMARY.name,
    )


def _themes(given: object, book: EvidenceBook) -> tuple[Theme, ...]:
    """The themes that stand on evidence, the most widely carried first; themes of one label are one theme."""
    grouped: dict[str, tuple[str, str, list[Evidence]]] = {}
    for item in given if isinstance(given, list) else []:
        fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
        label, statement = _text(fields.get("label"), MAX_LABEL), _text(fields.get("statement"), MAX_TEXT)
        evidence = book.find(fields.get("evidence"))
        if label and evidence:
            known = grouped.setdefault(label.casefold(), (label, statement, []))
            known[2].extend(entry for entry in evidence if entry not in known[2])
    themes = [
        Theme(label, statement, count_participants(evidence), pick_quotes(evidence))
        for label, statement, evidence in grouped.values()
    ]
    return tuple(sorted(themes, key=lambda theme: -theme.participants)[:MAX_THEMES])


def _texts(given: object) -> tuple[str, ...]:
    texts = [_text(item, MAX_TEXT) for item in given] if isinstance(given, list) else []
    return tuple(dict.fromkeys(text for text in texts if text))[:MAX_ITEMS]


def _text(value: object, limit: int, *, keep_paragraphs: bool = False) -> str:
    """Text of at most `limit` characters, its white space folded; empty for anything else."""
    if not isinstance(value, str):
        return ""
    pieces = value.split("\n\n") if keep_paragraphs else [value]
    text = "\n\n".join(folded for piece in pieces if (folded := " ".join(piece.split())))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
