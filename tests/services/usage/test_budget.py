"""A day's budget of tokens: everything is counted, and past it nobody is asked."""

import logging
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest

from chalicelib import container
from chalicelib import settings as settings_module
from chalicelib.clock import Deadline
from chalicelib.errors import Conflict, Unavailable
from chalicelib.llm.anthropic import AnthropicModel
from chalicelib.llm.interface import Block, ChatMessage, ModelUnavailable, Reply, Request, Task, Usage
from chalicelib.services.usage.budget import Budget, BudgetSpent, FrugalModel
from chalicelib.store.token_usage import Ledger
from tests.clock import FakeClock, own_retries, own_time
from tests.conftest import forget_wiring
from tests.conversation import Conversation
from tests.faults import FAULTS, Wire, own_model, tap

SPENT = "The facilitator has reached its limit for today; what you wrote is kept"
LIMIT = 1_000


class Spender:
    """A model whose every call costs a hundred tokens, also where it fails."""

    understands = True

    def __init__(self) -> None:
        self.asked: list[tuple[Request, Deadline]] = []
        self.fails = False

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer, or fail."""
        self.asked.append((request, deadline))
        usage = Usage(60, 30, 10)
        if not self.fails:
            return Reply("Why?", "test-model", usage=usage)
        error = ModelUnavailable("Half a sentence")
        error.usage = usage
        raise error


class Spending:
    """A spender within a budget."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.spender = Spender()
        self.ledger = Ledger()
        self.model = self.another()

    def another(self) -> FrugalModel:
        """The same in another container."""
        return FrugalModel(self.spender, Budget(LIMIT, self.ledger), self.clock)

    def ask(self, task: Task = "digest", model: FrugalModel | None = None) -> str:
        """One call."""
        request = Request(task, "small", (Block("Guidelines"),), (ChatMessage("user", (Block("Begin"),)),), 500)
        return (model or self.model).complete(request, self.clock.deadline(24)).text

    def spent(self) -> int:
        """The day's total."""
        return self.ledger.spent(self.clock.now().date())


@pytest.fixture
def spending(aws: None, monkeypatch: pytest.MonkeyPatch) -> Spending:
    return Spending(own_time(monkeypatch))


@pytest.fixture
def wire(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> Wire:
    own_retries(monkeypatch)
    return tap(monkeypatch)


def test_every_call_that_no_reply_is_stored_of_is_counted_failed_ones_too(spending: Spending) -> None:
    for task in ("digest", "summary", "prompt"):
        spending.ask(task)
    assert spending.spent() == 300
    spending.spender.fails = True
    with pytest.raises(ModelUnavailable):
        spending.ask()
    assert spending.spent() == 400
    spending.spender.fails = False
    spending.ask("turn")  # the stream counts it with the reply
    assert spending.spent() == 400


def test_past_the_budget_nobody_is_asked_until_midnight(spending: Spending) -> None:
    spending.ledger.spend(LIMIT - 50, spending.clock.now())
    spending.ask()  # the last one may go over it
    for task in ("turn", "digest", "summary", "prompt"):
        with pytest.raises(BudgetSpent, match=SPENT) as refused:
            spending.ask(task)
        assert refused.value.retry_after == pytest.approx(12 * 3600, abs=10)
    assert len(spending.spender.asked) == 1
    spending.clock.advance(12 * 3600)
    spending.ask()
    assert spending.spent() == 100


@pytest.mark.parametrize(
    ("now", "wait"),
    [(datetime(2026, 3, 1, 23, 59, 0, tzinfo=UTC), 60), (datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC), 12 * 3600)],
)
def test_the_wait_ends_at_midnight_and_is_twelve_hours_at_most(now: datetime, wait: float) -> None:
    assert BudgetSpent(now).retry_after == wait


def test_a_container_looks_once_a_minute(spending: Spending, wire: Wire) -> None:
    for _ in range(5):
        spending.ask("turn")
        spending.clock.advance(11)
    assert wire.calls == ["GetItem"]
    spending.clock.advance(5)
    spending.ask("turn")
    spending.ask("turn")
    assert wire.calls == ["GetItem"] * 2


def test_what_others_spend_is_known_within_a_minute(spending: Spending) -> None:
    other = spending.another()
    spending.ask("turn")
    spending.ask("turn", other)
    spending.ledger.spend(LIMIT, spending.clock.now())
    spending.ask("turn")
    spending.clock.advance(60)
    for model in (spending.model, other):
        with pytest.raises(BudgetSpent):
            spending.ask("turn", model)


@pytest.mark.parametrize("name", ["unreachable", "conflict without end"])
def test_a_table_that_does_not_answer_silences_nobody(spending: Spending, wire: Wire, name: str) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)
    for call in (1, 2):
        with wire.broken(fault, call):
            assert spending.ask() == "Why?"
        spending.clock.advance(60)
    assert spending.ask() == "Why?"


def test_whoever_takes_the_total_over_a_mark_says_so_once(spending: Spending, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for number in range(1, 11):
            spending.ask()
            events = [getattr(record, "event", None) for record in caplog.records]
            assert events == ["tokens_nearly_spent"] * (number >= 8) + ["tokens_spent"] * (number >= 10)
        Budget(LIMIT, spending.ledger).spend(5 * LIMIT, spending.clock.now())
    assert len(caplog.records) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_days_are_counted_apart_and_forgotten(spending: Spending) -> None:
    spending.ask()
    spending.clock.advance(24 * 3600)
    assert spending.spent() == 0
    assert spending.ledger.spend(5, spending.clock.now()) == 5
    stored = boto3.client("dynamodb").scan(TableName="guards")["Items"]
    kept = {item["id"]["S"]: int(item["expires_at"]["N"]) for item in stored}
    assert sorted(kept) == ["tokens#2026-03-01", "tokens#2026-03-02"]
    assert kept["tokens#2026-03-02"] == int(spending.clock.now().timestamp()) + 7 * 24 * 3600


# In a conversation


def test_a_participant_is_told_and_their_words_are_kept(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = Conversation(spending.clock, own_model(monkeypatch))
    own: Any = FrugalModel(conversation.model, Budget(LIMIT, spending.ledger), spending.clock)
    monkeypatch.setattr(container, "model", cache(lambda: own))
    conversation.join()
    spending.ledger.spend(LIMIT, spending.clock.now())
    spending.clock.advance(60)
    with pytest.raises(Unavailable, match=SPENT) as told:
        conversation.say("Soup", "m1")
    assert 3600 < told.value.retry_after <= 12 * 3600
    assert conversation.said()[-1] == ("user", "Soup")
    spending.clock.advance(12 * 3600)
    assert conversation.say("Soup", "m1").content == "Reply 2"
    assert [words for who, words in conversation.said() if who == "user"] == ["Soup"]


def test_tokens_of_a_reply_that_came_to_nothing_are_kept_apart(
    spending: Spending, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation(spending.clock, own_model(monkeypatch))
    conversation.join()
    before = conversation.view().tally
    monkeypatch.setattr(conversation.model, "complete", spending.spender.complete)
    spending.spender.fails = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            conversation.say("Soup", "m1")
    assert conversation.view().tally == before
    spending.spender.fails = False
    conversation.say("Soup", "m1")
    after = conversation.view().tally
    assert (after.input_tokens - before.input_tokens, after.turns) == (60, before.turns + 1)
    assert _unused(conversation) == 200


def test_tokens_of_a_reply_whose_lease_was_lost_are_counted(
    spending: Spending, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation(spending.clock, own_model(monkeypatch))
    conversation.join()
    spent = _unused(conversation)

    def late() -> None:
        conversation.clock.advance(31)
        conversation.say("Soup", "m1")

    conversation.during_next_call(late)
    with pytest.raises(Conflict):
        conversation.say("Soup", "m1")
    assert (_unused(conversation) - spent, conversation.view().tally.turns) == (33, 2)
    assert conversation.thread().thread.turn_id is None


def _unused(conversation: Conversation) -> int:
    items = boto3.client("dynamodb").scan(TableName="sessions")["Items"]
    return sum(int(item["unused_tokens"]["N"]) for item in items if "unused_tokens" in item)


# Wiring


def test_a_model_that_costs_something_has_a_budget_unless_there_is_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "anthropic")
    for limit, kind in (("", FrugalModel), ("5", FrugalModel), ("0", AnthropicModel)):
        monkeypatch.setenv("DAILY_TOKENS", limit)
        forget_wiring()
        assert type(container.model()) is kind
        found = container.budget()
        assert (found.limit if found else 0) == (int(limit) if limit else settings_module.DEFAULT_DAILY_TOKENS)
    forget_wiring()
