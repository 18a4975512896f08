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
from tests.workers.carriers import carry
from tests.workers.desk import Desk
from tests.workers.life import Life

EXAMPLES = int(os.environ.get("LIVES", "30"))  # the same ones each time; LIVES=1000 lives many more of them
STEPS = 20


@pytest.mark.timeout(1_800 + 60 * EXAMPLES)
def test_whatever_happens_everything_is_there_once_in_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    own_retries(monkeypatch)
    monkeypatch.setattr(container, "new_id", lambda: str(UUID(int=next(Life.ids))))
    desk.speak("Warm up")
    Life.desk, (Life.streams, Life.queues) = desk, carry(desk.clock, monkeypatch)
    Life.wire = tap(monkeypatch)
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
    run_state_machine_as_test(Life, settings=chosen)
