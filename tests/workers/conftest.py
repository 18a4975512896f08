"""Worker tests start with a session of the test's own clock and model."""

import pytest

from tests.clock import own_time
from tests.faults import lean_tables, own_model
from tests.workers.desk import Desk


@pytest.fixture
def desk(aws: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A new session."""
    lean_tables()
    return Desk(own_time(monkeypatch), own_model(monkeypatch))
