"""What ceilings may cost, counted as in `test_budgets.py`: no call of a request that is warm."""

from functools import cache

import pytest

from chalicelib import container
from chalicelib.services.synthesis import state
from chalicelib.services.usage.budget import DOLLAR, Budget, BudgetedModel
from chalicelib.store.spending import Ledger
from tests.api.hosts import Host
from tests.api.test_budgets import Meter, host, meter, model
from tests.faults import Interviewer

__all__ = ["host", "meter", "model"]  # the fixtures


def test_a_limit_costs_no_call_more(host: Host, meter: Meter) -> None:
    session = host.new_session()["id"]
    host.join(session, "ana")
    meter.sent.clear()
    assert meter.of(host.call("PATCH", f"/sessions/{session}", {"max_participants": 3}), 200) <= 3
    assert meter.of(host.join(session, "bo"), 200) <= 5
    assert meter.of(host.say(session, "Hello", "cy"), 200) <= 5
    assert meter.of(host.say(session, "Soup", "cy"), 200) <= 5
    assert meter.of(host.say(session, "Hello", "di"), 400) <= 5
    assert meter.of(host.call("PATCH", f"/sessions/{session}", {"max_participants": None}), 200) <= 3


def test_ceilings_of_money_cost_a_reservation_and_a_correction_on_three_accounts(
    host: Host, meter: Meter, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    frugal = BudgetedModel(model, Budget(DOLLAR, DOLLAR, DOLLAR, Ledger()), container.clock())
    monkeypatch.setattr(container, "model", cache(lambda: frugal))
    container.conversation_deps.cache_clear()
    session = host.new_session()["id"]
    meter.sent.clear()
    assert meter.of(host.join(session), 200) <= 5 + 6
    assert meter.of(host.say(session, "Soup"), 200) <= 5 + 6


def test_who_first_reads_a_stale_summary_has_it_written_for_two_calls_more(host: Host, meter: Meter) -> None:
    session = host.new_session()["id"]
    host.say(session, "Soup")
    container.summaries().move(session, state.mark_undigested(container.clock().now()))  # as the stream does
    meter.sent.clear()
    assert meter.of(host.call("GET", f"/sessions/{session}/summary"), 200) <= 2 + 2
    for path in (f"/sessions/{session}/summary", f"/sessions/{session}"):  # it is asked for
        assert meter.of(host.call("GET", path), 200) <= 2
