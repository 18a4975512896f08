"""Inviting people to be members: by mail, and where none goes to an address, by a link that is shown once, to be passed on by hand.

Admins and owners invite, to no role above their own; owner is nobody by invitation. An address has one open invitation to a session or a
project: who is invited again has the new one, and the earlier link is worth nothing.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, Forbidden, NotFound, Unavailable, Unprocessable
from chalicelib.model import Role, SessionView
from chalicelib.model.jobs import SendMemberInvitation
from chalicelib.model.member_invitations import (
    OPEN_INVITATIONS,
    VALID,
    Answer,
    GivenRole,
    MailState,
    MemberInvitation,
    MemberInvitations,
    Subject,
)
from chalicelib.model.projects import ProjectView
from chalicelib.model.sessions import is_at_least
from chalicelib.queues import IN_ONE_CALL, Jobs
from chalicelib.services.access.membership import IN_PROJECT, IN_SESSION, list_session_members
from chalicelib.services.access.rate_limits import require_invite_pace
from chalicelib.services.delivery.sending import SendingDeps, hash_address
from chalicelib.services.invitations.addresses import read_addressee
from chalicelib.services.member_invitations.holding import HoldingDeps
from chalicelib.services.member_invitations.links import hash_token, new_token
from chalicelib.services.member_invitations.room import OPEN_OF_ONE, clear_address, find_room
from chalicelib.services.member_invitations.telling import take_back, tell_invited
from chalicelib.store import keys
from chalicelib.store.guards import Guards
from chalicelib.store.member_invitations import Change
from chalicelib.store.members import Members, check_session
from chalicelib.store.projects import check_project
from chalicelib.store.suppressions import Suppressions
from chalicelib.store.transact import Transaction

ADDRESSES = 50  # in one request
_BY_HAND: Collection[MailState] = ("held", "undeliverable", "stopped")  # sent again, it is a link to pass on
_TRIES = 8
_MOVED = "Others are inviting people there right now; try again"

Outcome = Literal["sent", "no_mail", "member", "refused"]
Place = SessionView | ProjectView


class InvitingDeps(Struct, frozen=True):
    """What inviting members works with. `has_mail`: whether mails are sent at all."""

    holding: HoldingDeps
    members: Members
    guards: Guards
    sending: SendingDeps
    jobs: Jobs
    has_mail: bool


class InvitedMember(Struct, frozen=True):
    """What came of one address; `token` is what its link carries, known this once, where no mail brings it."""

    email: str
    role: GivenRole
    outcome: Outcome
    invitation: MemberInvitation | None = None
    token: str = ""


class Wanted(Struct, frozen=True):
    """Whom a host wants to have as what, and how they say it."""

    emails: Sequence[str]
    role: GivenRole
    message: str | None
    language: str


def subject_of(place: Place) -> Subject:
    """What invitations there are to."""
    if isinstance(place, SessionView):
        return Subject("session", place.session.id)
    return Subject("project", place.project.id)


def invite_members(
    place: Place, wanted: Wanted, *, user_id: str, deps: InvitingDeps, now: datetime, new_id: Callable[[], str]
) -> list[InvitedMember]:
    """Invite these addresses, and have mails sent; tells of each, once, what came of it.

    Raises Forbidden for a role above one's own, RateLimited for too many on a day, Unprocessable where there would be too many.
    """
    require_may_give(place, wanted.role)
    found = _addressed(wanted.emails, deps.holding.secret)
    named = {it: email for it, email in found.items() if email}
    members = _addresses_of_members(place, wanted.role, deps)
    asked = {it: email for it, email in named.items() if it not in members}
    if asked:
        require_invite_pace(user_id, len(asked), guards=deps.guards, secret=deps.holding.secret, now=now)
    silent = _find_silent(place, asked, deps)
    ids = {it: new_id() for it in asked}
    made, full = _store_new(place, _Asked(asked, ids, silent, wanted, user_id), deps, now)
    new = [it for it, _ in made.values()]
    tell_invited(subject_of(place), new, accounts=deps.holding.accounts, deps=deps.holding.notifications)
    _ask(subject_of(place), [it.id for it in new if it.mail == "waiting"], deps, now)
    told = []
    for it, email in found.items():
        if it in made:
            invitation, token = made[it]
            told.append(InvitedMember(invitation.email, wanted.role, _outcome(invitation), invitation, token))
        else:
            outcome: Outcome = "member" if it in named and it not in full else "refused"
            told.append(InvitedMember(email or it, wanted.role, outcome))
    return told


def list_member_invitations(place: Place, *, deps: InvitingDeps, now: datetime) -> list[tuple[MemberInvitation, bool]]:
    """The open invitations, the first one first, and of each whether it holds, by who may invite there."""
    found = deps.holding.store.of(subject_of(place)).open(now)
    if not found:
        return []
    roles = _roles(place, deps)
    people = deps.holding.accounts.people({it.invited_by for it in found})
    may = {it for it, user in people.items() if not user.disabled_at and is_at_least(roles.get(it), "admin")}
    return [(it, it.invited_by in may) for it in sorted(found, key=lambda it: (it.created_at, it.id))]


def _roles(place: Place, deps: InvitingDeps) -> dict[str, Role]:
    """The roles of everybody there, the highest of each."""
    if isinstance(place, SessionView):
        listed = list_session_members(place.session, members=deps.members, projects=deps.holding.projects)
        return {it.member.user_id: it.member.role for it in listed}
    return {it.user_id: it.role for it in deps.holding.projects.members(place.project.id)}


def require_may_give(place: Place, role: GivenRole) -> None:
    """Raises Forbidden unless whoever has this place may invite somebody there as this."""
    if not is_at_least(place.role, "admin") or not is_at_least(place.role, role):
        raise Forbidden(IN_SESSION if isinstance(place, SessionView) else IN_PROJECT)


def resend_member_invitation(
    place: Place, invitation_id: str, *, user_id: str, deps: InvitingDeps, now: datetime
) -> tuple[MemberInvitation, str]:
    """Make a new link, for fourteen days from now, and have it mailed, or give what it carries, where no mail goes there; the earlier
    one ends. From then on it is the invitation of whoever sends it again.

    Raises NotFound without one that is open.
    """
    subject = subject_of(place)
    require_invite_pace(user_id, 1, guards=deps.guards, secret=deps.holding.secret, now=now)
    for _ in range(_TRIES):
        before = deps.holding.store.of(subject)
        found = _require_open(before, invitation_id, now)
        require_may_give(place, found.role)
        address_hash = hash_address(found.email, deps.holding.secret)
        is_silent = found.mail in _BY_HAND or bool(_find_silent(place, [address_hash], deps))
        again, token = _renewed(replace(found, invited_by=user_id), is_silent, deps, now)
        after = [again if it.id == again.id else it for it in before.invitations]
        room = find_room(subject, [address_hash], user_id, deps=deps.holding, now=now)
        if found.invited_by != user_id and address_hash in room.crowded:
            raise Unprocessable(f"You have {OPEN_OF_ONE} open invitations to this address, the most there can be")
        change = Change(after, added=[address_hash], inviter=user_id, inviter_changes=room.changes)
        failed = deps.holding.store.write(subject, before, change, now, lambda write: _check_place(write, subject))
        if not failed:
            _ask(subject, [again.id] if again.mail == "waiting" else [], deps, now)
            return again, token
        _require_place(subject, failed)
    raise Conflict(_MOVED)


def withdraw_member_invitation(place: Place, invitation_id: str, *, deps: InvitingDeps, now: datetime) -> None:
    """Take an invitation back. Raises NotFound without one that is open."""
    end_invitation(subject_of(place), invitation_id, "withdrawn", deps=deps.holding, now=now)


def end_invitation(subject: Subject, invitation_id: str, answer: Answer, *, deps: HoldingDeps, now: datetime) -> None:
    """Note what became of an open invitation; nothing but that is kept of it. Raises NotFound without one."""
    for _ in range(_TRIES):
        before = deps.store.of(subject)
        found = _require_open(before, invitation_id, now)
        after = [answered(it, answer) if it.id == found.id else it for it in before.invitations]
        change = Change(after, dropped=[hash_address(found.email, deps.secret)])
        if not deps.store.write(subject, before, change, now):
            take_back(subject, found, accounts=deps.accounts, deps=deps.notifications)
            return
    raise Conflict(_MOVED)


def answered(invitation: MemberInvitation, answer: Answer) -> MemberInvitation:
    """What is kept of an invitation, once there is an answer: no address, no words, and the hash of its link."""
    return replace(invitation, answer=answer, email="", message=None, invited_by="", mail="no_mail")


def _require_open(stored: MemberInvitations, invitation_id: str, now: datetime) -> MemberInvitation:
    found = stored.find(invitation_id)
    if found is None or not found.is_open(now):
        raise NotFound("Invitation not found")
    return found


def _addressed(emails: Sequence[str], secret: bytes) -> dict[str, str]:
    """The addresses by their hashes, each once; for what is none, the text itself, with nothing."""
    found: dict[str, str] = {}
    for text in emails:
        who = read_addressee(text)
        found.setdefault(hash_address(who.email, secret) if who else text.strip(), who.email if who else "")
    return found


def _addresses_of_members(place: Place, role: GivenRole, deps: InvitingDeps) -> set[str]:
    """The hashes of the addresses that have a role of their own there, or as high a one by a project."""
    if isinstance(place, SessionView):
        listed = list_session_members(place.session, members=deps.members, projects=deps.holding.projects)
        there = {it.member.user_id for it in listed if it.own_role or is_at_least(it.member.role, role)}
    else:
        there = {it.user_id for it in deps.holding.projects.members(place.project.id)}
    people = deps.holding.accounts.people(there)
    return {hash_address(user.email, deps.holding.secret) for user in people.values()}


def _find_silent(place: Place, address_hashes: Collection[str], deps: InvitingDeps) -> set[str]:
    """The hashes of those that no mail is to go to, about this."""
    if not deps.has_mail:
        return set(address_hashes)
    suppressions: Suppressions = deps.sending.suppressions
    found = set(suppressions.find_each(list(address_hashes))) if address_hashes else set()
    subject = subject_of(place)
    return found | suppressions.stopped_in(subject.id, of_project=subject.kind == "project") & set(address_hashes)


Made = dict[str, tuple[MemberInvitation, str]]


class _Asked(Struct, frozen=True):
    """Whom somebody invites: addresses by their hashes, each with the id that a new invitation of theirs gets; the hashes of those that no
    mail goes to."""

    addresses: dict[str, str]
    ids: dict[str, str]
    silent: set[str]
    wanted: Wanted
    user_id: str


def _store_new(place: Place, asked: _Asked, deps: InvitingDeps, now: datetime) -> tuple[Made, set[str]]:
    """Store invitations for these addresses; gives them with what their links carry, and the hashes of addresses that can have no more."""
    subject, full, cleared = subject_of(place), set[str](), set[str]()
    for _ in range(_TRIES):
        before = deps.holding.store.of(subject)
        room = find_room(subject, asked.addresses, asked.user_id, deps=deps.holding, now=now)
        refused = full | room.crowded
        made = _make(before, asked, refused, deps, now)
        if not made:
            return made, refused
        renewed = {it.id for it, _ in made.values()}
        after = [*(it for it in before.invitations if it.id not in renewed), *(it for it, _ in made.values())]
        change = Change(after, added=list(made), inviter=asked.user_id, inviter_changes=room.changes)
        failed = deps.holding.store.write(subject, before, change, now, lambda write: _check_place(write, subject))
        if not failed:
            return made, refused
        _require_place(subject, failed)
        full |= failed & cleared  # there was no place to forget
        for address_hash in failed & made.keys():
            clear_address(address_hash, deps=deps.holding, now=now)
            cleared.add(address_hash)
    raise Conflict(_MOVED)


def _make(
    before: MemberInvitations, asked: _Asked, refused: Collection[str], deps: InvitingDeps, now: datetime
) -> Made:
    """The invitations that come, beside those there are. Raises Unprocessable for too many."""
    standing = {hash_address(it.email, deps.holding.secret): it for it in before.open(now)}
    made: Made = {}
    for place, (address_hash, email) in enumerate(asked.addresses.items()):
        if address_hash in refused:
            continue
        entered = now + timedelta(microseconds=place)  # a list has them in the order in which they were given
        new = _new(email, standing.get(address_hash), asked.ids[address_hash], asked, entered)
        is_silent = address_hash in asked.silent or new.mail == "stopped"
        made[address_hash] = _renewed(new, is_silent, deps, now)
    if len(standing.keys() | made.keys()) > OPEN_INVITATIONS:
        raise Unprocessable(f"emails: there are at most {OPEN_INVITATIONS} open invitations")
    return made


def _check_place(write: Transaction, subject: Subject) -> None:
    if subject.kind == "session":
        check_session(write, subject.id)
    else:
        check_project(write, subject.id)


def _require_place(subject: Subject, failed: Collection[str]) -> None:
    """Raises NotFound where one of these conditions that did not hold is that what somebody is invited to is there."""
    if keys.SESSION in failed or keys.PROJECT in failed:
        raise NotFound("Session not found" if subject.kind == "session" else "Project not found")


def _new(email: str, known: MemberInvitation | None, new_id: str, asked: _Asked, now: datetime) -> MemberInvitation:
    return MemberInvitation(
        known.id if known else new_id,
        asked.wanted.role,
        asked.user_id,
        now,
        now + VALID,
        asked.wanted.language,
        email,
        asked.wanted.message,
        mail="stopped" if known and known.mail == "stopped" else "no_mail",
    )


def _renewed(
    invitation: MemberInvitation, is_silent: bool, deps: InvitingDeps, now: datetime
) -> tuple[MemberInvitation, str]:
    """The invitation with fourteen days from now: its link is made when the mail is written, or now, where none is."""
    if not is_silent:
        return replace(invitation, expires_at=now + VALID, token="", mail="waiting"), ""
    token = new_token()
    mail: MailState = "undeliverable" if deps.has_mail else "no_mail"
    mail = invitation.mail if invitation.mail in _BY_HAND else mail
    hashed = hash_token(token, invitation.id, deps.holding.secret)
    return replace(invitation, expires_at=now + VALID, token=hashed, mail=mail), token


def _outcome(invitation: MemberInvitation) -> Outcome:
    return "sent" if invitation.mail == "waiting" else "no_mail"


def _ask(subject: Subject, invitation_ids: Sequence[str], deps: InvitingDeps, now: datetime) -> None:
    """Have the mails sent, ten asked for in a call. Raises Unavailable: what is not sent then, its host sends again."""
    jobs = [SendMemberInvitation(subject.kind, subject.id, it) for it in invitation_ids]
    for first in range(0, len(jobs), IN_ONE_CALL):
        try:
            deps.jobs.ask_all(jobs[first : first + IN_ONE_CALL], now)
        except Unavailable as error:
            raise Unavailable("The mails could not be sent; send the invitations again in a moment") from error


def roles_to_give(role: Role | None) -> tuple[GivenRole, ...]:
    """The roles that somebody with this one may invite to."""
    given: tuple[GivenRole, ...] = ("viewer", "editor", "admin")
    return given if is_at_least(role, "admin") else ()
