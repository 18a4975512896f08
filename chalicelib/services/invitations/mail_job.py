"""The job that writes to an invited person: whether it does is decided when it is about to, by what is stored then."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.errors import NotFound, Unavailable
from chalicelib.mail import Mail, MailRefused
from chalicelib.model import Session
from chalicelib.model.invitations import Invitation, WantedMail
from chalicelib.model.jobs import SendInvitation
from chalicelib.observability import MAIL_UNDELIVERABLE, logger
from chalicelib.services.access.invitation_links import LinkedInvitation, invitation_url
from chalicelib.services.access.privacy_links import privacy_address
from chalicelib.services.delivery.announcement_texts import list_facts, texts_of
from chalicelib.services.delivery.mails import write_mail
from chalicelib.services.delivery.sending import hash_address, may_write, send, write_once_a_day
from chalicelib.services.delivery.stop_links import StopLink, make_stop_url
from chalicelib.services.invitations.inviting import InvitationDeps
from chalicelib.services.invitations.progress import is_private, read_threads

_MAILS: Mapping[WantedMail, str] = {"invitation": "invitation", "reminder": "invitation_reminder"}
REFUSED_AGAIN = timedelta(days=1)
AGAIN = timedelta(hours=1)  # after which what an address, or the mail service, did not take yet is tried anew


def send_invitation(job: SendInvitation, *, public_url: str, deps: InvitationDeps, now: datetime) -> None:
    """Send the mail that an invitation waits for, once.

    Nothing is sent where the session takes nobody any more, whoever is invited has joined or wants no mails, or the invitation is
    gone. An address that has got a mail on this day gets this one later. Raises NotFound where there is nothing to do, Unavailable
    where the mail service does not answer, MailRefused where an operator has to mend something: then it waits for that.

    Where nothing may tell of one invitation whether its person has joined, all is noted as if the reminder went to them, too: when
    it was, and that the address got its mail of the day.
    """
    session, invitation = _find(job, deps)
    if not _is_still_due(session, invitation, deps, now):
        deps.invitations.drop(session.id, invitation)
        return
    asked_at = invitation.wanted_at.isoformat() if invitation.wanted_at else ""
    if not write_once_a_day(
        invitation.email, f"{invitation.id} {invitation.wanted} {asked_at}", deps=deps.sending, now=now
    ):
        deps.invitations.postpone(session.id, invitation, now + AGAIN)
        return
    mail = write_invitation(session, invitation, public_url=public_url, deps=deps)
    is_only_noted = (
        invitation.wanted == "reminder" and is_private(session, invitation) and _has_joined(session, invitation, deps)
    )
    if not deps.invitations.take(session.id, invitation, now) or is_only_noted:
        return
    try:
        send(mail, deps=deps.sending)
    except MailRefused as error:
        if error.is_of_address:
            logger.info("no mail can be sent there", extra={"event": MAIL_UNDELIVERABLE, "session_id": session.id})
            deps.invitations.drop(session.id, invitation, refused=True)
            return
        logger.error("mail refused", extra={"code": error.code, "session_id": session.id})
        deps.invitations.give_back(session.id, invitation, now + REFUSED_AGAIN)
        raise
    except Unavailable:
        deps.invitations.give_back(session.id, invitation, now + AGAIN)
        raise


def _find(job: SendInvitation, deps: InvitationDeps) -> tuple[Session, Invitation]:
    invitation = deps.invitations.find(job.session_id, job.invitation_id)
    if invitation is None or invitation.removed or invitation.wanted is None:
        raise NotFound("No mail is to be sent")
    return deps.sessions.view(job.session_id, ()).session, invitation


def _is_still_due(session: Session, invitation: Invitation, deps: InvitationDeps, now: datetime) -> bool:
    if not deps.has_mail or session.status_at(now) != "active" or invitation.refused:
        return False
    if not may_write(invitation.email, deps=deps.sending, session_id=session.id):
        return False
    return is_private(session, invitation) or not _has_joined(session, invitation, deps)


def _has_joined(session: Session, invitation: Invitation, deps: InvitationDeps) -> bool:
    if invitation.has_left:
        return True
    return bool(read_threads(session, [invitation], conversations=deps.conversations, secret=deps.secret))


def write_invitation(session: Session, invitation: Invitation, *, public_url: str, deps: InvitationDeps) -> Mail:
    """The mail: who asks, what about, how long it takes and until when, what the host adds, who reads it, and how to stop such mails."""
    texts, host = texts_of(session), deps.accounts.user(invitation.invited_by)
    facts = [
        *list_facts(session, texts, with_script=deps.with_script and session.models == "stage"),
        *([texts.anonymous] if session.anonymous else []),
    ]
    values = {"host": host.name or host.email, "topic": session.topic, "facts": "\n".join(facts)}
    address_hash = hash_address(invitation.email, deps.secret)
    stop = StopLink("invitation", session.id, invitation.id, address_hash)
    named = LinkedInvitation(invitation.id, by_hand=False)
    return write_mail(
        _MAILS[invitation.wanted or "invitation"],
        invitation.email,
        texts.tag,
        link=invitation_url(public_url, session.id, named, deps.secret),
        values=values,
        stop_link=make_stop_url(public_url, stop, deps.secret),
        privacy_link=f"{public_url}/{privacy_address(session, deps.secret)}",
        message=invitation.message or "",
    )
