"""Tests of the bot start with Telegram as a server of its own."""

from collections.abc import Iterator

import pytest

from infra.local.telegram.server import serving
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.faults import Interviewer
from tests.telegram.local_telegram import BOT, SECRET, TOKEN, LocalTelegram


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
