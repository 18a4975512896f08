"""The welcome card and the pre-session form: what somebody is told and asked before the conversation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.model import Question, SessionView
from chalicelib.services.participants.form import ANSWER_LIMIT, DEFAULT_QUESTIONS, NAME_LIMIT, AnswerRefused, asks_name
from chalicelib.settings import DEFAULT_MODEL_SERVER, settings
from chalicelib.text.locales import format_moment
from chalicelib.web.kit.page import Voice
from chalicelib.web.kit.texts import Texts

_OWN = dict(zip((question.id for question in DEFAULT_QUESTIONS), ("question_name", "question_email"), strict=True))

RADIO_OPTIONS = 6  # more than these are easier to find in a list that opens


class Field(Struct, frozen=True):
    """A question as a form field; `complaints` are what a script says of it before it is sent."""

    question: Question
    text: str
    kind: str
    entered: str
    error: str | None
    limit: int
    autocomplete: str | None
    complaints: Mapping[str, str]


def fields(
    questions: Sequence[Question], given: Mapping[str, str], refused: Sequence[AnswerRefused], texts: Texts
) -> list[Field]:
    """The form, filled in as far as it was."""
    wrong = {it.question.id: complaint(it, texts) for it in refused}
    return [_field(question, given.get(question.id, ""), wrong.get(question.id), texts) for question in questions]


def complaint(refused: AnswerRefused, texts: Texts) -> str:
    """What is wrong with an answer."""
    question = refused.question
    options = ", ".join(question.options)
    return texts(f"refused_{refused.rule}", question=asked(question, texts), count=refused.limit, options=options)


def asked(question: Question, texts: Texts) -> str:
    """A question as it is shown: the two that a page asks on its own are in the page's language."""
    own = _OWN.get(question.id)
    return texts(own) if own else question.text


def facts(view: SessionView, voice: Voice) -> list[tuple[str, str]]:
    """What somebody has to know before the conversation, as it is in this deployment and this session: what, and how it is."""
    texts, session = voice.texts, view.session
    readers = [texts("readers_answers" if view.questions else "readers")]
    readers += [texts("anonymous")] if session.anonymous else []
    results = [texts("results_quotes"), texts(f"results_{session.results_visibility}")]
    results += [texts("pollination")] if session.cross_pollination else []
    gap = "" if voice.language.tag.startswith("zh") else " "
    told = [
        (texts("fact_with"), texts(_with_whom())),
        (texts("fact_readers"), gap.join(readers)),
        (texts("fact_results"), gap.join(results)),
        (texts("fact_duration"), texts("duration", count=session.duration_minutes)),
    ]
    if session.closes_at:
        told.append((texts("fact_deadline"), moment_in(session.closes_at, session.time_zone, texts)))
    return told


def _with_whom() -> str:
    """The text that says who talks, and who processes what is written."""
    provider, server = settings().llm_provider, settings().anthropic_base_url
    other = provider == "anthropic" and server not in ("", DEFAULT_MODEL_SERVER)
    return "with_server" if other else f"with_{provider}"


def moment_in(at: datetime, zone: str, texts: Texts) -> str:
    """A time as people of the session read it, and in which zone."""
    return in_zone(time_in(at, zone, texts), zone, texts)


def time_in(at: datetime, zone: str, texts: Texts) -> str:
    """The same where the zone is told elsewhere."""
    return format_moment(texts.tag, at.astimezone(ZoneInfo(zone)))


def in_zone(what: str, zone: str, texts: Texts) -> str:
    """A time, or what is above several, with the zone that it is told in."""
    return texts("in_zone", what=what, zone=zone.replace("_", " "))


def _field(question: Question, entered: str, error: str | None, texts: Texts) -> Field:
    kind = {"Email": "email", "Options": "radio" if len(question.options) <= RADIO_OPTIONS else "select"}.get(
        question.type, "text"
    )
    is_name = asks_name(question)
    rules = {"required": question.required, "email": kind == "email"}
    return Field(
        question=question,
        text=asked(question, texts),
        kind=kind,
        entered=entered,
        error=error,
        limit=NAME_LIMIT if is_name else ANSWER_LIMIT,
        autocomplete="name" if is_name else "email" if kind == "email" else None,
        complaints={
            rule: texts(f"refused_{rule}", question=asked(question, texts)) for rule, holds in rules.items() if holds
        },
    )
