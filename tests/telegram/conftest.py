"""Tests of the bot start with Telegram as a server of its own, a host, a clock that stands still and a model that numbers its replies."""

from collections.abc import Iterator

import pytest

from infra.local.telegram.server import serving
from tests.api.hosts import Host, new_host
from tests.clock import FakeClock, own_time
from tests.conftest import forget_wiring
from tests.faults import Interviewer, own_model
from tests.telegram.local_telegram import BOT, SECRET, TOKEN, LocalTelegram


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The application's time, and Telegram's."""
    return own_time(monkeypatch)


@pytest.fixture
def model(aws: None, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """The application's model."""
    return own_model(monkeypatch)


@pytest.fixture
def host(clock: FakeClock, model: Interviewer) -> Host:
    """Ana, who owns what she creates."""
    return new_host()


@pytest.fixture
def telegram(clock: FakeClock, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalTelegram]:
    """Telegram, where the application has a bot."""
    there = LocalTelegram(clock)
    with serving(there.server) as url:
        for name, value in {
            "TELEGRAM_BOT": BOT,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TELEGRAM_API_URL": url,
            "REPLY_DELAY": "0",
        }.items():
            monkeypatch.setenv(name, value)
        forget_wiring()
        yield there
