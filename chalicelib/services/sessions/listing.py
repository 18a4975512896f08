"""Lists of sessions: which, in what order, which part of them. They are made of cards alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.model import Card, Status
from chalicelib.text.normalise import fold


class SessionFilter(Struct, frozen=True):
    """What a list is asked for; None and an empty search leave nothing out."""

    q: str = ""
    status: Status | None = None
    channel: str | None = None
    group_id: str | None = None
    limit: int = 20
    offset: int = 0


class Page(Struct, frozen=True):
    """A part of a list, and how long the whole list is."""

    cards: Sequence[Card]
    total: int


def list_sessions(cards: Iterable[Card], wanted: SessionFilter, now: datetime) -> Page:
    """The cards that are asked for, last changed first; of equal times, in the order of their ids."""
    searched = fold(wanted.q)
    found = sorted(
        (card for card in cards if _fits(card, wanted, now) and _has(card, searched)), key=lambda card: card.session_id
    )
    found.sort(key=lambda card: card.updated_at, reverse=True)
    return Page(found[wanted.offset : wanted.offset + wanted.limit], len(found))


def _fits(card: Card, wanted: SessionFilter, now: datetime) -> bool:
    if wanted.status is not None and card.status_at(now) != wanted.status:
        return False
    if wanted.channel is None and wanted.group_id is None:
        return True
    # One distribution has to be both: in this channel and to this group.
    return any(
        wanted.channel in (None, channel) and wanted.group_id in (None, group_id) for channel, group_id in card.groups
    )


def _has(card: Card, searched: str) -> bool:
    return not searched or searched in fold(card.topic) or searched in fold(card.goal)
