"""Inviting people to take part in a session: by mail, and where none is sent, by a link that their host passes on.

An address is invited once, whatever its case. Whether a mail goes out is decided by the job that sends it, when it does.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, Invalid, NotFound, RateLimited, Unavailable, Unprocessable
from chalicelib.model import Session, Thread
from chalicelib.model.invitations import Invitation
from chalicelib.model.jobs import SendInvitation
from chalicelib.observability import log_failure
from chalicelib.queues import IN_ONE_CALL, Jobs
from chalicelib.services.conversations.request_context import require_open
from chalicelib.services.delivery.sending import SendingDeps, hash_address
from chalicelib.services.invitations.addresses import Addressee, read_addressee
from chalicelib.services.invitations.progress import (
    Counts,
    Progress,
    count_progress,
    is_private,
    read_threads,
    tell_progress,
)
from chalicelib.services.participants.invited import invitation_id_for
from chalicelib.store.accounts import Accounts
from chalicelib.store.conversations import Conversations
from chalicelib.store.invitations import Invitations, Moved
from chalicelib.store.sessions import Sessions

MOST = 1_000  # in one session
DAY = timedelta(days=1)
_TRIES = 5
_LOOKED_UP = 100  # addresses, in one read

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
    """What came of one address that a host gave. Without an invitation it is none; `has_link`: the host may get its link."""

    email: str
    outcome: Outcome
    invitation_id: str | None = None
    has_link: bool = False


class Page(Struct, frozen=True):
    """A page of the people invited to a session, of how many there are, and how far all have come, where that may be told;
    `can_remind`: whether there is somebody among all of them to remind, as far as that may be told."""

    people: list[Progress]
    total: int
    counts: Counts | None
    can_remind: bool


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

    Raises Invalid where the session takes nobody, or nothing could bring the links, Unprocessable where it would have too many
    invitations.
    """
    require_open(session, now)
    if session.anonymous and not deps.has_mail:
        raise Invalid("Personal links to an anonymous session go by mail only, and no mails are sent here")
    found = [(text, read_addressee(text)) for text in given]
    named = [(who, invitation_id_for(deps.secret, session.id, who.email)) for _, who in found if who]
    silent = _find_silent(session.id, [who.email for who, _ in named], deps)

    def make(who: Addressee, invitation_id: str, before: Invitation | None, entered: datetime) -> Invitation:
        created_at = before.created_at if before else entered
        made = Invitation(invitation_id, who.email, user_id, created_at, who.name, message)
        is_mailed = deps.has_mail and who.email not in silent
        return replace(made, wanted="invitation", wanted_at=now) if is_mailed else made

    known, added = _store_new(session.id, named, make, deps.invitations, now)
    waiting = [it for _, it in named if it in known and known[it].wanted and not known[it].removed]
    _ask(session.id, [*waiting, *(it for it, made in added.items() if made.wanted)], deps, now)
    private = {it for it, invitation in (known | added).items() if is_private(session, invitation)}
    told = _tell_outcomes(found, [it for _, it in named], added, deps)
    return [replace(it, has_link=it.invitation_id is not None and it.invitation_id not in private) for it in told]


def _store_new(
    session_id: str,
    named: Sequence[tuple[Addressee, str]],
    make: Callable[[Addressee, str, Invitation | None, datetime], Invitation],
    invitations: Invitations,
    now: datetime,
) -> tuple[dict[str, Invitation], dict[str, Invitation]]:
    """Store invitations for those of these who have none; returns those that there were, and those that came, by their ids. Raises
    Unprocessable where there would be too many."""
    added = dict[str, Invitation]()
    for _ in range(_TRIES):
        revision = invitations.revision(session_id)
        known = {it.id: it for it in invitations.all(session_id) if it.id not in added}
        standing = {it for it, invitation in known.items() if not invitation.removed}
        if len(standing | added.keys() | {invitation_id for _, invitation_id in named}) > MOST:
            raise Unprocessable(f"emails: a session has at most {MOST:,} invitations")
        new = dict[str, Invitation]()
        for place, (who, invitation_id) in enumerate(named):
            if invitation_id in standing or invitation_id in added or invitation_id in new:
                continue
            entered = now + timedelta(microseconds=place)  # a list has them in the order in which they were given
            # One that was removed is counted on: nothing is told of it now either.
            new[invitation_id] = make(who, invitation_id, known.get(invitation_id), entered)
        try:
            done = invitations.add(session_id, list(new.values()), revision)
        except Moved as error:
            added |= {it: new[it] for it in error.done}
            continue
        return known, added | {it: new[it] for it in new if it in done}
    raise Conflict("Others are inviting people to this session right now; try again")


def _tell_outcomes(
    found: Sequence[tuple[str, Addressee | None]],
    ids: Sequence[str],
    added: dict[str, Invitation],
    deps: InvitationDeps,
) -> list[Invited]:
    """Returns what came of each address; of one that was given twice, the second time that it is invited already."""
    told, left, ids_left = list[Invited](), dict(added), iter(ids)
    for text, who in found:
        if who is None:
            told.append(Invited(text, "refused"))
            continue
        invitation_id = next(ids_left)
        made = left.pop(invitation_id, None)
        if made is None:
            outcome: Outcome = "already"
        else:
            outcome = "sent" if made.wanted else "suppressed" if deps.has_mail else "no_mail"
        told.append(Invited(who.email, outcome, invitation_id))
    return told


def list_people(session: Session, limit: int, offset: int, *, deps: InvitationDeps) -> Page:
    """Returns a page of those who are invited, the first one first."""
    everybody = deps.invitations.all(session.id)
    threads = read_threads(session, everybody, conversations=deps.conversations, secret=deps.secret)
    standing = [it for it in everybody if not it.removed]
    shown = standing[offset : offset + limit]
    silent = _find_silent(session.id, [it.email for it in shown], deps)
    people = [tell_progress(session, it, threads.get(it.id), silent.get(it.email)) for it in shown]
    missing = [it.email for it in standing if is_to_be_reminded(session, it, threads, {})]
    parts = (missing[first : first + _LOOKED_UP] for first in range(0, len(missing), _LOOKED_UP))
    can_remind = any(set(part) - _find_silent(session.id, part, deps).keys() for part in parts)
    return Page(people, len(standing), count_progress(session, everybody, threads), can_remind)


def find_person(session: Session, invitation_id: str, *, deps: InvitationDeps) -> Progress:
    """Returns how far one invited person has come. Raises NotFound."""
    found = deps.invitations.find(session.id, invitation_id)
    if found is None or found.removed:
        raise NotFound("Invitation not found")
    threads = read_threads(session, [found], conversations=deps.conversations, secret=deps.secret)
    silent = _find_silent(session.id, [found.email], deps)
    return tell_progress(session, found, threads.get(found.id), silent.get(found.email))


def resend(session: Session, invitation_id: str, *, deps: InvitationDeps, now: datetime) -> None:
    """Have the mail sent once more. Raises Invalid where that is of no use, RateLimited within a day of the last one.

    Where nothing may tell whether somebody has joined, they get the mail all the same.
    """
    person = find_person(session, invitation_id, deps=deps)
    require_mail(deps)
    require_open(session, now)
    if person.state in ("joined", "complete"):
        raise Invalid("This person has joined already")
    if person.state in ("bounced", "stopped"):
        raise Invalid("No mail can be sent to this address")
    last = max(filter(None, (person.invitation.sent_at, person.invitation.reminded_at)), default=None)
    if last is not None and now < last + DAY:
        wait = (last + DAY - now).total_seconds()
        raise RateLimited(f"An address gets at most one mail a day; try again in {round(wait)} seconds", wait)
    if not deps.invitations.want(session.id, invitation_id, "invitation", now):
        raise NotFound("Invitation not found")
    _ask(session.id, [invitation_id], deps, now)


def remind(session: Session, *, deps: InvitationDeps, now: datetime) -> int | None:
    """Have those reminded, once each, who got an invitation and have not joined; returns how many these are.

    Where nothing may tell who has joined, everybody is noted as to be reminded, and whether a mail goes out is decided when it is
    about to: so what is stored, and shown of it, is the same whoever is missing. The number is None then.
    """
    require_mail(deps)
    require_open(session, now)
    everybody = [it for it in deps.invitations.all(session.id) if not it.removed]
    threads = read_threads(session, everybody, conversations=deps.conversations, secret=deps.secret)
    silent = _find_silent(session.id, [it.email for it in everybody], deps)
    missing = [it for it in everybody if is_to_be_reminded(session, it, threads, silent)]
    found = deps.invitations.want_reminders(session.id, missing, now)
    _ask(session.id, [it.id for it in missing if it.id in found], deps, now)
    return None if any(is_private(session, it) for it in everybody) else len(found)


def is_to_be_reminded(
    session: Session, invitation: Invitation, threads: Mapping[str, Thread], silent: Mapping[str, str]
) -> bool:
    """Whether somebody was written to, was not reminded and, as far as that may be told, has not joined, and nothing stands
    against it. `silent` are the addresses that get no mails."""
    is_over = invitation.reminded_at is not None or invitation.refused or invitation.email in silent
    is_missing = is_private(session, invitation) or invitation.id not in threads
    return invitation.sent_at is not None and invitation.wanted is None and not is_over and is_missing


def remove(session: Session, invitation_id: str, *, deps: InvitationDeps) -> None:
    """Remove an invitation: its link lets nobody join any more. Who has joined goes on. Raises NotFound."""
    found = deps.invitations.find(session.id, invitation_id)
    is_counted = found is not None and is_private(session, found)
    if found is None or not deps.invitations.remove(session.id, invitation_id, is_counted=is_counted):
        raise NotFound("Invitation not found")


def require_mail(deps: InvitationDeps) -> None:
    """Raises Invalid where no mails are sent."""
    if not deps.has_mail:
        raise Invalid("No mails are sent here: pass the personal links on by hand")


def _find_silent(session_id: str, addresses: Sequence[str], deps: InvitationDeps) -> dict[str, str]:
    """Why addresses get no mails about a session, of those that get none."""
    hashes = {address: hash_address(address, deps.secret) for address in addresses}
    if not hashes:
        return {}
    stopped = dict.fromkeys(deps.sending.suppressions.stopped_in(session_id), "stopped")
    found = stopped | deps.sending.suppressions.find_each(list(hashes.values()))
    return {address: found[it] for address, it in hashes.items() if it in found}


def _ask(session_id: str, invitation_ids: Sequence[str], deps: InvitationDeps, now: datetime) -> None:
    """Have the mails sent, ten asked for in a call; where the queue is out of reach, the sweep finds that the others are due."""
    jobs = [SendInvitation(session_id, it) for it in dict.fromkeys(invitation_ids)]
    try:
        for first in range(0, len(jobs), IN_ONE_CALL):
            deps.jobs.ask_all(jobs[first : first + IN_ONE_CALL], now)
    except Unavailable as error:
        log_failure("mails have to wait for the sweep", error, session_id=session_id)
