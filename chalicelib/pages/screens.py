"""Which page a person sees, by the state of the session and of their conversation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib import wiring
from chalicelib.errors import HarmonicaError
from chalicelib.pages import identity
from chalicelib.pages.render import page, with_retry_after
from chalicelib.services.forms import ANSWER_LIMIT, NAME_LIMIT, AnswerRefused, asks_name
from chalicelib.settings import settings
from chalicelib.store.records import Question, Session, SessionView, ThreadView

RADIO_OPTIONS = 6  # more than these are easier to find in a list that opens

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class _Facilitator:
    """What people are told about whom they talk with."""

    name: str
    nature: str
    processing: str


_FACILITATORS = {
    "anthropic": _Facilitator(
        "an AI facilitator",
        "You talk with an AI, not with a person.",
        "To write its replies and the summary, Anthropic processes what you write.",
    ),
    "offline": _Facilitator(
        "an automatic facilitator",
        "You talk with a program that asks by rule (model: offline), not with a person and not with an AI.",
        "What you write is processed on this server only.",
    ),
}
_READERS = {
    "host": "",
    "participants": "Everybody who takes part may see the summary.",
    "public": "Everybody may see the summary.",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that are not sent yet, and the id under which their form sends them."""

    content: str
    message_id: str | None


@dataclass(frozen=True, slots=True)
class _Field:
    """A question as a form field."""

    question: Question
    kind: str
    entered: str
    error: str | None
    limit: int
    autocomplete: str | None


def current(
    view: SessionView,
    thread: ThreadView | None,
    person: str,
    *,
    notice: str | None = None,
    draft: Draft | None = None,
    given: Mapping[str, str] | None = None,
    refused: AnswerRefused | None = None,
    error: HarmonicaError | None = None,
    status: int = 200,
) -> Response:
    """The page for this person now: closed, full, the form, or the conversation; with a notice and what was entered, after a failure.

    Whoever filled in the form finds it again, also where the last place was taken meanwhile.
    """
    session = view.session
    shared: dict[str, Any] = {"session": session, "language": _language(session), "notice": notice, "draft": draft}
    status = error.status if error else status
    if session.status_at(wiring.clock().now()) != "active":
        response = page("closed.html", status, **shared | {"messages": thread.messages if thread else ()})
    elif thread is None and given is None and wiring.sessions().is_full(session):
        response = page("full.html", status, **shared)
    elif thread is None:
        fields = [_field(question, given or {}, refused) for question in view.questions]
        token = identity.form_token(person, session.id)
        response = page("join.html", status, **shared, fields=fields, token=token, **_told(view))
    else:
        response = page("conversation.html", status, **shared, **_conversation(thread, draft))
    return with_retry_after(response, error) if error else response


def unsaved(session_id: str, draft: Draft, error: HarmonicaError) -> Response:
    """The words given back when not even the conversation can be read."""
    values = {"session_id": session_id, "draft": draft, "message_id": draft.message_id or wiring.new_id()}
    return with_retry_after(page("unsaved.html", error.status, **values), error)


def _conversation(thread: ThreadView, draft: Draft | None) -> dict[str, Any]:
    messages = thread.messages
    last = messages[-1] if messages else None
    return {
        "messages": messages,
        "unanswered": last if last and last.role == "user" else None,
        "is_being_answered": thread.thread.is_leased(wiring.clock().now()),
        "is_concluded": thread.thread.concluded,
        "message_id": (draft and draft.message_id) or wiring.new_id(),
    }


def _field(question: Question, given: Mapping[str, str], refused: AnswerRefused | None) -> _Field:
    kind = {"Email": "email", "Options": "radio" if len(question.options) <= RADIO_OPTIONS else "select"}.get(
        question.type, "text"
    )
    is_name = asks_name(question)
    wrong = refused is not None and refused.question.id == question.id
    return _Field(
        question=question,
        kind=kind,
        entered=given.get(question.id, ""),
        error=f"“{question.text}” {refused.rule}." if refused and wrong else None,
        limit=NAME_LIMIT if is_name else ANSWER_LIMIT,
        autocomplete="name" if is_name else "email" if kind == "email" else None,
    )


def _told(view: SessionView) -> dict[str, str]:
    """What somebody is told before the conversation."""
    return {"facilitator": _facilitator().name, "privacy": _privacy(view)}


def _privacy(view: SessionView) -> str:
    """What happens to a participant's words, as it is in this deployment and this session."""
    answers = " and the answers you give here" if view.questions else ""
    facilitator = _facilitator()
    sentences = (
        facilitator.nature,
        f"The host of this session can read your conversation{answers}.",
        "It is stored without a name." if view.session.anonymous else "",
        "A summary of all conversations may quote what you write.",
        _READERS[view.session.results_visibility],
        facilitator.processing,
    )
    return " ".join(filter(None, sentences))


def _facilitator() -> _Facilitator:
    return _FACILITATORS[settings().llm_provider]


def _language(session: Session) -> str | None:
    """The language of the session's own words, where the host named one that a browser understands."""
    return session.language if session.language and _LANGUAGE.fullmatch(session.language) else None
