"""Every page test has a host, a clock that stands still, a model that numbers its replies, and two people with a browser each."""

import pytest

from tests.api.hosts import Host, new_host
from tests.clock import FakeClock, own_retries, own_time
from tests.faults import Interviewer, Wire, own_model, tap
from tests.web.browser import Browser


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The application's time."""
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
def wire(host: Host, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The way to the database, for tests that break it."""
    own_retries(monkeypatch)
    return tap(monkeypatch)


@pytest.fixture
def ben() -> Browser:
    """Somebody with a browser."""
    return Browser()


@pytest.fixture
def cem() -> Browser:
    """Somebody else."""
    return Browser()
