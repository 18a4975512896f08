"""Mails of the local cloud as files: each once, for nobody else on this machine, whatever fails meanwhile."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3

from infra.local.mailbox import FOLDER, Mailbox, make_folder

MAIL = {
    "MessageId": "0000-12345678",
    "Timestamp": "2026-03-01T12:00:00+00:00",
    "Source": "no-reply@harmonica.localhost",
    "To": ["ana/../x@example.com"],
    "Subject": "Sign in",
    "BodyText": "Your code",
    "BodyHtml": "<p>Your code</p>",
}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the local cloud answers, or how it fails."""
    answers: dict[str, Any] = {"status": 200, "failure": None}

    def request(*_: object, **__: object) -> Any:
        if answers["failure"]:
            raise answers["failure"]
        return SimpleNamespace(status=answers["status"], json=lambda: {"messages": {"account": [MAIL]}})

    monkeypatch.setattr(urllib3.PoolManager, "request", request)
    return answers


def test_a_mail_is_written_once_as_text_and_as_html(cloud: dict[str, Any], tmp_path: Path) -> None:
    make_folder(tmp_path)  # as the greeting names it, before there is a mail
    assert not list((tmp_path / FOLDER).iterdir())
    mailbox = Mailbox("http://127.0.0.1:1", tmp_path)
    mailbox.collect()
    text, page = sorted((tmp_path / FOLDER).iterdir(), key=lambda file: file.suffix, reverse=True)
    assert (text.name, page.suffix) == ("20260301120000-ana_.._x@example.com-12345678.txt", ".html")
    assert "To: ana/../x@example.com\nSubject: Sign in\n\nYour code" in text.read_text()
    assert text.parent.stat().st_mode & 0o077 == 0
    text.unlink()
    mailbox.collect()
    assert not text.exists()


def test_what_could_not_be_fetched_or_written_comes_the_next_time(cloud: dict[str, Any], tmp_path: Path) -> None:
    mailbox = Mailbox("http://127.0.0.1:1", tmp_path)
    cloud["failure"] = urllib3.exceptions.HTTPError("nobody listens")
    mailbox.collect()
    cloud.update(failure=None, status=503)
    mailbox.collect()
    cloud["status"] = 200
    (tmp_path / FOLDER).write_text("in the way")
    mailbox.collect()
    (tmp_path / FOLDER).unlink()
    mailbox.collect()
    assert len(list((tmp_path / FOLDER).iterdir())) == 2
