"""What somebody should know before they take part, on the page and in Telegram: as it is in this deployment and session."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Session, SessionView, Thread
from chalicelib.model.lifetimes import DEAD_LETTER_DAYS
from chalicelib.model.own_models import ModelSource, OwnModels
from chalicelib.services.own_models.providers import name_recipient
from chalicelib.services.participants.question_roles import asks_who
from chalicelib.services.results.sections import Section
from chalicelib.settings import BEDROCK_SERVER, DEFAULT_MODEL_SERVERS, settings
from chalicelib.store.telegram_chats import KEPT_DAYS
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
    talks = texts("gist_script" if talks_script(session) else "gist_ai", count=session.duration_minutes)
    nameless = [("private", texts("gist_nameless"))] if is_nameless(view) else []
    return [("time", talks), ("reader", texts("gist_readers")), *nameless]


def name_facilitator(texts: Texts) -> str:
    """Returns who talks with people here, as it stands behind "with": an AI facilitator, or a script."""
    return texts("facilitator_script" if settings().llm_provider == SCRIPTED else "facilitator_ai")


def list_facts(view: SessionView, texts: Texts, began: ModelSource | None = None) -> list[tuple[str, str]]:
    """Returns what somebody has to know before the conversation, or of one that `began` with these models: each fact with its name."""
    session = view.session
    readers = [*tell_readers(view, texts), *([texts("anonymous")] if is_nameless(view) else [])]
    rows = [
        *([(texts("fact_host"), session.host_name)] if session.host_name else []),
        (texts("fact_with"), tell_who_answers(session, texts, began)),
        (texts("fact_readers"), join_sentences(readers, texts)),
        (texts("fact_results"), join_sentences(tell_results(session, texts), texts)),
        (texts("fact_duration"), texts("duration", count=session.duration_minutes)),
    ]
    if session.closes_at:
        rows.append((texts("fact_deadline"), format_time_with_zone(session.closes_at, session.time_zone, texts)))
    return rows


def tell_readers(view: SessionView, texts: Texts) -> list[str]:
    """Returns who reads what people write in a session."""
    return [texts("readers_answers" if view.questions else "readers")]


def tell_results(session: Session, texts: Texts) -> list[str]:
    """Returns what becomes of it, and who may read that."""
    pollination = [texts("pollination")] if session.cross_pollination else []
    return [texts("results_quotes"), _tell_who_reads(session, texts), *pollination]


def list_telegram_facts(texts: Texts) -> list[tuple[str, str]]:
    """Returns what is different for whoever takes part in Telegram."""
    stored = texts("bot_stored", dead_letter_days=DEAD_LETTER_DAYS, chat_days=KEPT_DAYS)
    return [(texts("bot_fact_telegram"), texts("bot_carrier")), (texts("bot_fact_stored"), stored)]


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


def has_backups() -> bool:
    """Says whether what is deleted stays in backups for a while: in a cloud. A machine of one's own keeps none."""
    return bool(settings().region)


def is_nameless(view: SessionView) -> bool:
    """Says whether conversations are stored without a name: the session is anonymous, and nothing in its form asks for one."""
    return view.session.anonymous and not asks_who(view.questions)


def _tell_who_reads(session: Session, texts: Texts) -> str:
    """Returns who may read what of the results: the summary, or whatever sections their host has opened."""
    read_by = session.results_shown_to
    pages = [page for section, page in PAGES.items() if getattr(session.results_sections, section)]
    if read_by == "host" or pages == ["summary"]:
        return texts(f"results_{read_by}")
    return texts(f"sections_{read_by}", sections=" · ".join(texts(f"tab_{page}") for page in pages))


def tell_who_answers(session: Session, texts: Texts, began: ModelSource | None = None) -> str:
    """Returns who talks with people in a session, and who processes what they write: the stage's provider, or those whose models the
    host has chosen. In a conversation that `began` with others than the session has by now, both do."""
    own = _read_own_models(session) if "account" in (began, session.models) else None
    told = _tell_of_source(began or session.models, own, texts)
    if began not in (None, session.models):
        told += [texts("with_summary"), *_tell_of_source(session.models, own, texts)]
    return join_sentences(told, texts)


def list_recipients(session: Session | None, began: ModelSource | None = None) -> list[str]:
    """Returns the names of the servers that what people write is sent to: in a session, in a conversation that `began` with these
    models, or by the stage where there is no session. None where a script answers."""
    sources = {began or session.models, session.models} if session else {"stage"}
    own = _read_own_models(session) if session and "account" in sources else None
    hosts = [urlsplit(key.base_url).hostname or "" for key in own.used_keys] if own else []
    if "stage" in sources or (own and own.tiers and own.tiers.fallback == "stage"):
        hosts.append(_stage_server())
    return list(dict.fromkeys(filter(None, hosts)))


def tell_changed_recipients(session: Session, thread: Thread, texts: Texts) -> str | None:
    """Returns who processes by now what somebody writes who takes part already, where that is not what they were told when they began."""
    changed = thread.models != session.models
    if not changed and session.models == "account":
        own = _read_own_models(session)
        changed = own is not None and own.recipients_since is not None and own.recipients_since > thread.created_at
    if not changed:
        return None
    return tell_who_answers(session, texts, thread.models)


def _tell_of_source(source: ModelSource, own: OwnModels | None, texts: Texts) -> list[str]:
    if source == "stage":
        return [texts(_provider_key())]
    named = list(dict.fromkeys(map(name_recipient, own.used_keys))) if own else []
    told = [texts("with_account", provider=" · ".join(named))] if named else [texts("with_hosts")]
    if own and own.tiers and own.tiers.fallback == "stage" and settings().llm_provider != SCRIPTED:
        told += [texts("with_fallback"), texts(_provider_key())]
    return told


def _read_own_models(session: Session) -> OwnModels | None:
    """Returns what the account of a session's owner has; None where the table does not answer: no page fails for that."""
    try:
        return container.own_models().get(session.owner_id)
    except Unavailable:
        return None


def _stage_server() -> str:
    found = settings()
    if found.llm_provider == "bedrock":
        region = found.bedrock_region or found.region
        return BEDROCK_SERVER.format(region=region) if region else ""
    servers = {"anthropic": found.anthropic_base_url, "openai": found.openai_base_url}
    url = servers.get(found.llm_provider) or DEFAULT_MODEL_SERVERS.get(found.llm_provider, "")
    return urlsplit(url).hostname or ""


def talks_script(session: Session | None) -> bool:
    """Says whether a script puts the questions, and no model reads what is said: in a session, or in general."""
    return settings().llm_provider == SCRIPTED and (session is None or session.models == "stage")


def _provider_key() -> str:
    """Returns the text that says who talks, and who processes what is written."""
    found = settings()
    servers = {"anthropic": found.anthropic_base_url, "openai": found.openai_base_url}
    own = servers.get(found.llm_provider, "") in ("", *DEFAULT_MODEL_SERVERS.values())
    return f"with_{found.llm_provider}" if own else "with_server"
