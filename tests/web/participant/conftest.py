"""Mails are sent in these tests where they ask for it."""

import pytest

from chalicelib.settings import settings
from tests.api.hosts import Host
from tests.web.host.visitor import SENDER, verify_sender


@pytest.fixture
def mail(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails are sent."""
    monkeypatch.setenv("MAIL_FROM", SENDER)
    settings.cache_clear()
    verify_sender()
