"""Telling a host that a Telegram group of theirs asks for a session; of whoever asked, and of what they wrote, nothing."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from chalicelib.errors import NotFound
from chalicelib.model.notifications import Event, Notification
from chalicelib.services.access.roles import has_role
from chalicelib.services.notifications.notify import NotificationDeps, notify
from chalicelib.store import keys
from chalicelib.store.cards import Cards

KIND: Final = "group_asks"
_TOLD_THERE = ("announced", "closed")
_LOOKED_AT = 5  # of the sessions that name a group, the newest: which of them was announced there, they say themselves


class RequestDeps(Struct, frozen=True):
    """The collaborators."""

    telling: NotificationDeps
    cards: Cards


def tell_request(user_id: str, group_id: str, *, deps: RequestDeps) -> bool:
    """Tell a host that this group asks for a session; False where they know: it is told once a day (UTC), and not again before it is
    read. Raises Conflict where the account is told of too much at once."""
    telling = deps.telling
    now, before = telling.clock.now(), telling.notifications.of_user(user_id).notifications
    if any(it.kind == KIND and it.details["group"] == group_id and it.read_at is None for it in before):
        return False
    details = {"group": group_id, "after": _find_last(user_id, group_id, deps)}
    return notify(user_id, Event(KIND, f"{group_id} {now.date()}", now, details=details), deps=telling)


def find_group_names(
    user_id: str, notifications: Sequence[Notification], *, deps: NotificationDeps
) -> Mapping[str, str]:
    """Returns the names of the groups that ask, by their ids: of those that are linked to this host still, in one read."""
    asking = {it.details["group"] for it in notifications if it.kind == KIND}
    found = deps.groups().some(user_id, sorted(asking)) if asking else {}
    return {it.group_id: it.name or it.group_id for it in found.values() if it.status == "confirmed"}


def _find_last(user_id: str, group_id: str, deps: RequestDeps) -> str:
    """Returns the session that was announced in a group last, where there is something that another one could follow up; else nothing."""
    telling = deps.telling
    cards = deps.cards.of_user(user_id, telling.projects.roles_of(user_id))
    named = sorted((it for it in cards if group_id in [named for _, named in it.groups]), key=lambda it: it.created_at)
    for card in reversed(named[-_LOOKED_AT:]):
        try:
            view = telling.sessions.view(card.session_id, (keys.SUMMARY,), user_id)
        except NotFound:
            continue
        if any(it.group_id == group_id and it.status in _TOLD_THERE for it in view.session.distribution):
            return card.session_id if view.summary and has_role(view, "viewer") else ""
    return ""
