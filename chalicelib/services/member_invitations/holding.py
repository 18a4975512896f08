"""Whether an invitation holds: it was not answered, has not expired, what it is to is there, and who made it may still invite.

So whoever was removed, was made an editor, or has deleted their account, lets nobody in any more; another admin may send it again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.errors import HarmonicaError, NotFound
from chalicelib.model import Role, SessionView, User
from chalicelib.model.member_invitations import MemberInvitation, Subject
from chalicelib.model.projects import ProjectView
from chalicelib.model.sessions import is_at_least, lowest
from chalicelib.services.accounts.mailboxes import is_same_mailbox
from chalicelib.services.delivery.sending import hash_address
from chalicelib.services.notifications.notify import NotificationDeps
from chalicelib.store import keys
from chalicelib.store.accounts import Accounts
from chalicelib.store.member_invitations import MemberInvitationStore
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions

# `unknown` is also a link that a newer one has replaced.
Reason = Literal["unknown", "expired", "accepted", "declined", "withdrawn", "gone", "revoked"]


class InvitationOver(HarmonicaError):
    """An invitation that lets nobody in, and why."""

    code = "not_found"
    status = 410

    def __init__(self, reason: Reason, subject: Subject | None = None) -> None:
        super().__init__("This invitation does not hold any more")
        self.reason, self.subject = reason, subject
        self.status = 404 if reason == "unknown" else 410


class HoldingDeps(Struct, frozen=True):
    """What tells whether invitations hold, and whom to tell of them."""

    store: MemberInvitationStore
    sessions: Sessions
    projects: Projects
    accounts: Accounts
    notifications: NotificationDeps
    secret: bytes


class Held(Struct, frozen=True):
    """An invitation that holds: to what, by whom, and the role that it gives now, none above that of who made it.

    `view` is as who made it has it.
    """

    subject: Subject
    invitation: MemberInvitation
    inviter: User
    role: Role
    view: SessionView | ProjectView

    @property
    def name(self) -> str:
        """What the session or the project is called."""
        return self.view.session.topic if isinstance(self.view, SessionView) else self.view.project.title

    @property
    def description(self) -> str:
        """What is said of a project, or of a session where its link is sent to somebody."""
        if isinstance(self.view, SessionView):
            return self.view.session.meta_description or ""
        return self.view.project.description or ""


def require_held(subject: Subject, invitation: MemberInvitation | None, *, deps: HoldingDeps, now: datetime) -> Held:
    """What an invitation gives now. Raises InvitationOver."""
    if invitation is None:
        raise InvitationOver("unknown", subject)
    if invitation.answer != "open":
        raise InvitationOver(invitation.answer, subject)
    if not invitation.is_open(now):
        raise InvitationOver("expired", subject)
    try:
        view = open_for(subject, invitation.invited_by, deps=deps)
    except NotFound as error:
        raise InvitationOver("gone", subject) from error
    inviter = deps.accounts.people([invitation.invited_by]).get(invitation.invited_by)
    if inviter is None or inviter.disabled_at or view.role is None or not is_at_least(view.role, "admin"):
        raise InvitationOver("revoked", subject)
    return Held(subject, invitation, inviter, lowest(invitation.role, view.role), view)


def open_for(subject: Subject, user_id: str, *, deps: HoldingDeps) -> SessionView | ProjectView:
    """A session or a project as this user has it. Raises NotFound."""
    if subject.kind == "session":
        return deps.sessions.view(subject.id, keys.tallies(), user_id)
    return deps.projects.view(subject.id, user_id)


def held_for(email: str, *, deps: HoldingDeps, now: datetime) -> Iterator[Held]:
    """The invitations for this address that hold, each looked up when it is asked for."""
    places = deps.store.of_address(hash_address(email, deps.secret))
    for subject, stored in deps.store.of_each(places).items():
        for invitation in stored.open(now):
            if is_same_mailbox(invitation.email, email):
                try:
                    yield require_held(subject, invitation, deps=deps, now=now)
                except InvitationOver:
                    continue


def is_invited(email: str, *, deps: HoldingDeps, now: datetime) -> bool:
    """Whether an invitation for this address holds: then it may open an account, whoever else may."""
    return next(held_for(email, deps=deps, now=now), None) is not None
