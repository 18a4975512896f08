"""Whom mails may be sent to, and how often. An address is known by a hash only, which nobody without the secret can make.

An address where a mail bounced for good, or was called spam, gets no more; one whose owner stopped all mails gets only what they ask
for themselves: to sign in, or their own conversation. Of all other mails an address gets one in 24 hours.
"""

from datetime import datetime

from msgspec import Struct

from chalicelib.mail import Mail, send_mail
from chalicelib.services.access.signing import make_digest
from chalicelib.store.suppressions import Suppressions
from chalicelib.text.email_addresses import is_mail_address, to_ascii_domain


class SendingDeps(Struct, frozen=True):
    """What sending needs. Mails come from `sender`; replies go to `support_contact`, where it is an address; what becomes of
    them is told as `configuration_set` says."""

    suppressions: Suppressions
    secret: bytes
    sender: str
    support_contact: str
    configuration_set: str = ""


def hash_address(address: str, secret: bytes) -> str:
    """What an address is known by: the same for every spelling with large and small letters, and of its domain, which SES tells in
    ASCII."""
    return make_digest(secret, "mail_address", to_ascii_domain(address.strip()).casefold().encode()).hex()[:32]


def may_write(
    address: str, *, deps: SendingDeps, asked_for: bool = False, session_id: str = "", project_id: str = ""
) -> bool:
    """Whether an address may be written to, about this session or project where one is named; `asked_for` is a mail that whoever reads it
    there has just asked for."""
    address_hash = hash_address(address, deps.secret)
    if session_id and deps.suppressions.has_stopped(session_id, address_hash):
        return False
    if project_id and deps.suppressions.has_stopped(project_id, address_hash, of_project=True):
        return False
    reason = deps.suppressions.find(address_hash)
    return reason is None or (asked_for and reason == "stopped")


def write_once_a_day(address: str, mail_id: str, *, deps: SendingDeps, now: datetime) -> bool:
    """Take the one mail that an address gets in 24 hours; False where another mail has taken it.

    `mail_id` names the mail: the same one may take it again, so that its job can be repeated.
    """
    # Nothing beside an address's hash says of which conversation or invitation it is.
    holder = make_digest(deps.secret, "mail_address", f"mail {mail_id}".encode()).hex()[:32]
    return deps.suppressions.take_day(hash_address(address, deps.secret), holder, now)


def send(mail: Mail, *, deps: SendingDeps) -> None:
    """Send a mail. Raises MailRefused where it can never be sent, Unavailable where it may be later."""
    reply_to = deps.support_contact if is_mail_address(deps.support_contact) else ""
    send_mail(mail, sender=deps.sender, reply_to=reply_to, configuration_set=deps.configuration_set)
