"""Telling those who have an account already of what they are invited to, among all that they are told of; by mail they get it anyway."""

from collections.abc import Sequence

from chalicelib.errors import Conflict, Unavailable
from chalicelib.model.member_invitations import MemberInvitation, Subject
from chalicelib.model.notifications import Event
from chalicelib.observability import log_failure
from chalicelib.services.accounts.mailboxes import is_same_mailbox
from chalicelib.services.member_invitations.links import page_of
from chalicelib.services.notifications.notify import NotificationDeps, notify_or_leave, withdraw
from chalicelib.store.accounts import Accounts


def tell_invited(
    subject: Subject, invitations: Sequence[MemberInvitation], *, accounts: Accounts, deps: NotificationDeps
) -> None:
    """Tell each whose address has an account, once of an invitation. Nothing waits for it."""
    users = accounts.find_each([it.email for it in invitations])
    for invitation in invitations:
        user = users.get(invitation.email)
        if user and is_same_mailbox(user.email, invitation.email):
            notify_or_leave(user.id, _event(subject, invitation), deps=deps)


def take_back(subject: Subject, invitation: MemberInvitation, *, accounts: Accounts, deps: NotificationDeps) -> None:
    """Take back what was told of an invitation that is answered, or withdrawn. Nothing waits for it."""
    user = accounts.find_each([invitation.email]).get(invitation.email)
    if user is None:
        return
    try:
        withdraw(user.id, _event(subject, invitation).id, deps=deps)
    except (Conflict, Unavailable) as error:
        log_failure("what a host was told of could not be taken back", error, kind="invitation")


def _event(subject: Subject, invitation: MemberInvitation) -> Event:
    return Event(
        "invitation",
        invitation.id,
        invitation.created_at,
        session_id=subject.id if subject.kind == "session" else "",
        project_id=subject.id if subject.kind == "project" else "",
        details={"by": invitation.invited_by, "role": invitation.role, "page": page_of(subject, invitation.id)},
    )
