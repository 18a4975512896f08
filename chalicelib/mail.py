"""Ground: SES. One mail to one person, as text and as HTML."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from chalicelib.errors import NeverDone, Throttled, Unavailable
from chalicelib.text.email_addresses import to_ascii_domain


class Mail(Struct, frozen=True):
    """What is sent: plain text, and the same as HTML. `stop_link` ends such mails, where their reader did not ask for each."""

    to: str
    subject: str
    text: str
    html: str
    stop_link: str = ""


_NO_ADDRESS = "BadRequestException"  # all else that SES refuses concerns the sender, or every address alike


class MailRefused(NeverDone):
    """SES will never send this mail: the sender is not verified, or the address is none. `code` is what SES calls it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def is_of_address(self) -> bool:
        """Whether SES takes no mail to this address, whatever an operator does; else all mails may be refused like this one."""
        return self.code == _NO_ADDRESS


# More in a second, or in a day, than SES takes from this account. Its client has tried some more times by then, ever more slowly.
_TOO_MANY = ("TooManyRequestsException", "LimitExceededException", "ThrottlingException")
_PAUSED = "SendingPausedException"
_WAIT = 30.0  # seconds


def send_mail(mail: Mail, *, sender: str, reply_to: str = "", configuration_set: str = "") -> None:
    """Send a mail from this verified address; replies go to `reply_to`, and what becomes of it is told as
    `configuration_set` says, where there is one.

    Raises MailRefused where sending it again would not help, Unavailable where it may; Throttled where that is a matter of time.
    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
    """
    simple: dict[str, Any] = {
        "Subject": _content(mail.subject),
        "Body": {"Text": _content(mail.text), "Html": _content(mail.html)},
    }
    if mail.stop_link:
        simple["Headers"] = [{"Name": name, "Value": value} for name, value in stop_headers(mail.stop_link).items()]
    try:
        _client().send_email(
            FromEmailAddress=f"Harmonica <{sender}>",
            Destination={"ToAddresses": [to_ascii_domain(mail.to)]},
            Content={"Simple": simple},
            **({"ReplyToAddresses": [to_ascii_domain(reply_to)]} if reply_to else {}),
            **({"ConfigurationSetName": configuration_set} if configuration_set else {}),
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if code in _TOO_MANY:
            raise Throttled("Too many mails are being sent; try again later", _WAIT) from error
        if code == _PAUSED or status >= 500:
            raise _unavailable() from error
        raise MailRefused(code) from error
    except BotoCoreError as error:
        raise _unavailable() from error


def stop_headers(link: str) -> dict[str, str]:
    """What lets mail programs show a button that stops such mails: one POST to the link (RFC 8058)."""
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


@cache
def _client() -> Any:
    config = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard"})
    return botocore.session.get_session().create_client("sesv2", config=config)


def _unavailable() -> Unavailable:
    return Unavailable("The mail service does not answer; try again later", _WAIT)
