"""Lists of sessions: which, in what order, which part of them. They are made of cards, which follow their sessions; only a search
looks further."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Card, Role, Status
from chalicelib.model.sessions import lowest
from chalicelib.store import keys
from chalicelib.store.cards import Cards
from chalicelib.store.sessions import Sessions
from chalicelib.text.collation import sort_key
from chalicelib.text.normalise import fold

Sort = Literal["updated_at", "created_at", "topic", "participant_count", "status"]
_RISING: tuple[Sort, ...] = ("topic", "status")  # the least first, unless it is said otherwise
_STATUSES: tuple[Status, ...] = ("draft", "active", "completed")  # as a session goes through them
CONTEXTS_READ = 300  # for one list, a hundred in a call


class SessionFilter(Struct, frozen=True):
    """What a list is asked for; None and an empty search leave nothing out."""

    q: str = ""
    status: Status | None = None
    is_joined: bool | None = None
    channel: str | None = None
    group_id: str | None = None
    sort: Sort = "updated_at"
    is_ascending: bool | None = None
    limit: int = 20
    offset: int = 0

    @property
    def begins_with_lowest(self) -> bool:
        """Whether the least is first."""
        return self.sort in _RISING if self.is_ascending is None else self.is_ascending

    @property
    def is_as_stored(self) -> bool:
        """Whether nothing is left out beside what comes before and behind, and the order is the one that cards are stored in."""
        is_narrowed = any(it is not None for it in (self.status, self.is_joined, self.channel, self.group_id))
        return not (is_narrowed or fold(self.q)) and self.sort == "updated_at" and not self.begins_with_lowest


class Page(Struct, frozen=True):
    """A part of a list, and how long the whole list is."""

    cards: Sequence[Card]
    total: int


def list_own(user_id: str, wanted: SessionFilter, *, cards: Cards, roles: Mapping[str, Role], now: datetime) -> Page:
    """What is asked for of the sessions that a user is a member of, by themselves or by a project, or takes part in; of drafts, nothing
    unless they are asked for. `roles` are theirs in projects.

    For somebody without projects, without another filter and in the order of the last change, only what is shown is read, and the
    rest counted; else all cards are.
    """
    drafts = wanted.status == "draft"
    if drafts:
        wanted = replace(wanted, status=None)  # they have a list of their own
    part = None
    if wanted.is_as_stored and not roles:
        part = cards.part_of_user(user_id, wanted.offset, wanted.limit, drafts=drafts)
    return _page(*part) if part else _choose(cards.of_user(user_id, roles, drafts=drafts), wanted, now, cards)


def list_of_project(project_id: str, role: Role, wanted: SessionFilter, *, cards: Cards, now: datetime) -> Page:
    """What is asked for of the sessions of a project, for somebody with this role in it; drafts as in a list of one's own."""
    found = cards.of_project(project_id, drafts=wanted.status == "draft")
    if wanted.status == "draft":
        wanted = replace(wanted, status=None)
    return _choose([replace(card, role=lowest(role, card.role or role)) for card in found], wanted, now, cards)


def list_public(wanted: SessionFilter, *, cards: Cards, now: datetime) -> Page:
    """What is asked for of the public sessions that are active; they are read as one's own are."""
    if wanted.is_as_stored and (part := cards.part_of_public(wanted.offset, wanted.limit, now)):
        return _page(*part)
    return _choose(cards.public(), replace(wanted, status="active"), now, cards)


def _choose(listed: Iterable[Card], wanted: SessionFilter, now: datetime, cards: Cards) -> Page:
    fitting = _last_changed_first(card for card in listed if _fits(card, wanted, now))
    found = _sort(_search(fitting, fold(wanted.q).split(), cards), wanted, now)
    return Page(found[wanted.offset : wanted.offset + wanted.limit], len(found))


def _page(cards: Iterable[Card], total: int) -> Page:
    return Page(_last_changed_first(cards), total)


def _last_changed_first(cards: Iterable[Card]) -> list[Card]:
    """The cards by their last change; of equal times, in the order of their ids."""
    found = sorted(cards, key=lambda card: card.session_id)
    found.sort(key=lambda card: card.updated_at, reverse=True)
    return found


def _sort(found: Sequence[Card], wanted: SessionFilter, now: datetime) -> Sequence[Card]:
    """The cards in the order that is wanted; what is equal stays in the order that it has."""

    def rank(card: Card) -> Any:
        if wanted.sort == "topic":
            return sort_key(card.topic)
        return _STATUSES.index(card.status_at(now)) if wanted.sort == "status" else getattr(card, wanted.sort)

    return sorted(found, key=rank, reverse=not wanted.begins_with_lowest)


def _fits(card: Card, wanted: SessionFilter, now: datetime) -> bool:
    if wanted.status is not None and card.status_at(now) != wanted.status:
        return False
    # A card without a role is that of somebody who takes part; counts are written to those of members alone.
    if wanted.is_joined is not None and (card.participant_count > 0 or card.role is None) != wanted.is_joined:
        return False
    if wanted.channel is None and wanted.group_id is None:
        return True
    # One distribution has to be both: in this channel and to this group.
    return any(
        wanted.channel in (None, channel) and wanted.group_id in (None, group_id) for channel, group_id in card.groups
    )


def _search(found: Sequence[Card], words: Sequence[str], cards: Cards) -> Sequence[Card]:
    """Those that have all these words, in any order, in topic or goal, or in a context that their reader may read.

    What topic and goal do not settle is looked for in contexts: those of the sessions that changed last, to bound what is read.
    """
    if not words:
        return found
    missing = {card.session_id: left for card in found if (left := _missing(words, f"{card.topic}\n{card.goal}"))}
    unsettled = [card.session_id for card in found if card.has_context and card.session_id in missing]
    for session_id, context in cards.contexts(unsettled[:CONTEXTS_READ]):
        if not _missing(missing[session_id], context):
            del missing[session_id]
    return [card for card in found if card.session_id not in missing]


def _missing(words: Sequence[str], text: str) -> list[str]:
    folded = fold(text)
    return [word for word in words if word not in folded]


def update_cards(session_id: str, *, sessions: Sessions, cards: Cards, now: datetime) -> None:
    """Bring every card of a session up to date: others' lists show a change a few seconds later. Raises NotFound without a session."""
    view = sessions.view(session_id, keys.tallies())
    cards.follow(view.session, view.tally.participants, now)
