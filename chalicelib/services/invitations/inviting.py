"""Inviting people to take part in a session: by mail, and where none is sent, by a link that their host passes on.

An address is invited once, whatever its case. Whether a mail goes out is decided by the job that sends it, when it does.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Invalid, NotFound, RateLimited, Unprocessable
from chalicelib.model import Session
from chalicelib.model.invitations import Invitation
from chalicelib.model.jobs import SendInvitation
from chalicelib.queues import Jobs
from chalicelib.services.conversations.request_context import require_open
from chalicelib.services.delivery.sending import SendingDeps, hash_address
from chalicelib.services.invitations.addresses import read_addressee
from chalicelib.services.invitations.progress import (
    Counts,
    Progress,
    count_progress,
    read_threads,
    tell_progress,
)
from chalicelib.services.participants.invited import invitation_id_for
from chalicelib.store.accounts import Accounts
from chalicelib.store.conversations import Conversations
from chalicelib.store.invitations import Invitations
from chalicelib.store.sessions import Sessions

MOST = 1_000  # in one session
DAY = timedelta(days=1)

Outcome = Literal["sent", "no_mail", "already", "refused", "suppressed"]


class InvitationDeps(Struct, frozen=True):
    """What inviting people works with. `has_mail`: whether mails are sent at all; `with_script`: whether people talk with a script."""

    invitations: Invitations
    sessions: Sessions
    conversations: Conversations
    accounts: Accounts
    sending: SendingDeps
    jobs: Jobs
    secret: bytes
    has_mail: bool
    with_script: bool


class Invited(Struct, frozen=True):
    """What came of one address that a host gave. Without an invitation it is none."""

    email: str
    outcome: Outcome
    invitation_id: str | None = None


class Page(Struct, frozen=True):
    """A page of the people invited to a session, of how many there are, and how far all have come, where that may be told."""

    people: list[Progress]
    total: int
    counts: Counts | None


def invite(
    session: Session,
    given: Sequence[str],
    message: str | None,
    *,
    user_id: str,
    deps: InvitationDeps,
    now: datetime,
) -> list[Invited]:
    """Invite these addresses, and have mails sent to those that were not invited before; tell of each what came of it.

    Raises Invalid where the session takes nobody, Unprocessable where it would have too many invitations.
    """
    require_open(session, now)
    known = {it.id: it for it in deps.invitations.all(session.id)}
    found = [(text, read_addressee(text)) for text in given]
    ids = [invitation_id_for(deps.secret, session.id, it.email) if it else None for _, it in found]
    standing = {named for named, it in known.items() if not it.removed}
    if len(standing | {named for named in ids if named}) > MOST:
        raise Unprocessable(f"emails: a session has at most {MOST:,} invitations")
    suppressed = _suppressed([it.email for _, it in found if it], deps)
    told, wanted = list[Invited](), [named for named in ids if named in known and known[named].wanted]
    for place, ((text, who), named) in enumerate(zip(found, ids, strict=True)):
        if who is None or named is None:
            told.append(Invited(text, "refused"))
            continue
        entered = now + timedelta(microseconds=place)  # a list has them in the order in which they were given
        has_stopped = (
            named in known and known[named].stopped
        )  # whoever removes an invitation takes that back for nobody
        new = Invitation(named, who.email, user_id, entered, who.name, message, stopped=has_stopped)
        if deps.has_mail and who.email not in suppressed and not has_stopped:
            new = replace(new, wanted="invitation", wanted_at=now)
        outcome: Outcome = "already"
        if named not in standing and deps.invitations.add(session.id, new):
            outcome = "sent" if new.wanted else "suppressed" if deps.has_mail else "no_mail"
            wanted += [named] if new.wanted else []
        standing.add(named)
        told.append(Invited(who.email, outcome, named))
    _ask(session.id, [it for it in wanted if it], deps, now)
    return told


def list_people(session: Session, limit: int, offset: int, *, deps: InvitationDeps) -> Page:
    """Returns a page of those who are invited, the first one first."""
    everybody = deps.invitations.all(session.id)
    threads = read_threads(session.id, everybody, conversations=deps.conversations, secret=deps.secret)
    standing = [it for it in everybody if not it.removed]
    shown = standing[offset : offset + limit]
    suppressed = _suppressed([it.email for it in shown], deps)
    people = [tell_progress(session, it, threads.get(it.id), suppressed.get(it.email)) for it in shown]
    return Page(people, len(standing), count_progress(session, everybody if session.anonymous else standing, threads))


def find_person(session: Session, invitation_id: str, *, deps: InvitationDeps) -> Progress:
    """Returns how far one invited person has come. Raises NotFound."""
    found = deps.invitations.find(session.id, invitation_id)
    if found is None or found.removed:
        raise NotFound("Invitation not found")
    threads = read_threads(session.id, [found], conversations=deps.conversations, secret=deps.secret)
    return tell_progress(session, found, threads.get(found.id), _suppressed([found.email], deps).get(found.email))


def resend(session: Session, invitation_id: str, *, deps: InvitationDeps, now: datetime) -> None:
    """Have the mail sent once more. Raises Invalid where that is of no use, RateLimited within a day of the last one.

    Of an anonymous session nothing tells whether somebody has joined: they get the mail all the same.
    """
    require_mail(deps)
    require_open(session, now)
    person = find_person(session, invitation_id, deps=deps)
    if person.state in ("joined", "complete"):
        raise Invalid("This person has joined already")
    if person.state in ("bounced", "stopped"):
        raise Invalid("No mail can be sent to this address")
    last = _last_mail(session, person.invitation, deps)
    if last is not None and now < last + DAY:
        wait = (last + DAY - now).total_seconds()
        raise RateLimited(f"An address gets at most one mail a day; try again in {round(wait)} seconds", wait)
    if not deps.invitations.want(session.id, invitation_id, "invitation", now):
        raise NotFound("Invitation not found")
    _ask(session.id, [invitation_id], deps, now)


def remind(session: Session, *, deps: InvitationDeps, now: datetime) -> int | None:
    """Have those reminded, once each, who got an invitation and have not joined; returns how many these are, None in an anonymous
    session: where one person can be reminded, the number would tell whether they have joined."""
    require_mail(deps)
    require_open(session, now)
    everybody = [it for it in deps.invitations.all(session.id) if not it.removed]
    threads = read_threads(session.id, everybody, conversations=deps.conversations, secret=deps.secret)
    suppressed = _suppressed([it.email for it in everybody], deps)
    missing = [it for it in everybody if is_to_be_reminded(it) and it.id not in threads and it.email not in suppressed]
    found = [it.id for it in missing if deps.invitations.want(session.id, it.id, "reminder", now)]
    _ask(session.id, found, deps, now)
    return None if session.anonymous else len(found)


def is_to_be_reminded(invitation: Invitation) -> bool:
    """Whether somebody was written to, and was not reminded, and nothing stands against it."""
    is_over = invitation.reminded_at is not None or invitation.refused or invitation.stopped
    return invitation.sent_at is not None and invitation.wanted is None and not is_over


def remove(session: Session, invitation_id: str, *, deps: InvitationDeps) -> None:
    """Remove an invitation: its link lets nobody join any more. Who has joined goes on. Raises NotFound."""
    if not deps.invitations.remove(session.id, invitation_id, is_counted=session.anonymous):
        raise NotFound("Invitation not found")


def require_mail(deps: InvitationDeps) -> None:
    """Raises Invalid where no mails are sent."""
    if not deps.has_mail:
        raise Invalid("No mails are sent here: pass the personal links on by hand")


def _last_mail(session: Session, invitation: Invitation, deps: InvitationDeps) -> datetime | None:
    """When an address got its last mail, or in an anonymous session anybody a reminder: whoever got one has not joined."""
    asked = deps.invitations.all(session.id) if session.anonymous else [invitation]
    return max(filter(None, (invitation.sent_at, *(it.reminded_at for it in asked))), default=None)


def _suppressed(addresses: Sequence[str], deps: InvitationDeps) -> dict[str, str]:
    """Why addresses get no mails, of those that get none."""
    hashes = {address: hash_address(address, deps.secret) for address in addresses}
    found = deps.sending.suppressions.find_each(list(hashes.values())) if hashes else {}
    return {address: found[it] for address, it in hashes.items() if it in found}


def _ask(session_id: str, invitation_ids: Sequence[str], deps: InvitationDeps, now: datetime) -> None:
    """Have the mails sent; where the queue is out of reach, the sweep finds that they are due."""
    for invitation_id in dict.fromkeys(invitation_ids):
        deps.jobs.ask_or_leave(SendInvitation(session_id, invitation_id), now)
