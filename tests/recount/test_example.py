"""The example, recounted: every number that its pages and its API show of it is that of what is stored."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request
from chalicelib.services.results.sections import SECTIONS
from chalicelib.services.sessions.example import EXAMPLE_ID
from chalicelib.settings import settings
from infra import example
from infra.example.files import read_summary
from tests.api.hosts import new_host
from tests.api.jobs import asked, delete_data, summarise, write_brief
from tests.clock import own_time
from tests.conftest import forget_wiring
from tests.recount import counts
from tests.recount.answers import check_answers
from tests.recount.checks import Doors, check_conversation, check_everything, check_quotes_of_page
from tests.recount.pages import check_open_pages, check_pages
from tests.recount.similarity import check_similarity
from tests.recount.stored import Stored, everything, read_stored
from tests.recount.words import own_runs, runs
from tests.rule_based_model import RuleBasedModel
from tests.snapshots import restore_snapshot, take_snapshot
from tests.web.browser import Browser
from tests.web.host.visitor import SENDER, sign_in, verify_sender

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
QUOTES = 60  # that pages show at least
MOST_NAMED = 12  # themes of a model's in one summary
RUNS = 500  # of somebody's own words that are stored at first
EXPORTS = (
    "/export?format=json&include=all",
    "/export?format=csv&include=all",
    "/export?format=csv&parts=transcripts&include=all",
    "/export?format=md&parts=summary,responses,transcripts",
    "/export?format=html&parts=summary,responses,transcripts",
    "/session-md",
)
State = list[dict[str, Any]]


class NamingModel(RuleBasedModel):
    """A model that has a name for every theme, also for one that lost its own with the person who gave it."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """The answer, with every theme named."""
        reply = super().complete(request, deadline)
        for theme in reply.tool_calls[0].input.get("themes", ()):
            theme["label"] = theme["label"] or f"Matter {theme['themes'][0]}"
        return reply


@pytest.fixture(scope="module")
def planted(data_stack_in_memory: tuple[State, dict[str, str]]) -> Iterator[State]:
    """What is stored once the example is there; it is Ana's."""
    state, environment = data_stack_in_memory
    forget_wiring()
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        restore_snapshot(state)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(example, "AT_ONCE", 1)  # the in-memory AWS bears no second thread
        patch.setattr("chalicelib.services.synthesis.digest_runner.AT_ONCE", 1)
        example.plant(new_host("owner@example.com").user_id, NOW)
        yield take_snapshot()
    forget_wiring()


@pytest.fixture
def doors(aws: None, planted: State, monkeypatch: pytest.MonkeyPatch) -> Doors:
    """An owner of the example, at both doors."""
    restore_snapshot(planted)
    clock = own_time(monkeypatch, NOW)
    monkeypatch.setenv("MAIL_FROM", SENDER)
    monkeypatch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 10_000)
    settings.cache_clear()
    verify_sender()
    monkeypatch.setattr(container, "model", cache(NamingModel))
    host = new_host("ana@example.com")
    container.sessions().add_member(EXAMPLE_ID, host.user_id, "owner")
    return Doors(host, sign_in(Browser(), "ana@example.com"), EXAMPLE_ID, clock.now(), is_over=True)


def gathered(stored: Stored) -> dict[str, list[str]]:
    """The themes that each theme of the summary gathers, as the files of the example have it."""
    ids = {theme["label"]: name for name, theme in stored.themes.items()}
    return {theme["label"]: [ids[label] for label in theme["gathers"]] for theme in read_summary()["themes"]}


def test_every_number_is_that_of_what_is_stored(doors: Doors) -> None:
    stored = read_stored(EXAMPLE_ID)
    check_everything(stored, doors, gathered(stored))
    check_pages(stored, doors, gathered(stored))


def test_others_read_the_same_numbers_and_nothing_that_leads_to_a_person(doors: Doors) -> None:
    opened = {"results_sections": dict.fromkeys(SECTIONS, True)}
    assert doors.host.call("PATCH", f"/sessions/{EXAMPLE_ID}", opened).status_code == 200
    stored = read_stored(EXAMPLE_ID)
    check_open_pages(stored, Browser(), gathered(stored))


def test_every_number_of_answers_and_slices_is_that_of_forms_and_widgets(doors: Doors) -> None:
    check_answers(read_stored(EXAMPLE_ID), doors)


def test_cohesion_is_that_of_all_pairs(doors: Doors) -> None:
    check_similarity(read_stored(EXAMPLE_ID), doors)


def test_every_quote_of_every_page_is_in_the_message_that_it_leads_to(doors: Doors) -> None:
    stored = read_stored(EXAMPLE_ID)
    pages = {path: page.html for path, page in doors.pages().items() if page.status == 200}
    assert sum(check_quotes_of_page(stored, html) for html in pages.values()) > QUOTES
    for person in stored.people:
        check_conversation(person, pages[f"/sessions/{EXAMPLE_ID}/people/{person.id}"])


def test_without_somebody_every_number_is_as_if_they_had_not_come_until_they_are_back(doors: Doors) -> None:
    before = rest = read_stored(EXAMPLE_ID)
    out = [before.people[0].id, before.people[7].id, before.people[-1].id]
    for person in out:
        include(doors, person, False)
        rest = rest.without(person)
    after = read_stored(EXAMPLE_ID)
    check_everything(after, doors)
    assert after.carriers == rest.carriers
    assert counts.common_themes(after) != counts.common_themes(before)
    told = doors.get("/summary")["themes"][:MOST_NAMED]
    assert all(after.themes[it["id"]]["label"] for it in told)
    for html in (page.html for path, page in doors.pages().items() if page.status == 200 and "/people" not in path):
        check_quotes_of_page(after, html)
    for person in out:
        include(doors, person, True)
    again = read_stored(EXAMPLE_ID)
    assert again.carriers == before.carriers


def test_of_somebody_who_was_removed_no_word_is_left_in_any_item_page_or_export(doors: Doors) -> None:
    before = read_stored(EXAMPLE_ID)
    maud = next(it for it in before.people if it.name == "Maud")
    note = {"title": "Nights", "content": "To the board.", "quotes": [{"text": maud.said[4].words}]}
    assert doors.host.call("POST", f"/sessions/{EXAMPLE_ID}/insights", note).status_code == 201
    own = own_runs(before, maud, before.host_texts)
    assert len(own & _runs_of_all(everything())) > RUNS
    removed = doors.host.call("DELETE", f"/sessions/{EXAMPLE_ID}/participants/{maud.id}")
    assert removed.status_code == 204
    assert all(delete_data(wanted) for wanted in asked("deletions"))
    assert summarise(EXAMPLE_ID)
    assert write_brief(EXAMPLE_ID)
    after = read_stored(EXAMPLE_ID)
    assert own & _runs_of_all(everything()) == set()
    assert not [item for item in everything() if maud.id in item]
    pages = doors.pages()
    assert not any(maud.id in page.html for page in pages.values())
    assert own & _runs_of_all(page.html for page in pages.values()) == set()
    assert own & _runs_of_all(doors.text(path) for path in EXPORTS) == set()
    check_everything(after, doors)
    assert after.carriers == before.without(maud.id).carriers


def include(doors: Doors, person: str, included: bool) -> None:
    """Take somebody in or out, and have the job do what follows."""
    path = f"/sessions/{EXAMPLE_ID}/participants/{person}"
    assert doors.host.call("PATCH", path, {"included": included}).status_code == 200
    assert summarise(EXAMPLE_ID) or included  # while there is a summary, the next one may have to wait


def _runs_of_all(texts: Iterable[str]) -> set[tuple[str, ...]]:
    return set().union(*map(runs, texts))
