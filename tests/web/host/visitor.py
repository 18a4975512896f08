"""Somebody at the pages for hosts, and the mails that reach them."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from chalice.test import HTTPResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

import app
from chalicelib.settings import settings
from chalicelib.store import database
from tests import events
from tests.api.jobs import asked, done
from tests.events import Context
from tests.web.browser import Browser, Form, Page

SENDER = "surveys@example.org"


def verify_sender() -> None:
    """Have the mail service take mails from our sender."""
    boto3.client("ses", region_name="us-east-1").verify_email_identity(EmailAddress=SENDER)


def send(browser: Browser, path: str, form: Form, **fields: str) -> HTTPResponse:
    """Send a form of a host's page to this address; the bare answer."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.request("POST", path, urlencode(form.fields | fields).encode(), headers)


def follow(browser: Browser, answer: HTTPResponse) -> Page:
    """Go where an answer sends on to."""
    assert answer.status_code == 303, answer.body
    return browser.open(str(answer.headers["Location"]).partition("#")[0])


def submit(browser: Browser, path: str, form: Form, **fields: str) -> Page:
    """Send a form of a host's page; gives the page that comes of it."""
    answer = send(browser, path, form, **fields)
    return follow(browser, answer) if answer.status_code == 303 else browser.read(answer)


def ask(browser: Browser, email: str, page: str = "/sign-in") -> Page:
    """Ask for a mail; gives the page that takes the code."""
    return follow(browser, send(browser, "/sign-in", browser.open(page).form("Send me a link"), email=email))


def deliver() -> list[str]:
    """Do what is asked of the worker that sends mails; the texts of all mails that were sent."""
    for body in asked("mails"):
        assert done(app.send_mail(events.batch(events.raw_message(json.dumps(body))), Context()))
    backend: Any = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
    return [str(mail.body) for mail in backend.sent_messages]


def recipients() -> list[str]:
    """Whom the mails went to that were sent."""
    backend: Any = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
    return [to for mail in backend.sent_messages for to in mail.destinations["ToAddresses"]]


def link_in(mail: str) -> str:
    """The path of the link in a mail."""
    return _find(r"https?://[^/\s]+(/sign-in/confirm\?t=[\w.-]+)", mail)


def code_in(mail: str) -> str:
    """The code in a mail; the link may have six digits in a row, too."""
    return _find(r">(\d{6})<", mail)


def _find(pattern: str, mail: str) -> str:
    found = re.search(pattern, mail)
    assert found, mail
    return found[1]


def use_link(browser: Browser, link: str) -> HTTPResponse:
    """Open a link and press its button."""
    return send(browser, "/sign-in/confirm", browser.open(link).form("Sign in"))


def sign_in(browser: Browser, email: str) -> Browser:
    """Sign in by mail."""
    ask(browser, email)
    assert use_link(browser, link_in(deliver()[-1])).status_code == 303
    return browser


def is_in(browser: Browser) -> bool:
    """Whether the account opens."""
    return bool(browser.get("/account").status_code == 200)


def guess(browser: Browser, page: Page, times: int) -> str:
    """Try wrong codes; what the page says to the last."""
    for _ in range(times):
        answer = send(browser, "/sign-in/code", page.form("Sign in"), code="1")
        assert answer.status_code == 400
    return str(answer.body.decode())


def everything() -> str:
    """All that the tables of accounts and of short-lived things hold."""
    dynamodb: Any = boto3.client("dynamodb")
    return json.dumps([dynamodb.scan(TableName=table)["Items"] for table in ("accounts", "guards")], default=str)


def dead_letters(queue: str) -> list[str]:
    """The bodies of a queue's messages that were given up."""
    sqs: Any = boto3.client("sqs")
    found = sqs.receive_message(QueueUrl=settings().dead_letters_urls[queue], MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


def note_calls(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the database is asked from now on."""
    asked: list[object] = []
    real = database.call

    def call(operation: str, arguments: Any) -> Any:
        asked.append(arguments)
        return real(operation, arguments)

    monkeypatch.setattr(database, "call", call)
    return asked
