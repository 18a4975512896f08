"""The smallest thing is given up first: the scratchpad where time gets short or a process died, then what has no digest yet."""

from functools import partial

import pytest

import app
from chalicelib import container
from chalicelib.llm.interface import Request
from chalicelib.services.synthesis.scratchpad import ScratchpadWriter
from chalicelib.store import keys
from tests import events
from tests.events import Context
from tests.faults import Died
from tests.workers.consultation import SAYINGS, Consultation, status


def test_a_scratchpad_that_a_process_dies_of_costs_nobody_the_summary(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> bool:
        raise Died

    consultation.speak(*SAYINGS)
    monkeypatch.setattr(ScratchpadWriter, "refresh", die)
    for _ in range(2):
        with pytest.raises(Died):
            consultation.summarise()
        consultation.clock.advance(720)
    summary = consultation.view().summary
    assert summary is not None
    assert summary.participants == len(SAYINGS)
    assert consultation.summarise() == []


@pytest.fixture
def sharing(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> Consultation:
    """A session with cross-pollination in which three people said something."""
    shared = Consultation(consultation.clock, consultation.model, cross_pollination=True)
    shared.speak(*SAYINGS)
    return shared


def takes(consultation: Consultation, seconds: dict[str, float], request: Request) -> None:
    """Let the model take this long for a request of a task."""
    consultation.clock.advance(seconds.get(request.task, 0))


def counted(consultation: Consultation) -> int:
    """The people that the scratchpad is of."""
    pad = container.sessions().view(consultation.session.id, (keys.SCRATCHPAD,)).scratchpad
    return pad.participants if pad else 0


def test_a_job_whose_time_gets_short_writes_the_summary_and_leaves_the_scratchpad_to_the_next(
    sharing: Consultation,
) -> None:
    sharing.model.before = partial(takes, sharing, {"digest": 16, "summary": 298})
    assert sharing.summarise(seconds=360) == ["message-1"]
    summary = sharing.view().summary
    assert summary is not None
    assert (summary.participants, counted(sharing)) == (3, 0)
    sharing.clock.advance(400)  # where the message is lost
    app.sweep(events.clock_event(), Context())
    assert sharing.asked("summaries") == [sharing.session.id]
    asked = len(sharing.model.requests)
    assert sharing.summarise() == []
    assert (counted(sharing), len(sharing.model.requests)) == (3, asked)
    assert (sharing.view().summary, status(sharing)) == (summary, "current")


def test_where_there_is_no_more_than_a_summary_takes_new_digests_are_left_to_the_next_too(
    sharing: Consultation,
) -> None:
    assert sharing.summarise(seconds=310) == ["message-1"]
    assert sharing.model.count("digest") == 0
    assert sharing.summarise() == []
    summary = sharing.view().summary
    assert summary is not None
    assert (summary.participants, counted(sharing)) == (3, 3)
