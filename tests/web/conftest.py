"""Page tests have two people with a browser each, and may break the way to the database."""

import pytest

from tests.api.hosts import Host
from tests.clock import own_retries
from tests.faults import Wire, tap
from tests.web.browser import Browser


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
