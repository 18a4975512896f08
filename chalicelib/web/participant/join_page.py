"""The page to join on: the welcome card and the pre-session form."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Question, SessionView
from chalicelib.services.participants.form import ANSWER_LIMIT, DEFAULT_QUESTIONS, NAME_LIMIT, AnswerRefused
from chalicelib.services.participants.question_roles import asks_who, role_of
from chalicelib.settings import DEFAULT_MODEL_SERVER, settings
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.kit.texts import Texts, format_time_with_zone

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


def make_fields(
    questions: Sequence[Question], given: Mapping[str, str], refused: Sequence[AnswerRefused], texts: Texts
) -> list[Field]:
    """Returns the form, filled in as far as it was."""
    wrong = {it.question.id: explain_refusal(it, texts) for it in refused}
    return [_field(question, given.get(question.id, ""), wrong.get(question.id), texts) for question in questions]


def explain_refusal(refused: AnswerRefused, texts: Texts) -> str:
    """Returns a sentence on what is wrong with an answer."""
    question = refused.question
    options = ", ".join(question.options)
    return texts(
        f"refused_{refused.rule}", question=question_text(question, texts), count=refused.limit, options=options
    )


def question_text(question: Question, texts: Texts) -> str:
    """Returns a question as it is shown: the two that a page asks on its own are in the page's language."""
    own = _OWN.get(question.id)
    return texts(own) if own else question.text


def sum_up_facts(view: SessionView, locale: PageLocale) -> str:
    """Returns what nobody should have to look for: who talks with them, for how long, and who reads it."""
    texts, session = locale.texts, view.session
    told = [texts("about_script" if settings().llm_provider == SCRIPTED else "about_ai")]
    told += [texts("duration", count=session.duration_minutes), texts("about_readers")]
    told += [texts("anonymous")] if session.anonymous else []
    return _gap(locale).join(told)


def list_facts(view: SessionView, locale: PageLocale) -> list[tuple[str, str]]:
    """Returns what somebody has to know before the conversation, as it is in this deployment and session: each fact with its name."""
    texts, session = locale.texts, view.session
    readers = [texts("readers_answers" if view.questions else "readers")]
    readers += [texts("anonymous")] if session.anonymous and not asks_who(view.questions) else []
    results = [texts("results_quotes"), texts(f"results_{session.results_visibility}")]
    results += [texts("pollination")] if session.cross_pollination else []
    gap = _gap(locale)
    rows = [
        (texts("fact_with"), texts(_provider_key())),
        (texts("fact_readers"), gap.join(readers)),
        (texts("fact_results"), gap.join(results)),
        (texts("fact_duration"), texts("duration", count=session.duration_minutes)),
    ]
    if session.closes_at:
        rows.append((texts("fact_deadline"), format_time_with_zone(session.closes_at, session.time_zone, texts)))
    return rows


def find_video(url: str | None) -> tuple[str, str] | None:
    """Returns the address of the host's video and the name of its site; None for any but a web address that is encrypted."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return (parts.geturl(), parts.hostname) if parts.scheme == "https" and parts.hostname else None


def _gap(locale: PageLocale) -> str:
    """Returns what stands between two sentences."""
    return "" if locale.language.tag.startswith("zh") else " "


def _provider_key() -> str:
    """Returns the text that says who talks, and who processes what is written."""
    provider, server = settings().llm_provider, settings().anthropic_base_url
    other = provider == "anthropic" and server not in ("", DEFAULT_MODEL_SERVER)
    return "with_server" if other else f"with_{provider}"


def _field(question: Question, entered: str, error: str | None, texts: Texts) -> Field:
    kind = {"Email": "email", "Options": "radio" if len(question.options) <= RADIO_OPTIONS else "select"}.get(
        question.type, "text"
    )
    is_name = role_of(question) == "name"
    rules = {"required": question.required, "email": kind == "email"}
    return Field(
        question=question,
        text=question_text(question, texts),
        kind=kind,
        entered=entered,
        error=error,
        limit=NAME_LIMIT if is_name else ANSWER_LIMIT,
        autocomplete="name" if is_name else "email" if kind == "email" else None,
        complaints={
            rule: texts(f"refused_{rule}", question=question_text(question, texts))
            for rule, holds in rules.items()
            if holds
        },
    )
