"""The job that writes to somebody who asked to be let in."""

from datetime import datetime

from chalicelib.errors import NotFound
from chalicelib.mail import MailRefused, send_mail
from chalicelib.observability import logger
from chalicelib.services.accounts.sign_in import SignInDeps, write_sign_in_mail


def send_sign_in_mail(sign_in_id: str, *, sender: str, public_url: str, deps: SignInDeps, now: datetime) -> None:
    """Send the mail with the link and the code from this address.

    Raises NotFound where nobody is to be written to, and MailRefused, which the log tells the operator, where it can never be sent.
    """
    mail = write_sign_in_mail(sign_in_id, public_url=public_url, deps=deps, now=now)
    if mail is None:
        raise NotFound("Nobody is to be written to")
    try:
        send_mail(mail, sender=sender)
    except MailRefused as error:
        logger.error("mail refused", extra={"code": error.code})
        raise
