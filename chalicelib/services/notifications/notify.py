"""Telling hosts: each event once to each who is to know of it, however often it is told of here.

What is stored are ids and codes. Whoever has no right to a session any more reads nothing of it (`listing.py`); with a session, or when
a role ends, what was told of it goes.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, Unavailable
from chalicelib.model.jobs import TellHosts
from chalicelib.model.notifications import LIFE, Event, Inbox, Notification
from chalicelib.observability import log_failure
from chalicelib.services.access.membership import list_session_members
from chalicelib.services.access.roles import is_at_least
from chalicelib.store.member_invitations import MemberInvitationStore
from chalicelib.store.members import Members
from chalicelib.store.notifications import Kept, Notifications
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import NOTHING_ELSE, Sessions

if TYPE_CHECKING:
    from chalicelib.store.telegram import TelegramGroups

MORNING = time(8)  # when digests go, by the clock of whoever gets them


class NotificationDeps(Struct, frozen=True):
    """The collaborators."""

    notifications: Notifications
    sessions: Sessions
    members: Members
    projects: Projects
    invitations: MemberInvitationStore
    groups: Callable[[], "TelegramGroups"]
    clock: Clock


def notify(user_id: str, event: Event, *, deps: NotificationDeps) -> bool:
    """Tell one account of an event; False where it was told of it before, or there is no such account.

    Raises Conflict where the account is told of too much at once: it is to be tried again.
    """
    found = deps.notifications.find(user_id)
    if found is None:
        return False
    told = Notification(event.id, event.kind, event.at, event.session_id, event.project_id, event.details)
    before = found.inbox
    is_new = not _has(before, told.id) and event.at > deps.clock.now() - LIFE

    def add(kept: Kept) -> Kept:
        return kept if any(it.id == told.id for it in kept) else (told, *kept)

    after = deps.notifications.change(before, add) if is_new else before
    if found.digest and any(it.id == told.id for it in after.to_mail):  # also where a try before died in between
        deps.notifications.mark_due(found.digest, next_morning(found.zone, deps.clock.now()))
    return is_new and _has(after, told.id)


def notify_or_leave(user_id: str, event: Event, *, deps: NotificationDeps) -> None:
    """The same where what happened must not wait for it: nobody is told while the tables are busy."""
    try:
        notify(user_id, event, deps=deps)
    except (Conflict, Unavailable) as error:
        log_failure("a host could not be told", error, kind=event.kind)


def notify_team(job: TellHosts, *, deps: NotificationDeps) -> None:
    """Tell everybody who may edit a session. Raises NotFound without the session, Conflict and Unavailable to be tried again: who was
    told by then is not told twice."""
    session = deps.sessions.view(job.session_id, NOTHING_ELSE).session
    if session.is_example:  # whose people are made up
        return
    event = Event(job.kind, job.happened, datetime.fromisoformat(job.at), session.id, details=job.details)
    for it in list_session_members(session, members=deps.members, projects=deps.projects):
        if is_at_least(it.member.role, "editor"):
            notify(it.member.user_id, event, deps=deps)


def withdraw(user_id: str, event_id: str, *, deps: NotificationDeps) -> None:
    """Take back what an account was told of and is so no more: an invitation that was cancelled, declined or accepted."""
    _drop(user_id, lambda it: it.id == event_id, deps)


def withdraw_each(user_id: str, is_over: Callable[[Notification], bool], *, deps: NotificationDeps) -> None:
    """The same for each that is so no more."""
    _drop(user_id, is_over, deps)


def forget(user_id: str, subject_id: str, *, deps: NotificationDeps) -> None:
    """Remove all that an account was told of a session or a project: it is gone, or their role in it has ended."""
    _drop(user_id, lambda it: subject_id in (it.session_id, it.project_id), deps)


def next_morning(zone: str, now: datetime) -> datetime:
    """When the next digest goes: at eight by the clock of whoever gets it, never now."""
    local = now.astimezone(ZoneInfo(zone))
    today = datetime.combine(local.date(), MORNING, local.tzinfo)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), MORNING, local.tzinfo)
    return (today if today > local else tomorrow).astimezone(now.tzinfo)


def _drop(user_id: str, is_gone: Callable[[Notification], bool], deps: NotificationDeps) -> None:
    found = deps.notifications.of_user(user_id)
    if any(map(is_gone, found.notifications)):
        deps.notifications.change(found, lambda kept: tuple(it for it in kept if not is_gone(it)))


def _has(inbox: Inbox, notification_id: str) -> bool:
    return any(it.id == notification_id for it in inbox.notifications)
