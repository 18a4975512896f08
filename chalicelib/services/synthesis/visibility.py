"""Who sees the results of a session, and how much of them: as much as its host allows, and nothing that points at one person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Session, SessionView, Summary, Thread
from chalicelib.services.access.roles import has_role
from chalicelib.services.synthesis.prose import without_quotes

LEAST = 5  # participants below whom only members are shown anything
CARRIED_BY = 2  # people who make a theme one that points at nobody

Visitor = Literal["editor", "viewer", "participant", "stranger"]


class Results(Struct, frozen=True):
    """What one visitor is shown. Without `open` nothing of what was said, and no figures."""

    visitor: Visitor
    summary: Summary | None
    open: bool
    few: bool  # fewer than LEAST have taken part, and there is a summary


def visitor_of(view: SessionView, threads: Sequence[Thread], now: datetime) -> Visitor:
    """Who somebody with these conversations is to the results: what a role in the session gives comes first."""
    if has_role(view, "editor"):
        return "editor"
    if has_role(view, "viewer"):
        return "viewer"
    return "participant" if any(has_taken_part(view.session, thread, now) for thread in threads) else "stranger"


def has_taken_part(session: Session, thread: Thread, now: datetime) -> bool:
    """Whether somebody has said something and had a conversation to its end: theirs, or that of the session."""
    return thread.is_completed or (thread.message_count > 0 and session.status_at(now) == "completed")


def may_see(view: SessionView, visitor: Visitor) -> bool:
    """Whether this visitor sees results at all: members always, others as the session's visibility says."""
    visibility = view.session.results_visibility
    if visitor in ("editor", "viewer"):
        return True
    return visibility == "public" or (visibility == "participants" and visitor == "participant")


def results_for(view: SessionView, visitor: Visitor) -> Results:
    """What this visitor may see of the results; for one who may see any."""
    summary, is_member = view.summary, visitor in ("editor", "viewer")
    taken_part = min(view.tally.participants, summary.participants) if summary else view.tally.participants
    is_open = is_member or taken_part >= LEAST
    few = summary is not None and taken_part < LEAST
    if summary and not is_member:
        summary = _public(summary, view.session.topic) if is_open else None
    return Results(visitor, summary, is_open, few)


def _public(summary: Summary, topic: str) -> Summary:
    """What a group said: nothing that only one person holds, and nobody's words but the quotes of themes that people share."""
    themes = [theme for theme in summary.themes if theme.participants >= CARRIED_BY and not theme.members_only]
    return replace(
        summary,
        overview=without_quotes(summary.overview, topic),
        themes=tuple(replace(theme, statement=without_quotes(theme.statement), gathered="") for theme in themes),
        agreements=_unquoted(summary.agreements),
        tensions=_unquoted(summary.tensions),
        minority_views=(),
        open_questions=_unquoted(summary.open_questions),
        critical_answer=without_quotes(summary.critical_answer or "") or None,
        quotes=(),
        words=(),
    )


def _unquoted(items: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(without_quotes, items)))
