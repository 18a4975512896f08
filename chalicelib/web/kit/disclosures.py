"""What somebody should know before they take part, on the page and in Telegram: as it is in this deployment and session."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Session, SessionView
from chalicelib.services.own_models.providers import name_recipient
from chalicelib.services.participants.question_roles import asks_who
from chalicelib.services.results.sections import Section
from chalicelib.settings import DEFAULT_MODEL_SERVERS, settings
from chalicelib.web.kit.texts import Texts, format_time_with_zone

# The page of a session that shows a section; its tab names it.
PAGES: Mapping[Section, str] = {
    "summary": "summary",
    "recap": "recap",
    "responses": "answers",
    "insights": "insights",
    "similarity": "similarity",
    "ask": "ask",
}


def list_gist(view: SessionView, texts: Texts) -> list[tuple[str, str]]:
    """Returns what nobody should have to look for, in a line each, with what it is about: for how long they talk, and with whom; who
    reads it; and that it is stored without a name, where it is."""
    session = view.session
    talks = texts("gist_script" if _talks_script(session) else "gist_ai", count=session.duration_minutes)
    nameless = [("private", texts("gist_nameless"))] if _is_nameless(view) else []
    return [("time", talks), ("reader", texts("gist_readers")), *nameless]


def name_facilitator(texts: Texts) -> str:
    """Returns who talks with people here, as it stands behind "with": an AI facilitator, or a script."""
    return texts("facilitator_script" if settings().llm_provider == SCRIPTED else "facilitator_ai")


def list_facts(view: SessionView, texts: Texts) -> list[tuple[str, str]]:
    """Returns what somebody has to know before the conversation: each fact with its name."""
    session = view.session
    readers = [texts("readers_answers" if view.questions else "readers")]
    readers += [texts("anonymous")] if _is_nameless(view) else []
    results = [texts("results_quotes"), _tell_who_reads(session, texts)]
    results += [texts("pollination")] if session.cross_pollination else []
    rows = [
        *([(texts("fact_host"), session.host_name)] if session.host_name else []),
        (texts("fact_with"), tell_who_answers(session, texts)),
        (texts("fact_readers"), join_sentences(readers, texts)),
        (texts("fact_results"), join_sentences(results, texts)),
        (texts("fact_duration"), texts("duration", count=session.duration_minutes)),
    ]
    if session.closes_at:
        rows.append((texts("fact_deadline"), format_time_with_zone(session.closes_at, session.time_zone, texts)))
    return rows


def tell_not_open(session: Session, now: datetime, texts: Texts) -> str:
    """Returns what whoever comes to a draft is told: when it opens, where its host has set a time that is to come."""
    if session.opens_at is None or session.opens_at <= now:
        return texts("not_open_text")
    return texts("not_open_at", time=format_time_with_zone(session.opens_at, session.time_zone, texts))


def list_general_facts(texts: Texts) -> list[tuple[str, str]]:
    """Returns what holds in every session: who talks, and who reads what is written."""
    return [
        (texts("fact_with"), texts(_provider_key())),
        (texts("fact_readers"), texts("readers_answers")),
        (texts("fact_results"), texts("results_quotes")),
    ]


def join_sentences(sentences: list[str], texts: Texts) -> str:
    """Returns sentences one behind the other, as the language has them."""
    return ("" if texts.tag.startswith("zh") else " ").join(sentences)


def find_video(url: str | None) -> tuple[str, str] | None:
    """Returns the address of the host's video and the name of its site; None for any but a web address that is encrypted."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return (parts.geturl(), parts.hostname) if parts.scheme == "https" and parts.hostname else None


def _is_nameless(view: SessionView) -> bool:
    """Says whether conversations are stored without a name: the session is anonymous, and nothing in its form asks for one."""
    return view.session.anonymous and not asks_who(view.questions)


def _tell_who_reads(session: Session, texts: Texts) -> str:
    """Returns who may read what of the results: the summary, or whatever sections their host has opened."""
    read_by = session.results_shown_to
    pages = [page for section, page in PAGES.items() if getattr(session.results_sections, section)]
    if read_by == "host" or pages == ["summary"]:
        return texts(f"results_{read_by}")
    return texts(f"sections_{read_by}", sections=" · ".join(texts(f"tab_{page}") for page in pages))


def tell_who_answers(session: Session, texts: Texts) -> str:
    """Returns who talks with people in a session, and who processes what they write: the stage's provider, or those whose models the
    host has chosen."""
    if session.models == "stage":
        return texts(_provider_key())
    try:
        own = container.own_models().get(session.owner_id)
    except Unavailable:
        return texts("with_hosts")
    named = list(dict.fromkeys(map(name_recipient, own.used_keys)))
    told = [texts("with_account", provider=" · ".join(named))] if named else [texts("with_hosts")]
    if own.tiers and own.tiers.fallback == "stage" and settings().llm_provider != SCRIPTED:
        told += [texts("with_fallback"), texts(_provider_key())]
    return join_sentences(told, texts)


def _talks_script(session: Session) -> bool:
    return settings().llm_provider == SCRIPTED and session.models == "stage"


def _provider_key() -> str:
    """Returns the text that says who talks, and who processes what is written."""
    found = settings()
    servers = {"anthropic": found.anthropic_base_url, "openai": found.openai_base_url}
    own = servers.get(found.llm_provider, "") in ("", *DEFAULT_MODEL_SERVERS.values())
    return f"with_{found.llm_provider}" if own else "with_server"
