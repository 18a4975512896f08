"""Records as the API shows them: always exactly the contract's keys."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.model import (
    Caller,
    Card,
    Message,
    Question,
    Quote,
    Session,
    SessionView,
    TelegramGroup,
    Theme,
    ThreadView,
    User,
)
from chalicelib.services.conversations.messages import Turn
from chalicelib.services.delivery.telegram_groups import Link
from chalicelib.services.facilitation.tailoring import Tailored
from chalicelib.services.participants.identity import channel_of
from chalicelib.services.sessions.creation import prompt_status, summary_status
from chalicelib.services.synthesis.document import quotes_of
from chalicelib.services.templates import Template, find_template

Json = dict[str, Any]

# Fields of a session that are shown as they are stored.
_AS_STORED = (
    "critical",
    "cross_pollination",
    "widgets_enabled",
    "results_visibility",
    "is_public",
    "summary_prompt",
    "template_id",
    "welcome_message",
    "meta_description",
    "language",
    "time_zone",
    "duration_minutes",
    "anonymous",
    "max_participants",
    "reminders",
    "is_example",
)


_OF_TEMPLATE = (
    "id",
    "title",
    "description",
    "icon",
    "facilitation_prompt",
    "default_goal",
    "default_critical",
    "default_context",
    "default_session_name",
    "cross_pollination_default",
)


def moment(at: datetime) -> str:
    """RFC 3339 in UTC with six decimals, ending in Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_or_null(at: datetime | None) -> str | None:
    """The same for a time that may be missing."""
    return moment(at) if at else None


def join_url(public_url: str, session_id: str) -> str:
    """Where participants join."""
    return f"{public_url}/chat?s={session_id}"


def session_created(session: Session, public_url: str, participants: int = 0) -> Json:
    """`SessionCreated`."""
    return {**_list_item(session, session.status, participants), "join_url": join_url(public_url, session.id)}


def session(view: SessionView, public_url: str, results_url: str, now: datetime) -> Json:
    """`Session`; `results_url` is the reader's own."""
    of = view.session
    tally = view.tally
    return {
        **_list_item(of, of.status_at(now), tally.participants),
        **{name: getattr(of, name) for name in _AS_STORED},
        "context": view.context,
        "prompt": view.prompt.text if view.prompt else None,
        "summary": view.summary.markdown if view.summary else None,
        "session_md": view.brief.markdown if view.brief else None,
        "join_url": join_url(public_url, of.id),
        "results_url": results_url,
        "questions": questions(view.questions),
        "distribution": [
            {"channel": it.channel, "group_id": it.group_id, "status": it.status, "error": it.error}
            for it in of.distribution
        ],
        "prompt_status": prompt_status(view),
        "summary_status": summary_status(view, now),
        "prompt_summary": view.prompt.summary if view.prompt else None,
        "prompt_generated_from": view.prompt.generated_from if view.prompt else None,
        "closes_at": moment_or_null(of.closes_at),
        "completed_count": tally.completed,
        "usage": {name: getattr(tally, name) for name in ("turns", "input_tokens", "cached_tokens", "output_tokens")},
    }


def prompt_proposal(view: SessionView, written: Tailored) -> Json:
    """A facilitation prompt that is not stored."""
    template = find_template(view.session.template_id)
    return {
        "facilitation_prompt": written.text,
        "prompt_summary": written.summary,
        "prompt_generated_from": written.generated_from,
        "template_id": view.session.template_id,
        "cross_pollination_default": template.cross_pollination_default if template else None,
    }


def template(of: Template) -> Json:
    """`Template`; the built-in ones are public, and of the one type there is."""
    return {
        **{name: getattr(of, name) for name in _OF_TEMPLATE},
        "template_type": "single",
        "is_public": True,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
    }


def card(of: Card, now: datetime) -> Json:
    """`SessionListItem`."""
    return {
        "id": of.session_id,
        "topic": of.topic,
        "goal": of.goal,
        "status": of.status_at(now),
        "participant_count": of.participant_count,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
    }


def public_card(of: Card, public_url: str, now: datetime) -> Json:
    """`PublicSessionListItem`."""
    return {**card(of, now), "join_url": join_url(public_url, of.session_id)}


def page(items: list[Json], total: int, limit: int, offset: int) -> Json:
    """A part of a list, in the envelope of lists."""
    return {"data": items, "pagination": {"total": total, "limit": limit, "offset": offset}}


def questions(asked: tuple[Question, ...]) -> list[Json]:
    """A list of `Question`."""
    return [
        {
            "id": question.id,
            "text": question.text,
            "position": question.position,
            "type": question.type,
            "required": question.required,
            "options": list(question.options),
        }
        for question in asked
    ]


def participant(view: ThreadView) -> Json:
    """`Participant`."""
    thread = view.thread
    return {
        "participant_id": thread.id,
        "participant_name": thread.name,
        "active": not thread.concluded,
        "messages": [message(entry) for entry in view.messages],
        "external_id": thread.external_id,
        "channel": channel_of(thread.scope),
        "message_count": thread.message_count,
        "first_message_at": moment_or_null(thread.first_message_at),
        "last_message_at": moment_or_null(thread.last_message_at),
        "answers": [{"question_id": a.question_id, "text": a.text, "answer": a.answer} for a in view.answers],
        "included": thread.included,
        "rating": thread.rating,
    }


def message(entry: Message) -> Json:
    """`Message`."""
    shown = {"id": entry.id, "role": entry.role, "content": entry.content, "created_at": moment(entry.created_at)}
    widget = {"widget_spec": entry.widget_spec, "widget_value": entry.widget_value}
    return shown | {name: value for name, value in widget.items() if value is not None}


def response(session_id: str, entry: Message) -> Json:
    """The caller's own response."""
    return {"id": entry.id, "session_id": session_id, "content": entry.content, "created_at": moment(entry.created_at)}


def chat_response(turn: Turn, results_url: str | None) -> Json:
    """`ChatResponse`; `results_url` where the participant may see the results."""
    reply: Json = {"role": "assistant", "content": turn.content, "is_final": turn.is_final}
    if turn.widget_spec is not None:
        reply["widget_spec"] = turn.widget_spec
    shown = {"message": reply, "thread_id": turn.thread_id}
    return shown | ({"results_url": results_url} if results_url else {})


def summary(view: SessionView, now: datetime) -> Json:
    """GET summary."""
    return {
        "session_id": view.session.id,
        "summary": view.summary.markdown if view.summary else None,
        "generated_at": moment_or_null(view.summary.generated_at if view.summary else None),
        "status": summary_status(view, now),
        "themes": [_theme(theme) for theme in (view.summary.themes if view.summary else ())],
        "quotes": [_quote(quote) for quote in (quotes_of(view.summary) if view.summary else ())],
    }


def summary_to_come(session_id: str) -> Json:
    """A summary that takes longer than a request may."""
    nothing: Json = {"summary": None, "generated_at": None, "status": "updating", "themes": [], "quotes": []}
    return {"session_id": session_id, **nothing}


def telegram_group(group: TelegramGroup) -> Json:
    """`TelegramGroup`."""
    return {
        "group_id": group.group_id,
        "group_name": group.name,
        "topic_id": group.topic_id,
        "created_at": moment(group.created_at),
        "status": group.status,
    }


def telegram_link(link: Link) -> Json:
    """A single-use code for /setup."""
    return {"code": link.code, "url": link.url, "expires_at": moment(link.expires_at)}


def user_info(user: User, caller: Caller) -> Json:
    """`UserInfo`."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "subscription_status": user.subscription_status,
        "api_key": {
            "name": caller.key_name,
            "key_prefix": caller.key_prefix,
            "created_at": moment(caller.key_created_at),
            "last_used_at": moment_or_null(caller.key_last_used_at),
        },
    }


def _theme(of: Theme) -> Json:
    statement = " ".join(filter(None, (of.statement, of.gathered)))
    shown = {"id": of.id, "label": of.label, "statement": statement, "participants": of.participants}
    stances = {stance: of.stances.get(stance, 0) for stance in ("for", "against", "mixed", "neutral")}
    return {**shown, "stances": stances, "quotes": [_quote(quote) for quote in of.quotes]}


def _quote(of: Quote) -> Json:
    return {"text": of.text, "message_id": of.message_id}


def _list_item(of: Session, status: str, participants: int) -> Json:
    return {
        "id": of.id,
        "topic": of.topic,
        "goal": of.goal,
        "status": status,
        "participant_count": participants,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
    }
