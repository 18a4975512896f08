"""A session of a thousand people: what each of its pages weighs, and what is read for it."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import cycle, islice
from typing import NamedTuple

import pytest

from chalicelib import container
from chalicelib.model.sessions import ResultsSections
from chalicelib.services.results.sections import SECTIONS
from chalicelib.settings import settings
from tests.api.hosts import new_host
from tests.api.jobs import summarise
from tests.capacity import metered
from tests.clock import own_time
from tests.recount.checks import Doors
from tests.recount.planted import OpinionatedModel, plant
from tests.services.synthesis.test_real_corpora import everybody
from tests.web.browser import Browser
from tests.web.host.visitor import SENDER, sign_in, verify_sender

PEOPLE = 1_000
MOST_BYTES = 300_000
# What a page may ask of DynamoDB at most, in calls and in items: heads of all, fifty people more closely, and the themes.
BUDGET = (8, 1_200)
# What pages of other kinds may, and why.
BUDGETS = {
    "/sessions/*/people": (12, 2_250),  # the heads are read for what changes, and for the list
    "/sessions/*/members": (
        10,
        1_200,
    ),  # who they are, who is invited, and the projects that the session may be put into
    "/sessions/*/answers": (8, 3_700),  # the forms and the widgets of all
    "/results?s&as&tab=responses": (8, 3_700),
    "/sessions/*/answers/*": (8, 2_100),  # the forms of all
    "/sessions/*/export/file": (14, 13_100),  # everything; what is too much for one answer becomes a job
}
OPEN = ResultsSections(**dict.fromkeys(SECTIONS, True))
EXPECTED = (
    "summary",
    "recap",
    "answers",
    "insights",
    "similarity",
    "ask",
    "people",
    "export",
    "summaries",
    "themes/*",
)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)t\d+")
_VALUE = re.compile(r"(?<!tab)=[^&]*")


class Visit(NamedTuple):
    """A page, and what it took, the CPU time for whoever wants to see it."""

    status: int
    size: int
    calls: int
    items: int
    seconds: float


@pytest.fixture
def doors(aws: None, monkeypatch: pytest.MonkeyPatch) -> Doors:
    """The owner of such a session, with a summary."""
    clock = own_time(monkeypatch)
    monkeypatch.setenv("MAIL_FROM", SENDER)
    monkeypatch.setattr(container, "model", cache(OpinionatedModel))
    monkeypatch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 10_000)
    settings.cache_clear()
    verify_sender()
    host = new_host()
    session = plant_crowd(host.user_id, clock.now())
    clock.advance(24 * 3600)
    assert summarise(session)
    return Doors(host, sign_in(Browser(), "ana@example.com"), session, clock.now())


def plant_crowd(owner_id: str, began: datetime) -> str:
    """A session in which a thousand people said two to five things each, all of it read already; gives its id."""
    statements = cycle(words for said in everybody("bowling-green").values() for words in said)
    said = [tuple(islice(statements, 2 + number % 4)) for number in range(PEOPLE)]
    opened = {"results_visibility": "public", "results_sections": OPEN}
    return plant(said, owner_id, began, digested=True, **opened).id


def test_no_page_weighs_more_than_may_be_or_reads_more_than_it_shows(doors: Doors) -> None:
    found = dict(visit_all(doors))
    for kind, visit in found.items():
        calls, items = BUDGETS.get(kind.partition("?")[0]) or BUDGETS.get(kind, BUDGET)
        assert visit.status in (200, 303, 413), kind
        assert visit.size <= MOST_BYTES, (kind, visit)
        assert (visit.calls <= calls, visit.items <= items) == (True, True), (kind, visit)
    assert {f"/sessions/*/{page}" for page in EXPECTED} <= {kind.partition("?")[0] for kind in found}


def visit_all(doors: Doors) -> Iterator[tuple[str, Visit]]:
    """One page of each kind that links lead to, with what it took."""
    waiting = [f"/sessions/{doors.session}", f"/results?s={doors.session}&as=others"]
    seen = set(map(_kind, waiting))
    while waiting:
        path = waiting.pop(0)
        began = time.process_time()
        with metered() as consumed:
            page = doors.browser.open(path)
        took = time.process_time() - began
        yield (
            _kind(path),
            Visit(page.status, len(page.html.encode()), consumed.calls.total(), consumed.items.total(), took),
        )
        for link in doors.links_of(page):
            if _kind(link) not in seen:
                seen.add(_kind(link))
                waiting.append(link)


def _kind(path: str) -> str:
    """An address with nothing in it that names anything, but for sections of the results."""
    return _VALUE.sub("", _ID.sub("*", path))
