"""Worker tests start with a session of the test's own clock and model."""

import pytest

from chalicelib.services.synthesis import digest_runner
from tests.clock import own_time
from tests.faults import own_model
from tests.workers.consultation import SAYINGS, Consultation


@pytest.fixture
def consultation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Consultation:
    """A new session."""
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)  # the in-memory AWS is not thread-safe
    return Consultation(own_time(monkeypatch), own_model(monkeypatch))


@pytest.fixture
def spoken(consultation: Consultation) -> Consultation:
    """A session in which three people said something."""
    consultation.speak(*SAYINGS)
    return consultation
