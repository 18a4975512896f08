"""Designing a session."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.errors import Invalid
from chalicelib.store.records import Prompt, Question, Session, SessionView, Visibility
from chalicelib.store.sessions import Sessions

_LATEST = datetime(9999, 12, 31, tzinfo=UTC)  # behind it, no time has a counterpart in every zone
QUESTIONS_BYTES = 350_000  # of JSON: they share one item


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question as the host gave it."""

    text: str
    type: str = "Short field"
    required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as the host designed it. `questions` None: none were set; empty: none are to be asked."""

    topic: str
    goal: str
    critical: str | None = None
    context: str | None = None
    prompt: str | None = None
    questions: tuple[NewQuestion, ...] | None = None
    cross_pollination: bool = False
    widgets_enabled: bool = False
    results_visibility: Visibility = "host"
    is_public: bool = False
    summary_prompt: str | None = None
    welcome_message: str | None = None
    meta_description: str | None = None
    language: str | None = None
    time_zone: str = "UTC"
    duration_minutes: int = 10
    closes_at: datetime | None = None
    anonymous: bool = False
    max_participants: int | None = None
    reminders: dict[str, Any] = field(default_factory=lambda: {"enabled": False, "after_hours": [], "text": None})


_SHARED = tuple(f.name for f in fields(NewSession) if f.name in {g.name for g in fields(Session)})


def create_session(
    new: NewSession, owner_id: str, *, sessions: Sessions, now: datetime, new_id: Callable[[], str]
) -> Session:
    """Store a new session. Without a prompt of the host's, a worker is going to write one."""
    if new.closes_at is not None and not now < new.closes_at < _LATEST:
        raise Invalid("closes_at must be in the future" if new.closes_at <= now else "closes_at is too far away")
    for position, question in enumerate(new.questions or ()):
        if question.type == "Options" and not question.options:
            raise Invalid(f"questions[{position}].options is required for a question of type Options")
    if len(msgspec.json.encode(new.questions)) > QUESTIONS_BYTES:
        raise Invalid(f"questions must be at most {QUESTIONS_BYTES:,} bytes of UTF-8 together")
    settings: dict[str, Any] = {name: getattr(new, name) for name in _SHARED}
    settings = {name: None if value == "" else value for name, value in settings.items()}
    session = Session(
        id=new_id(),
        owner_id=owner_id,
        status="active",
        created_at=now,
        updated_at=now,
        has_questions=new.questions is not None,
        **settings,
    )
    questions = tuple(
        Question(new_id(), asked.text, position, asked.type, asked.required, asked.options)
        for position, asked in enumerate(new.questions or ())
    )
    prompt = Prompt(1, new.prompt, "host") if new.prompt else None
    sessions.create(session, context=new.context, questions=questions, prompt=prompt)
    return session


def prompt_status(view: SessionView) -> str:
    """Where the facilitation prompt comes from: host, tailored, basic, or (not there yet) writing."""
    if view.prompt:
        return view.prompt.origin
    return "writing" if view.prompt_due else "basic"


def summary_status(view: SessionView, now: datetime) -> str:
    """How the summary relates to what was said: none, updating, stale or current.

    `updating_until` in the past means that a job ended without saying so: what it was to cover is still missing.
    """
    until = view.synthesis.updating_until
    if until is not None and until > now:
        return "updating"
    if view.summary is None:
        return "none"
    return "stale" if view.synthesis.stale_since or until else "current"
