"""Answering an invitation: only an account of the address that it is for does. Accepting alone uses it, in the transaction that gives
the role; nothing that comes before it does, neither opening its link nor signing up."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from chalicelib.errors import Conflict, Forbidden, Unprocessable
from chalicelib.model import Role, SessionView, User
from chalicelib.model.member_invitations import MemberInvitation, Subject
from chalicelib.model.projects import (
    MEMBERS_A_PROJECT,
    MEMBERS_A_SESSION,
    PROJECTS_A_USER,
    ProjectView,
)
from chalicelib.model.sessions import is_at_least, lowest
from chalicelib.services.accounts.mailboxes import is_same_mailbox
from chalicelib.services.delivery.sending import hash_address
from chalicelib.services.member_invitations.holding import Held, HoldingDeps, InvitationOver, require_held
from chalicelib.services.member_invitations.inviting import answered, end_invitation
from chalicelib.services.member_invitations.telling import take_back
from chalicelib.store.member_invitations import Change
from chalicelib.store.members import (
    Members,
    add_session_member,
    check_session,
    check_session_admin,
    raise_session_member,
)
from chalicelib.store.projects import (
    add_project_member,
    change_project_member,
    check_project,
    check_project_admin,
)
from chalicelib.store.transact import Transaction

_INVITER = "right"
_TRIES = 8
Write = Callable[[Transaction], None]


class AnotherAddress(Forbidden):
    """The invitation is for another address than that of who is signed in."""

    def __init__(self) -> None:
        super().__init__("This invitation is for another address")


class NoRoom(Unprocessable):
    """Nobody more can be a member there; or the account is in as many projects as it can be."""


class AnsweringDeps(Struct, frozen=True):
    """What answering works with."""

    holding: HoldingDeps
    members: Members


def accept(subject: Subject, invitation_id: str, user: User, *, deps: AnsweringDeps, now: datetime) -> Held:
    """Give somebody the role that they were invited to, and use the invitation, both or neither. A higher role stays as it is.

    Raises InvitationOver, AnotherAddress, NoRoom.
    """
    store = deps.holding.store
    for _ in range(_TRIES):
        before = store.of(subject)
        invitation = before.find(invitation_id)
        if invitation is not None and invitation.is_open(now):
            require_own(invitation, user)
        held = require_held(subject, invitation, deps=deps.holding, now=now)
        after = [answered(it, "accepted") if it.id == invitation_id else it for it in before.invitations]
        change = Change(after, dropped=[hash_address(held.invitation.email, deps.holding.secret)])
        if not store.write(subject, before, change, now, _grant(held, user, deps, now)):
            take_back(subject, held.invitation, accounts=deps.holding.accounts, deps=deps.holding.notifications)
            return held
    raise Conflict("Others are changing who is a member there right now; try again")


def decline(subject: Subject, invitation_id: str, user: User, *, deps: AnsweringDeps, now: datetime) -> None:
    """Note that somebody does not want to. Raises InvitationOver, AnotherAddress."""
    invitation = deps.holding.store.of(subject).find(invitation_id)
    if invitation is None:
        raise InvitationOver("unknown", subject)
    if invitation.answer != "open":
        raise InvitationOver(invitation.answer, subject)
    if not invitation.is_open(now):
        raise InvitationOver("expired", subject)
    require_own(invitation, user)
    end_invitation(subject, invitation_id, "declined", deps=deps.holding, now=now)


def require_own(invitation: MemberInvitation, user: User) -> None:
    """Raises AnotherAddress unless it is for this account's address, whatever its case."""
    if not is_same_mailbox(invitation.email, user.email):
        raise AnotherAddress


def _grant(held: Held, user: User, deps: AnsweringDeps, now: datetime) -> Write:
    """What gives the role, under the condition that whoever invited may still."""
    if isinstance(held.view, SessionView):
        return _grant_in_session(held, held.view, user, deps, now)
    return _grant_in_project(held, held.view, user, deps, now)


def _grant_in_session(held: Held, view: SessionView, user: User, deps: AnsweringDeps, now: datetime) -> Write:
    session = view.session
    members = deps.members.list(session.id)
    member = next((it for it in members if it.user_id == user.id), None)
    if member is None and len(members) >= MEMBERS_A_SESSION:
        raise NoRoom(f"A session has at most {MEMBERS_A_SESSION} members")

    def write(transaction: Transaction) -> None:
        _check_inviter(transaction, held, view)
        if member is None:
            add_session_member(transaction, view, user.id, held.role, now)
        elif is_at_least(member.role, held.role):
            check_session(transaction, session.id)
        else:
            raise_session_member(transaction, session.id, member, held.role)

    return write


def _check_inviter(transaction: Transaction, held: Held, view: SessionView) -> None:
    inviter = held.inviter.id
    if is_at_least(view.own_role, "admin"):
        check_session_admin(transaction, view.session.id, inviter, _INVITER)
        return
    gives: dict[str, Role] = {
        project: lowest(role, view.session.projects.get(project, "viewer"))
        for project, role in view.project_roles.items()
    }
    project = next(it for it, role in gives.items() if is_at_least(role, "admin"))
    check_project_admin(transaction, project, inviter, _INVITER)


def _grant_in_project(held: Held, view: ProjectView, user: User, deps: AnsweringDeps, now: datetime) -> Write:
    project, projects = view.project, deps.holding.projects
    member = projects.member(project.id, user.id)
    if member is None and project.members >= MEMBERS_A_PROJECT:
        raise NoRoom(f"A project has at most {MEMBERS_A_PROJECT} members")
    roles = projects.roles_of(user.id) if member is None else {}
    if len(roles) >= PROJECTS_A_USER:
        raise NoRoom(f"Nobody has a role in more than {PROJECTS_A_USER} projects")

    def write(transaction: Transaction) -> None:
        check_project_admin(transaction, project.id, held.inviter.id, _INVITER)
        if member is None:
            add_project_member(transaction, project.id, user.id, held.role, roles, now)
        elif is_at_least(member.role, held.role):
            check_project(transaction, project.id)
        else:
            change_project_member(transaction, project.id, member, held.role)

    return write
