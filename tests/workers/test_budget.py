"""Workers on a day whose tokens are spent: they put their work off, and do it on the next."""

from functools import cache
from typing import Any

import pytest

from chalicelib import container
from chalicelib.services.usage.budget import Budget, FrugalModel
from chalicelib.store.token_usage import Ledger
from tests.workers.desk import SAYINGS, Desk

LIMIT = 1_000_000
TWELVE_HOURS = 43_200


def test_jobs_wait_for_the_next_day_and_lose_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.speak(*SAYINGS)
    frugal = FrugalModel(desk.model, Budget(LIMIT, Ledger()), desk.clock)
    monkeypatch.setattr(container, "model", cache(lambda: frugal))
    waits: list[int] = []
    client: Any = vars(container.jobs())["_client"]
    monkeypatch.setattr(
        client, "change_message_visibility", lambda **given: waits.append(int(given["VisibilityTimeout"]))
    )
    Ledger().spend(LIMIT, desk.clock.now())
    asked = len(desk.model.requests)
    assert len(desk.summarise()) == 1
    assert len(desk.write_prompt()) == 1
    assert len(desk.model.requests) == asked
    assert desk.view().summary is None
    assert len(waits) == 2
    assert all(11 * 3600 < wait < TWELVE_HOURS for wait in waits)
    desk.clock.advance(TWELVE_HOURS)
    assert (desk.summarise(), desk.write_prompt()) == ([], [])
    view = desk.view()
    assert view.summary is not None
    assert view.prompt is not None
