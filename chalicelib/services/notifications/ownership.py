"""Telling members that they are offered to own a session or a project, and taking that back once it is not so any more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from chalicelib.errors import Conflict, Unavailable
from chalicelib.model.member_invitations import Subject
from chalicelib.model.notifications import Event, Notification
from chalicelib.model.projects import Member
from chalicelib.observability import log_failure
from chalicelib.services.notifications.notify import NotificationDeps, notify_or_leave, withdraw_each

KIND: Final = "ownership_offered"


def tell_of_offer(subject: Subject, actor_id: str, member: Member, at: datetime, *, deps: NotificationDeps) -> None:
    """Bring what a member is told of in line with what they are now: `actor_id` has just changed that. Nothing waits for it.

    Whoever is offered it once more while they have not answered is not told twice. Whoever has become the owner ends what the one
    before offered to others.
    """
    if member.offered_at:
        notify_or_leave(member.user_id, _event(subject, actor_id, at), deps=deps)
        return
    _take_back(subject, member.user_id, deps)
    if member.role == "owner":
        for other in _members(subject, deps):
            if other.offered_by not in (None, member.user_id):
                _take_back(subject, other.user_id, deps)


def take_offer_back(subject: Subject, user_id: str, *, deps: NotificationDeps) -> None:
    """The same for somebody who is no member any more."""
    _take_back(subject, user_id, deps)


def find_offers(
    user_id: str, notifications: Sequence[Notification], owners: Mapping[str, str], *, deps: NotificationDeps
) -> set[str]:
    """Returns the ids of those that tell of an offer which can be accepted still; `owners` are of the sessions and projects on the
    page. Each costs a read."""
    found = set[str]()
    for it in notifications:
        if it.kind == KIND:
            subject_id = it.project_id or it.session_id
            find = deps.projects.member if it.project_id else deps.members.find
            member, owner = find(subject_id, user_id), owners.get(subject_id)
            if member and member.offered_at and owner == member.offered_by == it.details["by"]:
                found.add(it.id)
    return found


def _members(subject: Subject, deps: NotificationDeps) -> Sequence[Member]:
    return deps.projects.members(subject.id) if subject.kind == "project" else deps.members.list(subject.id)


def _event(subject: Subject, owner_id: str, at: datetime) -> Event:
    return Event(
        KIND,
        owner_id,
        at,
        session_id=subject.id if subject.kind == "session" else "",
        project_id=subject.id if subject.kind == "project" else "",
        details={"by": owner_id},
    )


def _take_back(subject: Subject, user_id: str, deps: NotificationDeps) -> None:
    try:
        withdraw_each(user_id, lambda it: it.kind == KIND and subject.id in (it.session_id, it.project_id), deps=deps)
    except (Conflict, Unavailable) as error:
        log_failure("what a host was told of could not be taken back", error, kind=KIND)
