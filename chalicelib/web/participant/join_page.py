"""The page to join on: the welcome card and the pre-session form."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Answer, Question, Session, SessionView
from chalicelib.services.participants.changed_form import FilledForm, ShownQuestion, show_question
from chalicelib.services.participants.form import (
    AnswerRefused,
)
from chalicelib.services.participants.question_roles import asks_who
from chalicelib.settings import DEFAULT_MODEL_SERVER, settings
from chalicelib.text.email_addresses import MAIL_PATTERN
from chalicelib.web.kit.form_fields import Field, explain_refusal, make_field
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.kit.texts import Texts, format_time_with_zone
from chalicelib.web.participant.shown_form import note_shown


def form_values(
    view: SessionView, filled: FilledForm, refused: Sequence[AnswerRefused], texts: Texts
) -> dict[str, Any]:
    """Returns the form, filled in as far as it was; behind its fields those of answers to questions that are gone."""
    wrong = {it.question.id: explain_refusal(it, texts) for it in refused}
    asked = [make_field(it, filled.given.get(it.id, ""), wrong.get(it.id), texts) for it in view.questions]
    gone = [_field_of_kept(answer, wrong.get(answer.question_id), texts) for answer in filled.kept]
    shown = [show_question(question) for question in view.questions]
    shown += [ShownQuestion(it.question_id, it.text, it.role) for it in filled.kept]
    return {
        "fields": [*asked, *gone],
        "asked": note_shown(shown, view.session.id),
        "left_over": "\n\n".join(answer.answer for answer in filled.left_over),
        "mail_pattern": MAIL_PATTERN,
    }


def sum_up_facts(view: SessionView, locale: PageLocale) -> str:
    """Returns what nobody should have to look for: who talks with them, for how long, and who reads it."""
    texts, session = locale.texts, view.session
    told = [texts("about_script" if settings().llm_provider == SCRIPTED else "about_ai")]
    told += [texts("duration", count=session.duration_minutes), texts("about_readers")]
    told += [texts("anonymous")] if _is_nameless(view) else []
    return _gap(locale).join(told)


def _is_nameless(view: SessionView) -> bool:
    """Says whether conversations are stored without a name: the session is anonymous, and nothing in its form asks for one."""
    return view.session.anonymous and not asks_who(view.questions)


def list_facts(view: SessionView, locale: PageLocale) -> list[tuple[str, str]]:
    """Returns what somebody has to know before the conversation, as it is in this deployment and session: each fact with its name."""
    texts, session = locale.texts, view.session
    readers = [texts("readers_answers" if view.questions else "readers")]
    readers += [texts("anonymous")] if _is_nameless(view) else []
    results = [texts("results_quotes"), _tell_who_reads(session, texts)]
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


def _tell_who_reads(session: Session, texts: Texts) -> str:
    """Returns who may read what of the results: the summary, or whatever sections their host has opened."""
    from chalicelib.web.results.sections import SHOWN

    read_by = session.results_shown_to
    pages = [shown.page for section, shown in SHOWN.items() if getattr(session.results_sections, section)]
    if read_by == "host" or pages == ["summary"]:
        return texts(f"results_{read_by}")
    return texts(f"sections_{read_by}", sections=" · ".join(texts(f"tab_{page}") for page in pages))


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


def _field_of_kept(answer: Answer, error: str | None, texts: Texts) -> Field:
    asked = Question(answer.question_id, answer.text, 0)
    return replace(make_field(asked, answer.answer, error, texts), kind="gone", autocomplete=None)
