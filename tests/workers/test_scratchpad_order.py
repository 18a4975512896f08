"""The scratchpad is the smallest thing: where a process died of a job, the next one leaves it for last."""

import pytest

from chalicelib.services.synthesis.scratchpad import ScratchpadWriter
from tests.faults import Died
from tests.workers.consultation import SAYINGS, Consultation


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
