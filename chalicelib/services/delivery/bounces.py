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
from chalicelib.observability import logger
from chalicelib.services.delivery.sending import SendingDeps, hash_address
from chalicelib.store.suppressions import Reason

_PERMANENT = "Permanent"


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
    reason, recipients = _read(detail)
    for recipient in recipients:
        address = parseaddr(recipient.email_address)[1]
        deps.suppressions.add(hash_address(address, deps.secret), reason, now)
    logger.info("mail event", extra={"reason": reason, "suppressed": len(recipients)})


def _read(detail: dict[str, Any]) -> tuple[Reason, tuple[_Recipient, ...]]:
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
