"""The job that writes to somebody who asked to be let in."""

from datetime import datetime

from chalicelib.errors import NotFound
from chalicelib.mail import MailRefused
from chalicelib.observability import logger
from chalicelib.services.accounts.sign_in import SignInDeps, write_sign_in_mail
from chalicelib.services.delivery.sending import SendingDeps, may_write, send


def send_sign_in_mail(
    sign_in_id: str, *, public_url: str, deps: SignInDeps, sending: SendingDeps, now: datetime
) -> None:
    """Send the mail with the link and the code.

    Raises NotFound where nobody is to be written to, and MailRefused, which the log tells the operator, where it can never be sent.
    """
    mail = write_sign_in_mail(sign_in_id, public_url=public_url, deps=deps, now=now)
    if mail is None:
        raise NotFound("Nobody is to be written to")
    if not may_write(mail.to, deps=sending, asked_for=True):
        logger.warning("a sign-in mail is not sent: its address is suppressed", extra={"event": "mail_suppressed"})
        raise NotFound("The address is not to be written to")
    try:
        send(mail, deps=sending)
    except MailRefused as error:
        logger.error("mail refused", extra={"code": error.code})
        raise
