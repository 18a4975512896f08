"""Worker tests start with a session of the test's own clock and model."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest

from chalicelib.services.synthesis import digest_runner
from tests.clock import own_time
from tests.faults import own_model
from tests.workers.consultation import SAYINGS, Consultation

Given = TypeVar("Given")
Made = TypeVar("Made")


class OneAfterTheOther(AbstractContextManager["OneAfterTheOther"]):
    """In the place of a pool of threads, for which the in-memory AWS is not made. Where one thing dies, nothing after it is begun: a
    thread of a pool may have begun the next one by the time its caller hears of that, or not."""

    def __init__(self, _: int) -> None:
        """However many could be done at once."""

    def __exit__(self, *_: object) -> None:
        """Nothing is left to wait for."""

    def map(self, do: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
        """What comes of each, in their order."""
        return map(do, items)


@pytest.fixture
def consultation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Consultation:
    """A new session."""
    monkeypatch.setattr(digest_runner, "ThreadPoolExecutor", OneAfterTheOther)
    return Consultation(own_time(monkeypatch), own_model(monkeypatch))


@pytest.fixture
def spoken(consultation: Consultation) -> Consultation:
    """A session in which three people said something."""
    consultation.speak(*SAYINGS)
    return consultation
