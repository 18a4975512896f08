"""What a host is told of, as far as it may still be shown: of a session that they have no role in any more, nothing.

That is looked up when it is read, in one more read for what is on the page, and what is found to be over is removed. So a role
that ended a second ago shows nothing, and no change of members or projects has to reach each account.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, Invalid
from chalicelib.model.notifications import Inbox, Notification
from chalicelib.services.access.roles import has_role
from chalicelib.services.member_invitations.links import read_page
from chalicelib.services.notifications.group_requests import find_group_names
from chalicelib.services.notifications.notify import NotificationDeps
from chalicelib.services.notifications.ownership import find_offers
from chalicelib.services.notifications.texts import Names, Told, tell
from chalicelib.store.accounts import Accounts
from chalicelib.store.notifications import Kept

LIMIT = 50  # that one page may have


class Shown(Struct, frozen=True):
    """A notification with its words."""

    notification: Notification
    told: Told


class NotificationPage(Struct, frozen=True):
    """A part of what a host is told of, how many they have not read in all, and where to go on; None at the end."""

    shown: Sequence[Shown]
    unread: int
    next_cursor: str | None


def list_notifications(
    user_id: str,
    *,
    unread: bool,
    limit: int,
    cursor: str | None,
    tag: str,
    deps: NotificationDeps,
    accounts: Accounts,
) -> NotificationPage:
    """Returns a page of what a host is told of, the newest first, in a language of ours; `unread` leaves out what they have read.

    Raises Invalid for a cursor of no earlier answer.
    """
    place, inbox = _read_cursor(cursor), deps.notifications.of_user(user_id)
    while True:
        wanted = [it for it in inbox.notifications if not (unread and it.read_at)]
        page = [it for it in wanted if place is None or _place(it) < place][:limit]
        names = find_names(user_id, page, deps=deps, accounts=accounts)
        over = {it.id for it in page if not may_show(it, names)}
        if not over:
            break
        inbox = _without(inbox, over, deps)
    is_last = not page or page[-1] == wanted[-1]
    shown = [Shown(it, tell(it, names, tag)) for it in page]
    return NotificationPage(shown, inbox.unread, None if is_last else _make_cursor(page[-1]))


def find_names(
    user_id: str, notifications: Sequence[Notification], *, deps: NotificationDeps, accounts: Accounts
) -> Names:
    """Returns what notifications of this user are shown with: of sessions those that they have a role in, or are invited to."""
    invited = {it.session_id for it in notifications if it.kind == "invitation"} - {""}
    wanted = dict.fromkeys(filter(None, (it.session_id or it.details.get("after", "") for it in notifications)))
    views = deps.sessions.views_of(list(wanted), user_id)
    topics = {it: view.session.topic for it, view in views.items() if it in invited or has_role(view, "viewer")}
    inviters = {it.details["by"] for it in notifications if it.kind == "invitation"}
    people = accounts.people({it.details["by"] for it in notifications if "by" in it.details})
    # The mail of an invitation names whoever has no name by their address, too; to a member of something, that is not told.
    users = {it: user.name or (user.email if it in inviters else None) for it, user in people.items()}
    projects = {it.project_id for it in notifications} - {""}
    found = deps.projects.some(sorted(projects)) if projects else []
    owners = {it.session.id: it.session.owner_id for it in views.values()} | {it.id: it.owner_id for it in found}
    can_be_answered = _find_open(notifications, deps) | find_offers(user_id, notifications, owners, deps=deps)
    return Names(
        topics,
        {it.id: it.title for it in found},
        users,
        can_be_answered,
        find_group_names(user_id, notifications, deps=deps),
    )


def _find_open(notifications: Sequence[Notification], deps: NotificationDeps) -> set[str]:
    """Returns the ids of those that are of invitations which can be accepted: who let theirs expire learns no newer name."""
    named = {it.id: name for it in notifications if (name := read_page(it.details.get("page", "")))}
    found, now = deps.invitations.of_each(it.subject for it in named.values()), deps.clock.now()
    known = {told: found[name.subject].find(name.id) for told, name in named.items()}
    return {told for told, invitation in known.items() if invitation and invitation.is_open(now)}


def may_show(told: Notification, names: Names) -> bool:
    """Whether what a notification is about may still be told."""
    if told.kind in ("invitation", "ownership_offered") and told.id not in names.open:
        return False
    if told.kind == "group_asks":
        return told.details["group"] in names.groups
    if told.project_id:
        return told.project_id in names.projects
    return not told.session_id or told.session_id in names.sessions


def mark_read(user_id: str, ids: Sequence[str] | None, now: datetime, *, deps: NotificationDeps) -> int:
    """Notes that a host has read these, or all; ids of nothing of theirs are left out. Returns how many are unread then.

    Raises Conflict where they are told of too much at once.
    """
    chosen = None if ids is None else frozenset(ids)

    def is_meant(told: Notification) -> bool:
        return told.read_at is None and (chosen is None or told.id in chosen)

    def read(kept: Kept) -> Kept:
        return tuple(replace(it, read_at=now) if is_meant(it) else it for it in kept)

    return deps.notifications.change(deps.notifications.of_user(user_id), read).unread


def _place(told: Notification) -> tuple[datetime, str]:
    return told.created_at, told.id


def _make_cursor(told: Notification) -> str:
    return f"{told.created_at.isoformat()}_{told.id}"


def _read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    at, _, notification_id = cursor.rpartition("_")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), notification_id
    except (ValueError, OverflowError):
        raise Invalid("cursor must be the next_cursor of an earlier answer") from None


def _without(inbox: Inbox, over: set[str], deps: NotificationDeps) -> Inbox:
    """Removes what is over; where the account is being told of much, it is only left out."""
    with suppress(Conflict):
        return deps.notifications.change(inbox, lambda kept: tuple(it for it in kept if it.id not in over))
    return replace(inbox, notifications=tuple(it for it in inbox.notifications if it.id not in over))
