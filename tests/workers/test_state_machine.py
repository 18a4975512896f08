"""People speak, messages come twice and late, processes die at any call, jobs come again, locks expire, people are taken
out and removed: in the end everything that was said is stored once, and digests, scratchpad and summary say exactly that."""

import os
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from chalicelib import container
from tests.clock import own_retries
from tests.faults import tap
from tests.workers.consultation import Consultation
from tests.workers.delivery import stand_in_for_aws
from tests.workers.state_machine import SessionMachine

EXAMPLES = int(os.environ.get("EXAMPLES", "30"))  # the same ones each time; EXAMPLES=1000 tries many more of them
STEPS = 20


@pytest.mark.timeout(1_800 + 60 * EXAMPLES)
def test_whatever_happens_everything_is_there_once_in_the_end(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_retries(monkeypatch)
    monkeypatch.setattr(container, "new_id", lambda: str(UUID(int=next(SessionMachine.ids))))
    consultation.speak("Warm up")
    SessionMachine.consultation, (SessionMachine.streams, SessionMachine.queues) = (
        consultation,
        stand_in_for_aws(consultation.clock, monkeypatch),
    )
    SessionMachine.wire = tap(monkeypatch)
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=checks,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        database=None,
    )
    run_state_machine_as_test(SessionMachine, settings=chosen)
