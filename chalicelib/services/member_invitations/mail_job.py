"""The job that writes to somebody who is invited to be a member: whether it does is decided when it is about to.

The link is made then, so that nothing but its hash is stored, and nothing but ids is in a queue. Written once more, it replaces the one
before. An address gets five such mails on a day, whoever asks for them; one that was not taken does not count.
"""

from datetime import datetime, timedelta
from typing import cast

from msgspec.structs import replace

from chalicelib.errors import Conflict, HarmonicaError, NotFound, Unavailable
from chalicelib.mail import Mail, MailRefused
from chalicelib.model.jobs import SendMemberInvitation
from chalicelib.model.member_invitations import MailState, MemberInvitation, Subject, SubjectKind
from chalicelib.observability import MAIL_UNDELIVERABLE, logger
from chalicelib.queues import IN_ONE_CALL, Jobs
from chalicelib.services.access.rate_limits import count_member_invitation_to, uncount_member_invitation_to
from chalicelib.services.delivery.mails import role_in, write_mail
from chalicelib.services.delivery.sending import hash_address, may_write, send
from chalicelib.services.delivery.stop_links import StopLink, make_stop_url
from chalicelib.services.member_invitations.holding import Held, InvitationOver, require_held
from chalicelib.services.member_invitations.inviting import InvitingDeps
from chalicelib.services.member_invitations.links import (
    hash_token,
    member_invitation_url,
    name_invitation,
    new_token,
    read_name,
)
from chalicelib.store.member_invitations import Change, MemberInvitationStore
from chalicelib.text.locales import format_moment

MAILS_AN_ADDRESS = 5  # on a day (UTC)
AGAIN, REFUSED_AGAIN = timedelta(hours=1), timedelta(days=1)  # after which the sweep asks for what was not sent
_TRIES = 8
_MAILS = {"session": "member_invitation", "project": "project_invitation"}


def send_member_invitation(job: SendMemberInvitation, *, public_url: str, deps: InvitingDeps, now: datetime) -> None:
    """Send the mail that an invitation waits for, once.

    Raises NotFound where there is nothing to do, Unavailable where the mail service does not answer, MailRefused where an operator has
    to mend something: then it waits for that.
    """
    subject = Subject(cast(SubjectKind, job.kind), job.subject_id)
    held = _find_due(subject, job.invitation_id, deps, now)
    email = held.invitation.email
    session_id, project_id = (subject.id if subject.kind == kind else "" for kind in ("session", "project"))
    if not may_write(email, deps=deps.sending, session_id=session_id, project_id=project_id):
        _note(subject, held.invitation, "undeliverable", "", deps, now)
        return
    secret = deps.holding.secret
    address_hash = hash_address(email, secret)
    written = count_member_invitation_to(address_hash, guards=deps.guards, secret=secret, now=now)
    try:
        if written > MAILS_AN_ADDRESS:
            _note(subject, held.invitation, "held", "", deps, now)
        elif _send(subject, held, public_url, deps, now):
            return
    except (HarmonicaError, MailRefused):
        uncount_member_invitation_to(address_hash, guards=deps.guards, secret=secret, now=now)
        raise
    uncount_member_invitation_to(address_hash, guards=deps.guards, secret=secret, now=now)


def _send(subject: Subject, held: Held, public_url: str, deps: InvitingDeps, now: datetime) -> bool:
    """Send the mail; False where none can be delivered there. Raises as the job does."""
    token, secret = new_token(), deps.holding.secret
    # Noted before it is sent, so that none goes twice; what is sent then has the link that is stored.
    if not _note(subject, held.invitation, "sent", hash_token(token, held.invitation.id, secret), deps, now):
        raise NotFound("No mail is to be sent any more")
    try:
        send(_write(held, token, public_url, secret), deps=deps.sending)
    except MailRefused as error:
        if error.is_of_address:
            logger.info("no mail can be sent there", extra={"event": MAIL_UNDELIVERABLE})
            _note(subject, held.invitation, "undeliverable", "", deps, now, waited="sent")
            return False
        logger.error("mail refused", extra={"code": error.code})
        again = now + REFUSED_AGAIN
        _note(subject, held.invitation, "waiting", "", deps, now, waited="sent", again=again)
        raise
    except Unavailable:
        _note(subject, held.invitation, "waiting", "", deps, now, waited="sent", again=now + AGAIN)
        raise
    return True


def ask_for_waiting(subject: Subject, *, store: MemberInvitationStore, jobs: Jobs, now: datetime) -> None:
    """Ask once more for the mails that wait, of which a message was lost, or the mail service took none. Raises Unavailable."""
    stored = store.of(subject)
    waiting = [it.id for it in stored.open(now) if it.mail == "waiting"]
    if not waiting:
        store.stop_waiting(subject, stored)
    for first in range(0, len(waiting), IN_ONE_CALL):
        some = waiting[first : first + IN_ONE_CALL]
        jobs.ask_all([SendMemberInvitation(subject.kind, subject.id, it) for it in some], now)


def stop_mails(stop: StopLink, *, deps: InvitingDeps, now: datetime) -> None:
    """Have no more mails sent to this address about the session, or the project, that it is invited to, whoever invites it there again.
    The invitation holds on: stopping is no answer."""
    named = read_name(stop.subject)
    if named is None:
        return
    suppressions = deps.sending.suppressions
    stop_there = suppressions.stop if named.subject.kind == "session" else suppressions.stop_in_project
    stop_there(named.subject.id, stop.address_hash, now)
    found = deps.holding.store.of(named.subject).find(named.id)
    if found and found.answer == "open" and hash_address(found.email, deps.holding.secret) == stop.address_hash:
        _note(named.subject, found, "stopped", found.token, deps, now, waited=found.mail)


def _find_due(subject: Subject, invitation_id: str, deps: InvitingDeps, now: datetime) -> Held:
    invitation = deps.holding.store.of(subject).find(invitation_id)
    try:
        held = require_held(subject, invitation, deps=deps.holding, now=now)
    except InvitationOver as error:
        raise NotFound("No mail is to be sent") from error
    if held.invitation.mail != "waiting" or not deps.has_mail:
        raise NotFound("No mail is to be sent")
    return held


def _note(
    subject: Subject,
    invitation: MemberInvitation,
    mail: MailState,
    token: str,
    deps: InvitingDeps,
    now: datetime,
    *,
    waited: MailState = "waiting",
    again: datetime | None = None,
) -> bool:
    """Store what becomes of the mail, and the hash of the link in it; False where the invitation is not as it `waited` any more. One that
    waits on is asked for by the sweep, `again` at that time."""
    for _ in range(_TRIES):
        before = deps.holding.store.of(subject)
        found = before.find(invitation.id)
        if found is None or not found.is_open(now) or found.mail != waited or found.created_at != invitation.created_at:
            return False
        noted = replace(found, mail=mail, token=token)
        after = [noted if it.id == noted.id else it for it in before.invitations]
        if not deps.holding.store.write(subject, before, Change(after, mails_at=again), now):
            return True
    raise Conflict("Others are inviting people there right now; try again")


def _write(held: Held, token: str, public_url: str, secret: bytes) -> Mail:
    """The mail: who invites to what, as what, what they say to that, and until when it holds."""
    invitation, language = held.invitation, held.invitation.language
    values = {
        "host": held.inviter.name or held.inviter.email,
        "name": held.name,
        "role": role_in(held.role, language),
        "until": f"{format_moment(language, invitation.expires_at)} UTC",
    }
    address_hash = hash_address(invitation.email, secret)
    named = name_invitation(held.subject, invitation.id)
    return write_mail(
        _MAILS[held.subject.kind],
        invitation.email,
        language,
        link=member_invitation_url(public_url, held.subject, invitation.id, token),
        values=values,
        stop_link=make_stop_url(
            public_url, StopLink("member_invitation", held.subject.id, named, address_hash), secret
        ),
        message=invitation.message or "",
    )
