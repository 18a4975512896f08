"""What a session costs: everything that a model was asked for it, and about what it will come to."""

from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelUnavailable, Reply, Request, Usage
from chalicelib.services.usage.budget import DOLLAR, Budget, BudgetedModel
from chalicelib.services.usage.estimate import prices_of
from chalicelib.settings import DEFAULT_MODELS
from chalicelib.store.spending import Ledger
from tests.api.hosts import Host
from tests.api.jobs import summarise, write_prompt
from tests.clock import FakeClock
from tests.faults import Interviewer

EACH = Usage(100, 50, 10, 2_000)  # of a call, whatever it is for


class Priced(Interviewer):
    """The same model, for money."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer, or fail; either costs."""
        try:
            return replace(super().complete(request, deadline), usage=EACH)
        except ModelUnavailable as error:
            error.usage = EACH
            raise

    def asked_for(self, session: str) -> list[str]:
        """The tasks of all calls for this session."""
        return [request.task for request in self.requests if request.payer and request.payer.session_id == session]


@pytest.fixture
def priced(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Priced:
    """The application's model, without any ceiling for sessions."""
    model = Priced()
    frugal = BudgetedModel(model, Budget(50 * DOLLAR, 0, 0, Ledger()), clock)
    monkeypatch.setattr(container, "model", cache(lambda: frugal))
    container.conversation_deps.cache_clear()
    return model


def test_everything_that_a_model_was_asked_for_a_session_is_counted(
    host: Host, priced: Priced, clock: FakeClock
) -> None:
    session = host.new_session(context="Long. " * 4_000)["id"]
    other = host.new_session(prompt="Ask.")["id"]
    assert write_prompt(session)
    for number in range(5):
        host.say(session, f"More buses in the evening would help me, too, number {number}.", f"p{number}")
    host.say(other, "The library should open on Sunday.")
    clock.advance(1)
    assert summarise(session)
    assert host.call("POST", f"/sessions/{session}/ask", {"question": "What do people want?"}).status_code == 200
    priced.failing.add("summary")
    assert host.call("POST", f"/sessions/{session}/summary").status_code == 503
    tasks = priced.asked_for(session)
    assert {"prompt", "turn", "digest", "summary", "ask"} <= set(tasks)
    seen = host.get(f"/sessions/{session}")
    calls = len(tasks)
    expected = {"input_tokens": 100 * calls, "cached_tokens": 50 * calls, "output_tokens": 10 * calls}
    assert seen["usage"] == {"turns": 5, **expected}
    assert seen["cost"]["spent"] == pytest.approx(calls * 0.002)
    assert host.call("PATCH", f"/sessions/{session}", {"topic": "Buses"}).json_body["cost"] == seen["cost"]
    assert host.get(f"/sessions/{other}")["cost"]["spent"] == pytest.approx(0.002)


def test_before_it_opens_a_session_tells_about_what_it_will_cost(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    known = prices_of(**DEFAULT_MODELS)
    monkeypatch.setattr(container, "model_prices", lambda _: known)

    def estimated(**fields: Any) -> float | None:
        session = host.new_session(draft=True, **fields)["id"]
        found: float | None = host.get(f"/sessions/{session}")["cost"]["estimated"]
        return found

    few, many, long = (
        estimated(max_participants=40),
        estimated(max_participants=400),
        estimated(max_participants=40, duration_minutes=30),
    )
    assert few is not None
    assert many is not None
    assert long is not None
    assert 0.5 < few < 10
    assert 5 * few < many < 15 * few
    assert 2 * few < long < 6 * few
    assert estimated(max_participants=None) is None
