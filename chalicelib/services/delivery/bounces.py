"""Mails that came back for good or were called spam, as SES tells of them: their addresses get no more.

A mail that only did not arrive yet, since a mailbox was full or a server did not answer, changes nothing.
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from datetime import datetime
from email.utils import parseaddr
from typing import Any, Literal

import msgspec
from msgspec import Struct

from chalicelib.errors import NeverDone
from chalicelib.model.jobs import BOUNCES, NoteBounce, SuppressAddresses, decode_job, encode_job
from chalicelib.observability import logger
from chalicelib.services.delivery.sending import SendingDeps, hash_address

_PERMANENT = "Permanent"
_FIELDS = ("eventType", "bounce", "complaint", "mail")  # of an event, that are named where it cannot be read


class _Recipient(Struct, frozen=True, rename="camel"):
    email_address: str


class _Bounce(Struct, frozen=True, rename="camel"):
    bounce_type: str
    bounced_recipients: tuple[_Recipient, ...]


class _Complaint(Struct, frozen=True, rename="camel"):
    complained_recipients: tuple[_Recipient, ...]


class _MailEvent(Struct, frozen=True, rename="camel"):
    event_type: Literal["Bounce", "Complaint"]
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None


class UnreadableEvent(NeverDone):
    """What came is no event of SES that we asked for."""


def note_mail_event(detail: dict[str, Any], *, deps: SendingDeps, now: datetime) -> None:
    """Store whom no more mails go to, by what SES tells of one. Told twice, it changes nothing. Raises UnreadableEvent."""
    suppress(_without_addresses(detail, deps.secret), deps=deps, now=now)


def suppress(job: SuppressAddresses, *, deps: SendingDeps, now: datetime) -> None:
    """Store whom no more mails go to, by their hashes. Done twice, it changes nothing."""
    for address_hash in job.address_hashes:
        deps.suppressions.add(address_hash, job.reason, now)
    logger.info("mail event", extra={"reason": job.reason, "suppressed": len(job.address_hashes)})


def reduce_message(body: str, secret: bytes) -> str:
    """Returns what may lie among the dead letters of a message of the queue: nothing that tells an address, or of what a mail was.

    Sent back, it does what the message should have done. Of one that cannot be read, only the names of its fields are left.
    """
    match decode_job(BOUNCES, body):
        case SuppressAddresses() as job:
            return encode_job(job)
        case NoteBounce(detail):
            try:
                return encode_job(_without_addresses(detail, secret))
            except UnreadableEvent:
                return _name_fields(detail)
        case _:
            return _name_fields({})


def _name_fields(detail: dict[str, Any]) -> str:
    known = [name for name in detail if name in _FIELDS]
    return msgspec.json.encode({"unreadable": known}).decode()


def _without_addresses(detail: dict[str, Any], secret: bytes) -> SuppressAddresses:
    reason, recipients = _read(detail)
    addresses = (parseaddr(it.email_address)[1] for it in recipients)
    return SuppressAddresses(reason, tuple(hash_address(it, secret) for it in addresses))


def _read(detail: dict[str, Any]) -> tuple[Literal["bounce", "complaint"], tuple[_Recipient, ...]]:
    try:
        event = msgspec.convert(detail, _MailEvent)
    except msgspec.ValidationError:
        raise UnreadableEvent("This is no event of a mail") from None  # whose text could have an address
    if event.event_type == "Complaint" and event.complaint:
        return "complaint", event.complaint.complained_recipients
    if event.event_type == "Bounce" and event.bounce:
        gone = event.bounce.bounce_type == _PERMANENT
        return "bounce", event.bounce.bounced_recipients if gone else ()
    raise UnreadableEvent("This event says nothing of a mail")
