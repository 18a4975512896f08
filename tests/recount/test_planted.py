"""A session with people of every kind, recounted: some have said nothing, some are left out, one is a test run."""

from functools import cache

import pytest

from chalicelib import container
from chalicelib.settings import settings
from tests.api.hosts import new_host
from tests.api.jobs import summarise
from tests.clock import own_time
from tests.recount.answers import check_answers
from tests.recount.checks import Doors, check_everything
from tests.recount.pages import check_pages, check_slice_page
from tests.recount.planted import OpinionatedModel, plant
from tests.recount.similarity import check_similarity
from tests.recount.stored import read_stored
from tests.services.synthesis.test_real_corpora import everybody
from tests.web.browser import Browser
from tests.web.host.visitor import SENDER, sign_in, verify_sender

PEOPLE = 60


@pytest.fixture
def doors(aws: None, monkeypatch: pytest.MonkeyPatch) -> Doors:
    """The owner of a session with so many residents of a real town, at both doors."""
    clock = own_time(monkeypatch)
    monkeypatch.setenv("MAIL_FROM", SENDER)
    monkeypatch.setattr(container, "model", cache(OpinionatedModel))
    monkeypatch.setattr("chalicelib.services.synthesis.digest_runner.AT_ONCE", 1)
    settings.cache_clear()
    verify_sender()
    host, began = new_host(), clock.now()
    said = sorted(everybody("bowling-green").values(), key=len)[-PEOPLE:]
    session = plant(said, host.user_id, began).id
    clock.advance(24 * 3600 + 1800)
    assert summarise(session)
    return Doors(host, sign_in(Browser(), "ana@example.com"), session, clock.now())


def test_every_number_is_that_of_what_is_stored(doors: Doors) -> None:
    stored = read_stored(doors.session)
    check_everything(stored, doors)
    check_pages(stored, doors)
    check_answers(stored, doors, most=6)
    check_similarity(stored, doors)
    told = doors.get("/answers")
    for question in (it["question_id"] for it in told["questions"] if it["slices_by"]):
        for of in ("themes", *(it["id"] for it in told["widgets"])):
            check_slice_page(doors, of, question)
