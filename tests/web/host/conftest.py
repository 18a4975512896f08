"""Mails are sent in these tests."""

import pytest

from chalicelib.settings import settings
from tests.api.hosts import Host
from tests.web.host.visitor import SENDER, verify_sender


@pytest.fixture(autouse=True)
def mail(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that the mail service knows."""
    monkeypatch.setenv("MAIL_FROM", SENDER)
    settings.cache_clear()
    verify_sender()
