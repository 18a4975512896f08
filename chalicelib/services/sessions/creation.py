"""Designing a session."""

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from chalicelib.errors import Conflict, Invalid
from chalicelib.model import (
    Branding,
    Distribution,
    JoinAccess,
    PromptStatus,
    Question,
    QuestionRole,
    QuestionType,
    ResultsSections,
    Session,
    SessionTemplate,
    SessionView,
    Visibility,
)
from chalicelib.model.own_models import ModelSource
from chalicelib.model.projects import MOST_BY_PROJECT
from chalicelib.services.access.signing import make_digest
from chalicelib.services.participants.question_roles import require_anonymous
from chalicelib.services.sessions.branding import apply_branding, read_branding
from chalicelib.services.sessions.host_prompt import first_prompt
from chalicelib.services.sessions.time_zones import find_time_zone
from chalicelib.services.templates import template_id
from chalicelib.store.sessions import MemoryMoved, Sessions
from chalicelib.text.language import is_language

if TYPE_CHECKING:
    from chalicelib.services.projects.memory import Remember

_LATEST = datetime(9999, 12, 31, tzinfo=UTC)  # behind it, no time has a counterpart in every zone
_TRIES = 3  # at a session that begins with what others came to, while that changes
QUESTIONS_BYTES = 350_000  # of JSON, which writes a control character in six bytes: they share one item


class NewQuestion(Struct, frozen=True):
    """A question as the host gave it."""

    text: str
    type: QuestionType = "Short field"
    required: bool = False
    options: tuple[str, ...] = ()
    role: QuestionRole | None = None
    multiple: bool = False
    long: bool = False

    def numbered(self, question_id: str, position: int) -> Question:
        """Returns the question as it is asked."""
        given = {name: getattr(self, name) for name in NewQuestion.__struct_fields__}
        return Question(id=question_id, position=position, **given)


class NewSession(Struct, frozen=True):
    """A session as the host designed it. `questions` None: none were set; empty: none are to be asked.

    `template_id` is the id or the slug of a template. A `draft` may lack topic and goal, which are empty then. One with a time to open is a
    draft that has both. `is_example` is nothing that a host sets: the people are made up.
    """

    topic: str
    goal: str
    critical: str | None = None
    context: str | None = None
    private_context: str | None = None
    prompt: str | None = None
    prompt_summary: str | None = None
    prompt_generated_from: dict[str, str | None] | None = None
    platform_guidelines_override: str | None = None
    intro_video_url: str | None = None
    template_id: str | None = None
    questions: tuple[NewQuestion, ...] | None = None
    cross_pollination: bool = False
    widgets_enabled: bool = False
    results_visibility: Visibility = "host"
    results_sections: ResultsSections = ResultsSections()
    shared_network: bool = False
    is_public: bool = False
    access: JoinAccess = "link"
    summary_prompt: str | None = None
    welcome_message: str | None = None
    meta_description: str | None = None
    language: str | None = None
    time_zone: str = "UTC"
    duration_minutes: int = 10
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    retention_days: int | None = None
    anonymous: bool = False
    max_participants: int | None = None
    distribution: tuple[Distribution, ...] = ()
    reminders: dict[str, Any] = field(default_factory=lambda: {"enabled": False, "after_hours": [], "text": None})
    is_example: bool = False
    follow_up_of: str | None = None
    models: ModelSource = "stage"
    branding: dict[str, str | None] | None = None
    draft: bool = False
    project_ids: tuple[str, ...] = ()


_BRIEF = ("topic", "goal")  # what every session has that is no draft
_SHARED = tuple(name for name in NewSession.__struct_fields__ if name in Session.__struct_fields__)


def create_session(
    new: NewSession,
    owner_id: str,
    *,
    sessions: Sessions,
    now: datetime,
    new_id: Callable[[], str],
    template: SessionTemplate | None = None,
    remember: "Remember | None" = None,
    harmonica_md: str | None = None,
) -> Session:
    """Store a new session. Without a prompt of the host's, a worker is going to write one; of a draft, when it is opened.

    `template` is what it keeps of the one that it names, where a host made that; `remember` reads what it begins with of its project;
    `harmonica_md` is what its owner says of themselves, which it keeps as it is now.
    """
    _check(new, now)
    branding, logo = apply_branding(Branding(), read_branding(new.branding))
    session = _designed(
        new, owner_id, now, new_id, template_id=template_id(new.template_id or None, template), branding=branding
    )
    questions = tuple(asked.numbered(new_id(), position) for position, asked in enumerate(new.questions or ()))
    prompt = first_prompt(new.prompt, new.prompt_summary, new.prompt_generated_from, session)
    parts: dict[str, Any] = {"context": new.context, "questions": questions, "prompt": prompt, "logo": logo}
    if not _store(session, {**parts, "template": template, "harmonica_md": harmonica_md}, sessions, remember):
        # An earlier try of this request made it: ids follow from its Idempotency-Key.
        return sessions.view(session.id, ()).session
    return session


def _check(new: NewSession, now: datetime) -> None:
    """Raise Invalid for a design whose parts do not go together."""
    require_brief(new.topic, new.goal, is_draft=new.draft and not new.opens_at)
    check_closing(new.closes_at, now)
    check_opening(new.opens_at, now)
    check_order(new.opens_at, new.closes_at)
    check_language(new.language)
    check_questions(new.questions or ())
    if new.anonymous:
        require_anonymous(new.questions or ())


def _designed(new: NewSession, owner_id: str, now: datetime, new_id: Callable[[], str], **settled: Any) -> Session:
    """The session as its host designed it, with what was `settled` of that. An empty text is none, but of what every session has."""
    settings: dict[str, Any] = {name: getattr(new, name) for name in _SHARED} | settled
    settings = {name: None if value == "" and name not in _BRIEF else value for name, value in settings.items()}
    return Session(
        id=new_id(),
        owner_id=owner_id,
        status="draft" if new.draft or new.opens_at else "active",
        created_at=now,
        updated_at=now,
        has_context=bool(new.context),
        has_questions=new.questions is not None,
        projects=dict.fromkeys(new.project_ids, MOST_BY_PROJECT),
        **settings | {"time_zone": find_time_zone(new.time_zone)},
    )


def _store(session: Session, parts: dict[str, Any], sessions: Sessions, remember: "Remember | None") -> bool:
    """Store a new session with what it begins with; False where it is there already."""
    for _ in range(_TRIES):
        memory = remember(session.projects, session.created_at) if remember else None
        with suppress(MemoryMoved):
            return sessions.create(session, **parts, memory=memory)
    raise Conflict("What the sessions of this project came to is changing right now; try again")


def make_draft_id(user_id: str, once: str, *, secret: bytes) -> str:
    """Returns the id of the session that a form of this host makes, however often it is sent; no other host's makes the same."""
    named = make_digest(secret, "draft", f"{user_id} {once}".encode())
    return str(uuid.UUID(bytes=named[:16], version=4))


def require_brief(topic: str, goal: str, *, is_draft: bool) -> None:
    """Raise Invalid where topic or goal is missing; a draft may lack both."""
    missing = _list_missing(topic, goal)
    if missing and not is_draft:
        raise Invalid(f"{missing[0]} is required")


def find_obstacles(draft: Session, now: datetime) -> list[str]:
    """Returns the fields for which a draft cannot be opened as it is."""
    missing = _list_missing(draft.topic, draft.goal)
    try:
        check_closing(draft.closes_at, now)
    except Invalid:
        return [*missing, "closes_at"]
    return missing


def _list_missing(topic: str, goal: str) -> list[str]:
    return [name for name, value in zip(_BRIEF, (topic, goal), strict=True) if not value]


def check_closing(closes_at: datetime | None, now: datetime) -> None:
    """Raise Invalid for a closing time that is over, or behind all calendars."""
    if closes_at is not None and not now < closes_at < _LATEST:
        raise Invalid("closes_at must be in the future" if closes_at <= now else "closes_at is too far away")


def check_opening(opens_at: datetime | None, now: datetime) -> None:
    """Raise Invalid for a time to open that is over, or behind all calendars."""
    if opens_at is not None and not now < opens_at < _LATEST:
        raise Invalid("opens_at must be in the future" if opens_at <= now else "opens_at is too far away")


def check_order(opens_at: datetime | None, closes_at: datetime | None) -> None:
    """Raise Invalid for a session that would end before it opens."""
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise Invalid("opens_at must be before closes_at")


def check_language(named: str | None) -> None:
    """Raise Invalid for what is neither the code nor the name of a language; None and an empty text name none."""
    if named and not is_language(named):
        raise Invalid(f"language {named!r} is no language that is known here; give its code, like de or pt-BR")


def check_questions(questions: Sequence[NewQuestion]) -> None:
    """Raise Invalid for a question whose parts do not go together, or for more than one item can hold."""
    for position, question in enumerate(questions):
        if wrong := _contradiction(question):
            raise Invalid(f"questions[{position}].{wrong}")
    if len(msgspec.json.encode(questions)) > QUESTIONS_BYTES:
        raise Invalid(f"questions must be at most {QUESTIONS_BYTES:,} bytes together, with control characters escaped")


def _contradiction(question: NewQuestion) -> str | None:
    """What does not go together in a question; None where all does."""
    kind, role = question.type, question.role
    if kind == "Options" and not question.options:
        return "options is required for a question of type Options"
    if question.multiple and kind != "Options":
        return "multiple is for questions of type Options"
    if question.long and kind != "Short field":
        return "long is for questions of type Short field"
    if role == "name" and (kind != "Short field" or question.long):
        return "role name is for questions of type Short field that are not long"
    if role == "email" and (kind == "Options" or question.long):
        return "role email is for questions of type Email, or Short field that is not long"
    if kind == "Email" and role == "other":
        return "role of a question of type Email can only be email"
    return None


def prompt_status(view: SessionView) -> PromptStatus:
    """Where the facilitation prompt comes from: host, tailored, basic, or (a new one is on its way) writing.

    Once writing it has failed, what serves meanwhile is what counts, although it is tried again.
    """
    if view.prompt_awaited:
        return "writing"
    if view.prompt is None:
        return "basic"
    if not view.prompt.is_ours:
        return "host"
    return "tailored" if view.prompt.origin == "tailored" else "basic"
