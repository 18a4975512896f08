"""At the API's door every test starts with one host, a clock that stands still and a model that numbers its replies."""

import pytest

from tests.api.hosts import Host, new_host
from tests.clock import FakeClock, own_time
from tests.faults import Interviewer, own_model
from tests.lean import lean_aws


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The application's time."""
    lean_aws()
    return own_time(monkeypatch)


@pytest.fixture
def model(aws: None, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """The application's model."""
    return own_model(monkeypatch)


@pytest.fixture
def host(clock: FakeClock, model: Interviewer) -> Host:
    """Ana, who owns what she creates."""
    return new_host()
