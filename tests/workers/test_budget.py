"""Workers on a day whose money is spent: they put their work off, and do it on the next."""

from functools import cache
from typing import Any

import pytest

from chalicelib import container
from chalicelib.services.usage.budget import Budget, BudgetedModel
from chalicelib.store.spending import OF_SESSION, Ledger
from tests.workers.consultation import SAYINGS, Consultation

LIMIT = 1_000_000
TWELVE_HOURS = 43_200


def test_jobs_wait_for_the_next_day_and_lose_nothing(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation.speak(*SAYINGS)
    frugal = BudgetedModel(consultation.model, Budget(LIMIT, 0, 0, Ledger()), consultation.clock)
    monkeypatch.setattr(container, "model", cache(lambda: frugal))
    waits: list[int] = []
    monkeypatch.setattr(container.jobs(), "hide", lambda *_: None)
    client: Any = vars(container.jobs())["_client"]
    monkeypatch.setattr(
        client, "change_message_visibility", lambda **given: waits.append(int(given["VisibilityTimeout"]))
    )
    Ledger().reserve(consultation.clock.now().date().isoformat(), LIMIT, 10**12, consultation.clock.now())
    asked = len(consultation.model.requests)
    assert len(consultation.summarise()) == 1
    assert len(consultation.write_prompt()) == 1
    assert len(consultation.model.requests) == asked
    assert consultation.view().summary is None
    assert len(waits) == 2
    assert all(11 * 3600 < wait < TWELVE_HOURS for wait in waits)
    consultation.clock.advance(TWELVE_HOURS)
    assert (consultation.summarise(), consultation.write_prompt()) == ([], [])
    view = consultation.view()
    assert view.summary is not None
    assert view.prompt is not None


def test_a_session_whose_money_is_spent_keeps_no_queue_waiting_and_goes_on_once_it_has_more(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation.speak(*SAYINGS)
    session = consultation.session.id
    frugal = BudgetedModel(consultation.model, Budget(0, 0, LIMIT, Ledger()), consultation.clock)
    monkeypatch.setattr(container, "model", cache(lambda: frugal))
    Ledger().reserve(f"{OF_SESSION}{session}", LIMIT, 10**12, consultation.clock.now())
    asked = len(consultation.model.requests)
    assert (consultation.summarise(), consultation.write_prompt()) == ([], [])
    assert (len(consultation.model.requests), consultation.view().summary) == (asked, None)
    Ledger().settle(f"{OF_SESSION}{session}", -LIMIT, consultation.clock.now())
    consultation.clock.advance(TWELVE_HOURS)
    assert (consultation.summarise(), consultation.write_prompt()) == ([], [])
    assert consultation.view().summary is not None
    assert consultation.view().prompt is not None
