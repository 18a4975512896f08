"""Who sees the results of a session, and how much of them: as much as its host allows, and nothing that points at one person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.services.access import has_role
from chalicelib.store.records import SessionView, Summary, Theme, Thread

LEAST = 5  # participants below whom nothing is shown but the whole
CARRIED_BY = 2  # people who make a theme one that points at nobody

Visitor = Literal["editor", "viewer", "participant", "stranger"]


@dataclass(frozen=True, slots=True)
class Results:
    """What one visitor is shown. Without `slices` only the whole: no themes, quotes or figures."""

    visitor: Visitor
    summary: Summary | None
    slices: bool
    few: bool  # fewer than LEAST have taken part


def visitor_of(view: SessionView, thread: Thread | None) -> Visitor:
    """Who somebody is to the results: what a role in the session gives comes first."""
    if has_role(view, "editor"):
        return "editor"
    if has_role(view, "viewer"):
        return "viewer"
    return "participant" if thread is not None and has_taken_part(thread) else "stranger"


def has_taken_part(thread: Thread) -> bool:
    """Whether somebody has had a conversation to its end: one that ended without a word of theirs opens nothing."""
    return thread.concluded and thread.message_count > 0


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
    few = taken_part < LEAST
    slices = is_member or not few
    if summary and not is_member:
        themes = _shared(summary.themes)
        summary = replace(summary, themes=themes) if slices else _whole(summary)
    return Results(visitor, summary, slices, few)


def _shared(themes: Sequence[Theme]) -> tuple[Theme, ...]:
    return tuple(theme for theme in themes if theme.participants >= CARRIED_BY)


def _whole(summary: Summary) -> Summary:
    """The overview alone."""
    return replace(
        summary,
        themes=(),
        agreements=(),
        tensions=(),
        minority_views=(),
        open_questions=(),
        critical_answer=None,
    )
