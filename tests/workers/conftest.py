"""Worker tests start with a session of the test's own clock and model."""

import pytest

from chalicelib.services.synthesis import digest_runner
from tests.clock import own_time
from tests.faults import own_model
from tests.workers.desk import SAYINGS, Desk


@pytest.fixture
def desk(aws: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A new session."""
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)  # the in-memory AWS is not thread-safe
    return Desk(own_time(monkeypatch), own_model(monkeypatch))


@pytest.fixture
def spoken(desk: Desk) -> Desk:
    """A session in which three people said something."""
    desk.speak(*SAYINGS)
    return desk
