"""When a summary is written: for whom somebody waits, when a session falls silent, when much is new, and at its end.

A summary costs as much as many turns, and nobody reads one after every message. So digests follow the words, and the summary
waits for one of these reasons; it is never written oftener than once in 30 seconds, or in 0.6 for each participant.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from chalicelib.llm.interface import Tier
from chalicelib.model import Digest, SessionView, Summary, Thread
from chalicelib.services.synthesis.state import stale_since

Reason = Literal["end", "asked", "growth", "silence"]

LEAST_NEW = 20  # messages
NEW_SHARE = 10  # of all messages, one in so many
SECONDS_PER_THREAD = 0.6
OVERDUE = 3  # intervals after which a summary of what is digested is better than waiting for the rest
MOST_LARGE = 2  # paid tries of the large model that failed, before the medium one is asked


class Said(Struct, frozen=True):
    """What is digested of the conversations that count: how many messages, and when the last one was said."""

    messages: int = 0
    last_at: datetime | None = None


def count_said(heads: Iterable[Thread], reached: Mapping[str, Digest]) -> Said:
    """What these threads' digests have, those included that were made just now."""
    messages, last_at = 0, None
    for head in heads:
        made = reached.get(head.id)
        messages += made.messages if made else head.counts.messages if head.counts else 0
        if head.last_message_at and (last_at is None or head.last_message_at > last_at):
            last_at = head.last_message_at
    return Said(messages, last_at)


def find_reason(view: SessionView, said: Said, now: datetime, silence: timedelta) -> Reason | None:
    """Why the summary is to be written now; None where it waits."""
    if has_ended(view, now):
        return "end"
    if view.synthesis.wanted_at:
        return "asked"
    new = said.messages - (view.summary.messages if view.summary else 0)
    if new >= max(LEAST_NEW, said.messages / NEW_SHARE):
        return "growth"
    return "silence" if silent_at(said, now, silence) <= now else None


def silent_at(said: Said, now: datetime, silence: timedelta) -> datetime:
    """From when on the session is silent, unless somebody says something before; it is where nobody has said anything."""
    return said.last_at + silence if said.last_at else now


def choose_tier(view: SessionView, now: datetime) -> Tier:
    """The model that writes the summary: the large one after the end and for a host who asked for it, else the medium one. It takes
    over, too, where a model was paid and nothing came of it: a third try of the dearest would most likely end the same way."""
    is_large = view.synthesis.wants_large or has_ended(view, now)
    return "large" if is_large and view.synthesis.paid_tries < MOST_LARGE else "medium"


def lacks_last(view: SessionView, now: datetime) -> bool:
    """Whether a session that has ended still has a summary of the medium model from before, which the large one is to write anew."""
    return is_final(view, now) and view.summary is not None and view.summary.tier == "medium"


def is_final(view: SessionView, now: datetime) -> bool:
    """Whether the session has ended and has no summary from after that: the last one does not wait."""
    closed, summary = view.session.closes_at, view.summary
    return closed is not None and has_ended(view, now) and (summary is None or summary.generated_at < closed)


def has_ended(view: SessionView, now: datetime) -> bool:
    """Whether nobody can say anything any more."""
    return view.session.status_at(now) == "completed"


def is_overdue(view: SessionView, now: datetime, interval: int) -> bool:
    """Whether the summary of what is digested should not wait for what is not."""
    since = view.synthesis.behind_since or stale_since(view.synthesis) or now
    return view.summary is None or now - since >= OVERDUE * least_between(view.summary, interval)


def earliest(view: SessionView, now: datetime, interval: int) -> datetime:
    """When the next summary may be written at the earliest."""
    if view.summary is None or is_final(view, now):
        return now
    return view.summary.generated_at + least_between(view.summary, interval)


def least_between(summary: Summary | None, interval: int) -> timedelta:
    """The least time between two summaries: longer in large sessions, where each costs more."""
    participants = summary.participants if summary else 0
    return timedelta(seconds=max(float(interval), SECONDS_PER_THREAD * participants))
