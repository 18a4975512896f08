"""Mails are sent in these tests, and a host can sign in."""

import pytest

from chalicelib.settings import settings
from tests.api.hosts import Host
from tests.web.browser import Browser
from tests.web.host.visitor import SENDER, sign_in, verify_sender


@pytest.fixture(autouse=True)
def mail(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that the mail service knows."""
    monkeypatch.setenv("MAIL_FROM", SENDER)
    settings.cache_clear()
    verify_sender()


@pytest.fixture
def ana(host: Host, ben: Browser) -> Browser:
    """The host, signed in."""
    return sign_in(ben, "ana@example.com")
