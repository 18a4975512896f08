"""What pages tell a host of money: before a session opens what it may cost, and then what it has cost."""

import re

import pytest

from chalicelib import container
from chalicelib.model import Spending
from chalicelib.services.usage.budget import DOLLAR
from chalicelib.services.usage.estimate import prices_of
from chalicelib.settings import DEFAULT_MODELS
from chalicelib.store import keys
from chalicelib.store.spending import Ledger
from chalicelib.text.language import OWN
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser


@pytest.fixture
def with_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that cost money."""
    known = prices_of(**DEFAULT_MODELS)
    monkeypatch.setattr(container, "model_prices", lambda _: known)


def test_without_a_model_a_session_costs_nothing(host: Host, ana: Browser) -> None:
    draft = host.new_session(draft=True)["id"]
    assert "It costs nothing: no language model is asked." in ana.open(f"/sessions/{draft}").text


def test_a_draft_tells_about_what_it_will_cost(host: Host, ana: Browser, with_models: None) -> None:
    draft = host.new_session(draft=True, max_participants=40)["id"]
    dollars = host.get(f"/sessions/{draft}")["cost"]["estimated"]
    told = f"If 40 people take part, language models cost about US${dollars:.2f}."
    assert told in ana.open(f"/sessions/{draft}").text
    for tag in OWN:
        page = ana.open(f"/sessions/{draft}?lang={tag}").text
        assert f"{dollars:.2f}" in page or f"{dollars:.2f}".replace(".", ",") in page
    assert host.call("PATCH", f"/sessions/{draft}", {"max_participants": None}).status_code == 200
    page = ana.open(f"/sessions/{draft}?lang=en").text
    assert "Language models cost about US$0." in page
    assert "for each participant." in page


def test_an_open_session_tells_what_it_has_cost(host: Host, ana: Browser, clock: FakeClock, with_models: None) -> None:
    session = host.new_session()["id"]
    assert "so far" not in ana.open(f"/sessions/{session}").text
    account = keys.session_spending(session).removeprefix(keys.SPENDING)
    ledger, cost = Ledger(), DOLLAR * 5 // 4
    ledger.reserve(account, cost, 10 * DOLLAR, clock.now())
    ledger.settle(account, 0, clock.now(), Spending(cost, 10, 5, 1))
    assert "Language models have cost US$1.25 so far." in ana.open(f"/sessions/{session}").text
    ledger.settle(account, 60 * DOLLAR, clock.now(), Spending(60 * DOLLAR, 10, 5, 1))
    told = "Language models have cost US$61.25 so far, of the US$100.00 that one session may cost here."
    assert told in ana.open(f"/sessions/{session}").text


def test_more_than_a_session_may_cost_is_told_before_it_opens(host: Host, ana: Browser, with_models: None) -> None:
    draft = host.new_session(draft=True, max_participants=5_000)["id"]
    assert host.get(f"/sessions/{draft}")["cost"]["estimated"] > 100
    for tag in OWN:
        assert re.search(r"100[.,]00|١٠٠", ana.open(f"/sessions/{draft}?lang={tag}").text)
    page = ana.open(f"/sessions/{draft}?lang=en")
    assert "That is more than the US$100.00 that one session may cost here" in page.text
    (line,) = re.findall(r'<li class="(\w+)">[^\n]*US\$100\.00', page.html)
    assert line == "undone"


def test_of_models_whose_prices_nobody_knows_nothing_is_estimated(
    host: Host, ana: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = prices_of(**DEFAULT_MODELS)
    own = prices_of(**{**DEFAULT_MODELS, "medium": "qwen3"})
    assert known.are_known
    assert own.medium == known.large  # what towards limits it counts as
    monkeypatch.setattr(container, "model_prices", lambda _: own)
    draft = host.new_session(draft=True, max_participants=40)["id"]
    assert host.get(f"/sessions/{draft}")["cost"] == {"estimated": None, "spent": 0}
    assert "so there is no estimate" in ana.open(f"/sessions/{draft}").text
    assert host.call("PATCH", f"/sessions/{draft}", {"status": "active"}).status_code == 200
    ledger, account = Ledger(), keys.session_spending(draft).removeprefix(keys.SPENDING)
    ledger.reserve(account, DOLLAR, 10 * DOLLAR, clock.now())
    ledger.settle(account, 0, clock.now(), Spending(DOLLAR, 10, 5, 1))
    assert (
        "At those of the dearest one that is known, they have cost US$1.00 so far."
        in ana.open(f"/sessions/{draft}").text
    )
