"""Operations run without a door: all they need is a clock."""

import pytest

from tests.clock import FakeClock, own_time


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The application's time."""
    return own_time(monkeypatch)
