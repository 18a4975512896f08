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
from tests.faults import FAULTS, Wire, own_model, tap
from tests.room import Room

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


class Till:
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
def till(aws: None, monkeypatch: pytest.MonkeyPatch) -> Till:
    return Till(own_time(monkeypatch))


@pytest.fixture
def wire(till: Till, monkeypatch: pytest.MonkeyPatch) -> Wire:
    own_retries(monkeypatch)
    return tap(monkeypatch)


def test_every_call_that_no_reply_is_stored_of_is_counted_failed_ones_too(till: Till) -> None:
    for task in ("digest", "summary", "prompt"):
        till.ask(task)
    assert till.spent() == 300
    till.spender.fails = True
    with pytest.raises(ModelUnavailable):
        till.ask()
    assert till.spent() == 400
    till.spender.fails = False
    till.ask("turn")  # the stream counts it with the reply
    assert till.spent() == 400


def test_past_the_budget_nobody_is_asked_until_midnight(till: Till) -> None:
    till.ledger.spend(LIMIT - 50, till.clock.now())
    till.ask()  # the last one may go over it
    for task in ("turn", "digest", "summary", "prompt"):
        with pytest.raises(BudgetSpent, match=SPENT) as refused:
            till.ask(task)
        assert refused.value.retry_after == pytest.approx(12 * 3600, abs=10)
    assert len(till.spender.asked) == 1
    till.clock.advance(12 * 3600)
    till.ask()
    assert till.spent() == 100


@pytest.mark.parametrize(
    ("now", "wait"),
    [(datetime(2026, 3, 1, 23, 59, 0, tzinfo=UTC), 60), (datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC), 12 * 3600)],
)
def test_the_wait_ends_at_midnight_and_is_twelve_hours_at_most(now: datetime, wait: float) -> None:
    assert BudgetSpent(now).retry_after == wait


def test_a_container_looks_once_a_minute(till: Till, wire: Wire) -> None:
    for _ in range(5):
        till.ask("turn")
        till.clock.advance(11)
    assert wire.calls == ["GetItem"]
    till.clock.advance(5)
    till.ask("turn")
    till.ask("turn")
    assert wire.calls == ["GetItem"] * 2


def test_what_others_spend_is_known_within_a_minute(till: Till) -> None:
    other = till.another()
    till.ask("turn")
    till.ask("turn", other)
    till.ledger.spend(LIMIT, till.clock.now())
    till.ask("turn")
    till.clock.advance(60)
    for model in (till.model, other):
        with pytest.raises(BudgetSpent):
            till.ask("turn", model)


@pytest.mark.parametrize("name", ["unreachable", "conflict without end"])
def test_a_table_that_does_not_answer_silences_nobody(till: Till, wire: Wire, name: str) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)
    for call in (1, 2):
        with wire.broken(fault, call):
            assert till.ask() == "Why?"
        till.clock.advance(60)
    assert till.ask() == "Why?"


def test_whoever_takes_the_total_over_a_mark_says_so_once(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for number in range(1, 11):
            till.ask()
            events = [getattr(record, "event", None) for record in caplog.records]
            assert events == ["tokens_nearly_spent"] * (number >= 8) + ["tokens_spent"] * (number >= 10)
        Budget(LIMIT, till.ledger).spend(5 * LIMIT, till.clock.now())
    assert len(caplog.records) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_days_are_counted_apart_and_forgotten(till: Till) -> None:
    till.ask()
    till.clock.advance(24 * 3600)
    assert till.spent() == 0
    assert till.ledger.spend(5, till.clock.now()) == 5
    stored = boto3.client("dynamodb").scan(TableName="guards")["Items"]
    kept = {item["id"]["S"]: int(item["expires_at"]["N"]) for item in stored}
    assert sorted(kept) == ["tokens#2026-03-01", "tokens#2026-03-02"]
    assert kept["tokens#2026-03-02"] == int(till.clock.now().timestamp()) + 7 * 24 * 3600


# In a conversation


def test_a_participant_is_told_and_their_words_are_kept(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(till.clock, own_model(monkeypatch))
    own: Any = FrugalModel(room.model, Budget(LIMIT, till.ledger), till.clock)
    monkeypatch.setattr(container, "model", cache(lambda: own))
    room.join()
    till.ledger.spend(LIMIT, till.clock.now())
    till.clock.advance(60)
    with pytest.raises(Unavailable, match=SPENT) as told:
        room.say("Soup", "m1")
    assert 3600 < told.value.retry_after <= 12 * 3600
    assert room.said()[-1] == ("user", "Soup")
    till.clock.advance(12 * 3600)
    assert room.say("Soup", "m1").content == "Reply 2"
    assert [words for who, words in room.said() if who == "user"] == ["Soup"]


def test_tokens_of_a_reply_that_came_to_nothing_are_kept_apart(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(till.clock, own_model(monkeypatch))
    room.join()
    before = room.view().tally
    monkeypatch.setattr(room.model, "complete", till.spender.complete)
    till.spender.fails = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            room.say("Soup", "m1")
    assert room.view().tally == before
    till.spender.fails = False
    room.say("Soup", "m1")
    after = room.view().tally
    assert (after.input_tokens - before.input_tokens, after.turns) == (60, before.turns + 1)
    assert _unused(room) == 200


def test_tokens_of_a_reply_whose_lease_was_lost_are_counted(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(till.clock, own_model(monkeypatch))
    room.join()
    spent = _unused(room)

    def late() -> None:
        room.clock.advance(31)
        room.say("Soup", "m1")

    room.during_next_call(late)
    with pytest.raises(Conflict):
        room.say("Soup", "m1")
    assert (_unused(room) - spent, room.view().tally.turns) == (33, 2)
    assert room.thread().thread.turn_id is None


def _unused(room: Room) -> int:
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
