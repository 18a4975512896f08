"""The mails that the local cloud's SES took, as files to read: nothing leaves this machine."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import urllib3

from infra.local.cloud import PRIVATE

FOLDER = "mail"
SENDER = "no-reply@harmonica.localhost"
_SECONDS = 5


def verify(sender: str) -> None:
    """Have the local cloud's SES take mails from this address: like the real one, it takes none from a stranger."""
    boto3.client("sesv2").create_email_identity(EmailIdentity=sender)


def make_folder(folder: Path) -> None:
    """Make the folder that the greeting names, also while there is no mail."""
    (folder / FOLDER).mkdir(mode=PRIVATE, parents=True, exist_ok=True)


class Mailbox:
    """Writes each new mail to `<folder>/mail/`, as text and as HTML."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = f"{url}/_ministack/ses/messages", folder / FOLDER
        self._http, self._known = urllib3.PoolManager(), set[str]()

    def collect(self) -> None:
        """Write what is new. Where the cloud does not answer, or the disk takes nothing, the next time does it."""
        with suppress(urllib3.exceptions.HTTPError, OSError):
            self._collect()

    def _collect(self) -> None:
        answer = self._http.request("GET", self._url, retries=False, timeout=_SECONDS)
        if answer.status != 200:
            return
        for mails in answer.json().get("messages", {}).values():
            for mail in mails:
                if mail["MessageId"] not in self._known:
                    self._write(mail)
                    self._known.add(mail["MessageId"])

    def _write(self, mail: dict[str, Any]) -> None:
        make_folder(self._folder.parent)
        to = ", ".join(mail["To"])
        sent, named = re.sub(r"\D", "", str(mail["Timestamp"])), re.sub(r"[^\w.@-]", "_", to)[:80]
        name = f"{sent[:14]}-{named}-{mail['MessageId'][-8:]}"
        text = f"From: {mail['Source']}\nTo: {to}\nSubject: {mail['Subject']}\n\n{mail['BodyText']}"
        (self._folder / f"{name}.txt").write_text(text, encoding="utf-8")
        (self._folder / f"{name}.html").write_text(mail["BodyHtml"] or "", encoding="utf-8")
