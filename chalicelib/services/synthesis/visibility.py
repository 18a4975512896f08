"""Who sees the results of a session, and how much of them: as much as its host allows, and nothing that points at one person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Proposal, Quote, Session, SessionView, Stance, Summary, Theme, Thread
from chalicelib.services.access.roles import has_role
from chalicelib.services.synthesis.prose import is_usable, without_quotes

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
    """Whether somebody has said something and had a conversation to its end: theirs, or that of the session. Who tests has not."""
    if thread.test:
        return False
    return thread.is_completed or (thread.message_count > 0 and session.status_at(now) == "completed")


def may_see(view: SessionView, visitor: Visitor) -> bool:
    """Whether this visitor sees results at all: members always, others as the host lets them."""
    visibility = view.session.results_shown_to
    if visitor in ("editor", "viewer"):
        return True
    return visibility == "public" or (visibility == "participants" and visitor == "participant")


def results_for(view: SessionView, visitor: Visitor) -> Results:
    """What this visitor may see of the results; for one who may see any."""
    summary, is_member = find_summary(view), visitor in ("editor", "viewer")
    taken_part = min(view.tally.participants, summary.people) if summary else view.tally.participants
    is_open = is_member or taken_part >= LEAST
    few = summary is not None and taken_part < LEAST
    if summary and not is_member:
        summary = for_others(summary, view.session.topic) if is_open else None
    return Results(visitor, summary, is_open, few)


def find_summary(view: SessionView) -> Summary | None:
    """The summary, if there is one; where the host vouches for the people at one address, with every participant as a person of
    their own, whatever they were taken for when it was written."""
    summary = view.summary
    if summary is None or not view.session.shared_network:
        return summary
    return replace(
        summary,
        sources=None,
        themes=tuple(replace(theme, sources=None) for theme in summary.themes),
        proposals=tuple(replace(it, sources=None) for it in summary.proposals),
    )


def for_others(summary: Summary, topic: str, least: int = CARRIED_BY) -> Summary:
    """What a group said: nothing that fewer than `least` people hold or that is withheld, nobody's words but the quotes of
    themes that people share, and no sides where somebody takes one alone."""

    def told(text: str, title: str = "") -> str:
        return without_quotes(text, title, summary.withheld)

    def quoted(quote: Quote) -> bool:
        return quote.text not in summary.withheld_quotes and quote.thread_id not in summary.tests

    def listed(items: Sequence[str]) -> tuple[str, ...]:
        return tuple(filter(None, map(told, items)))

    overview = told(summary.overview, topic)
    return replace(
        summary,
        markdown="",
        overview=overview if is_usable(overview) else "",
        themes=tuple(
            replace(
                theme,
                statement=told(theme.statement),
                quotes=tuple(filter(quoted, theme.quotes)),
                gathered="",
                stances=tellable_stances(theme, least),
            )
            for theme in summary.themes
            if theme.people >= least and not theme.members_only and theme.label not in summary.withheld
        ),
        proposals=_proposals_for_others(summary, least),
        agreements=listed(summary.agreements),
        tensions=listed(summary.tensions),
        minority_views=(),
        open_questions=listed(summary.open_questions),
        critical_answer=told(summary.critical_answer or "") or None,
        refused=0,
        **dict.fromkeys(("quotes", "words", "withheld", "withheld_quotes", "tests", "declined"), ()),
    )


def _proposals_for_others(summary: Summary, least: int) -> tuple[Proposal, ...]:
    """The proposals of at least so many people, in words that are nobody's."""

    def told(text: str) -> str:
        return without_quotes(text, "", summary.withheld)

    return tuple(
        replace(it, text=text, condition=told(it.condition), stances=tellable_stances(it, least))
        for it in summary.proposals
        if it.people >= least and (text := told(it.text))
    )


def tellable_stances(of: Theme | Proposal, least: int) -> dict[Stance, int]:
    """Where others are told that the people of a theme or a proposal stand; empty where they are not. Who is for it in part counts
    with those without a clear side, where nobody else is: all others would be hidden with them."""
    if may_tell_stances(of, least):
        return of.stances
    folded = replace(
        of, stances={**of.stances, "mixed": 0, "neutral": of.stances.get("neutral", 0) + of.stances.get("mixed", 0)}
    )
    is_telling = 0 < of.stances.get("mixed", 0) < least <= folded.stances["neutral"]
    return folded.stances if is_telling and may_tell_stances(folded, least) else {}


def may_tell_stances(theme: Theme | Proposal, least: int = CARRIED_BY) -> bool:
    """Whether others are told where the people of a theme or a proposal stand: not where somebody takes a side alone, and not where several
    conversations may be one person's. Who says neither takes none."""
    sides = (count for stance, count in theme.stances.items() if stance != "neutral")
    return theme.people == theme.participants and not any(0 < count < least for count in sides)
