"""What models may cost: everything is counted before it is spent, and past a ceiling nobody is asked."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import Block, ChatMessage, ModelUnavailable, Payer, Reply, Request, Task, Tool, Usage
from chalicelib.llm.prices import most_of, price_of
from chalicelib.services.usage.budget import DOLLAR, Budget, BudgetedModel, BudgetSpent
from chalicelib.store.spending import OF_SESSION, Ledger
from tests.clock import FakeClock, own_retries, own_time
from tests.concurrency import contend
from tests.conftest import forget_wiring
from tests.conversation import Conversation
from tests.faults import FAULTS, Wire, own_model, tap

SPENT = "What language models may cost in a day is used up"
SESSION_SPENT = "What language models may cost in a session is used up"
STAGE, OWNER, SESSION = 1_000, 500, 700
COST, MOST = 30, 100  # of one call
TODAY = "2026-03-01"


class Spender:
    """A model whose every call may cost 100 and costs 30, also where it fails."""

    understands = True

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.fails = False
        self.cost = COST

    def most_of(self, _: Request) -> int:
        return MOST

    def complete(self, request: Request, _: Deadline) -> Reply:
        """Answer, or fail."""
        self.asked.append(request)
        usage = Usage(60, 30, 10, self.cost)
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
        self.model = BudgetedModel(self.spender, Budget(STAGE, OWNER, SESSION, self.ledger), clock)

    def ask(self, task: Task = "digest", owner: str = "ann", session: str = "s1") -> str:
        """One call."""
        messages = (ChatMessage("user", (Block("Begin"),)),)
        request = Request(task, "small", (Block("Guidelines"),), messages, 500, payer=Payer(owner, session))
        return self.model.complete(request, self.clock.deadline(24)).text

    def spent(self, owner: str = "ann", session: str = "s1") -> tuple[int, int, int]:
        """What the stage's and the owner's day and the session have come to."""
        day = self.clock.now().date().isoformat()
        return self.ledger.spent(day), self.ledger.spent(f"{day}#{owner}"), self.ledger.spent(f"{OF_SESSION}{session}")


@pytest.fixture
def spending(aws: None, monkeypatch: pytest.MonkeyPatch) -> Spending:
    return Spending(own_time(monkeypatch))


@pytest.fixture
def wire(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> Wire:
    own_retries(monkeypatch)
    return tap(monkeypatch)


def test_every_call_is_counted_at_what_it_cost_failed_ones_too(spending: Spending) -> None:
    for task in ("turn", "digest", "summary", "prompt"):
        spending.ask(task)
    assert spending.spent() == (4 * COST,) * 3
    spending.spender.fails = True
    with pytest.raises(ModelUnavailable):
        spending.ask()
    assert spending.spent() == (5 * COST,) * 3


def test_a_call_takes_what_it_may_cost_before_it_is_made(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int, int]] = []
    complete = spending.spender.complete

    def looking(request: Request, deadline: Deadline) -> Reply:
        seen.append(spending.spent())
        return complete(request, deadline)

    monkeypatch.setattr(spending.spender, "complete", looking)
    spending.ask()
    assert seen == [(MOST,) * 3]


def test_what_a_dead_process_reserved_stays_spent(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending.model, "_settle", lambda *_: None)
    spending.ask()
    assert spending.spent() == (MOST,) * 3


@pytest.mark.parametrize(
    ("account", "ceiling", "told"),
    [(TODAY, STAGE, SPENT), (f"{TODAY}#ann", OWNER, SPENT), (f"{OF_SESSION}s1", SESSION, SESSION_SPENT)],
)
def test_where_a_ceiling_stands_against_it_nobody_is_asked_and_nothing_is_counted(
    spending: Spending, account: str, ceiling: int, told: str
) -> None:
    spending.ledger.reserve(account, ceiling - MOST + 1, 10**12, spending.clock.now())
    before = spending.spent()
    with pytest.raises(BudgetSpent, match=told):
        spending.ask("turn")
    assert spending.spent() == before
    assert spending.spender.asked == []
    spending.ledger.settle(account, -1, spending.clock.now())
    spending.ask("turn")


def test_who_has_spent_theirs_keeps_nobody_else_back(spending: Spending) -> None:
    spending.ledger.reserve(f"{TODAY}#ann", OWNER, 10**12, spending.clock.now())
    with pytest.raises(BudgetSpent):
        spending.ask("turn")
    spending.ask("turn", owner="bo", session="s2")
    assert spending.spent("bo", "s2") == (COST,) * 3


def test_no_crowd_gets_past_a_ceiling(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> None:
    contend(monkeypatch)
    spending.spender.cost = MOST

    def one(_: int) -> bool:
        try:
            spending.ask("turn")
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        answered = sum(pool.map(one, range(40)))
    # Whoever is refused gives back what it had taken elsewhere: meanwhile somebody may be refused who would have fitted.
    assert answered <= OWNER // MOST
    assert spending.spent() == (answered * MOST,) * 3


def test_a_fifth_of_the_day_is_for_conversations(spending: Spending) -> None:
    spending.ledger.reserve(TODAY, STAGE * 8 // 10 - MOST + 1, 10**12, spending.clock.now())
    for task in ("digest", "summary", "prompt"):
        with pytest.raises(BudgetSpent):
            spending.ask(task)
    spending.ask("turn")


def test_questions_of_visitors_leave_a_host_most_of_their_money(spending: Spending) -> None:
    spending.ledger.reserve(f"{OF_SESSION}s2", SESSION * 4 // 10 - MOST + 1, 10**12, spending.clock.now())
    with pytest.raises(BudgetSpent):
        spending.ask("ask_of_others", session="s2")
    spending.ask("digest", session="s2")
    spending.ask("ask_of_others")
    spending.ledger.reserve(f"{TODAY}#ann", OWNER * 4 // 10, 10**12, spending.clock.now())
    with pytest.raises(BudgetSpent):
        spending.ask("ask_of_others")
    spending.ask("ask")


def test_questions_of_visitors_leave_most_of_what_a_hosts_key_may_cost_too(spending: Spending) -> None:
    spending.model.budget = Budget(0, 0, 0, spending.ledger, "k1", 1_000)
    spending.ledger.reserve(f"{TODAY}#key#k1", 400 - MOST + 1, 10**12, spending.clock.now())
    with pytest.raises(BudgetSpent):
        spending.ask("ask_of_others")
    spending.ask("ask")
    assert spending.spent() == (0, 0, 0)
    assert spending.ledger.spent(f"{TODAY}#key#k1") == 400 - MOST + 1 + COST


def test_a_day_ends_at_midnight_and_a_sessions_money_does_not_come_back(spending: Spending) -> None:
    spending.ledger.reserve(TODAY, STAGE, 10**12, spending.clock.now())
    spending.ledger.reserve(f"{OF_SESSION}s2", SESSION, 10**12, spending.clock.now())
    with pytest.raises(BudgetSpent) as refused:
        spending.ask("turn")
    assert refused.value.retry_after == pytest.approx(12 * 3600, abs=10)
    spending.clock.advance(12 * 3600)
    spending.ask("turn")
    with pytest.raises(BudgetSpent, match=SESSION_SPENT):
        spending.ask("turn", session="s2")


@pytest.mark.parametrize(
    ("now", "wait"),
    [(datetime(2026, 3, 1, 23, 59, 0, tzinfo=UTC), 60), (datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC), 12 * 3600)],
)
def test_the_wait_ends_at_midnight_and_is_twelve_hours_at_most(now: datetime, wait: float) -> None:
    assert BudgetSpent(now).retry_after == wait


@pytest.mark.parametrize("name", ["unreachable", "conflict without end"])
def test_a_table_that_does_not_answer_silences_nobody_and_lets_no_other_work_go_uncounted(
    spending: Spending, wire: Wire, name: str
) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)
    with wire.broken(fault, 1):
        assert spending.ask("turn") == "Why?"
    with wire.broken(fault, 1), pytest.raises(Unavailable):
        spending.ask("digest")
    assert len(spending.spender.asked) == 1
    assert spending.ask("digest") == "Why?"


def test_marks_of_the_stages_day_are_said_in_the_log(spending: Spending, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        spending.ledger.reserve(TODAY, STAGE * 8 // 10 - MOST, 10**12, spending.clock.now())
        spending.ask("turn")
        spending.ledger.reserve(TODAY, STAGE, 10**12, spending.clock.now())
        for task in ("digest", "turn"):
            with pytest.raises(BudgetSpent):
                spending.ask(task)
    told = [getattr(record, "event", None) for record in caplog.records]
    assert told == ["money_nearly_spent", "money_nearly_spent", "money_spent"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "ERROR"]


def test_what_cannot_be_given_back_stays_counted_and_the_call_is_refused(spending: Spending, wire: Wire) -> None:
    spending.ledger.reserve(f"{OF_SESSION}s1", SESSION, 10**12, spending.clock.now())
    fault = next(fault for fault in FAULTS if fault.name == "unreachable")
    with wire.broken(fault, 4), pytest.raises(BudgetSpent, match=SESSION_SPENT):
        spending.ask("turn")
    assert spending.spender.asked == []


def test_no_ceiling_is_no_account(spending: Spending) -> None:
    model = BudgetedModel(spending.spender, Budget(0, 0, 0, spending.ledger), spending.clock)
    spending.model = model
    spending.ledger.reserve(TODAY, 10**9, 10**12, spending.clock.now())
    assert spending.ask() == "Why?"


def test_accounts_are_forgotten_long_after_the_last_spending(spending: Spending) -> None:
    spending.ask()
    stored = boto3.client("dynamodb").scan(TableName="guards")["Items"]
    kept = {item["id"]["S"]: int(item["expires_at"]["N"]) for item in stored}
    assert sorted(kept) == [f"spending#{TODAY}", f"spending#{TODAY}#ann", "spending#session#s1"]
    days = [(at - int(spending.clock.now().timestamp())) // (24 * 3600) for _, at in sorted(kept.items())]
    assert days == [7, 7, 400]


# Prices


def test_an_unknown_model_counts_as_the_dearest() -> None:
    assert price_of("claude-next") == price_of("claude-opus-5-5")
    assert price_of("claude-sonnet-5-5").cost(read=1000, cache_written=1000, cache_read=1000, written=1000) == 14_600


def test_a_request_may_cost_what_its_texts_and_a_full_answer_come_to() -> None:
    tool = Tool("conclude", "End it.", {"type": "object"})
    small = Request("turn", "medium", (Block("a" * 2_500),), (), 1_000)
    assert most_of(small, "claude-sonnet-5-5", 3_000) == 2 * 1_500 * 2.5 + 3_000 * 10
    larger = Request("turn", "medium", (Block("a" * 2_500), Block("b" * 2_500)), (), 1_000, tools=(tool,))
    assert most_of(larger, "claude-sonnet-5-5", 3_000) > 2 * 2_500 * 2.5 + 3_000 * 10
    chinese = Request("turn", "medium", (Block("公" * 2_500),), (), 1_000)
    assert most_of(chinese, "claude-sonnet-5-5", 3_000) == 2 * 3_500 * 2.5 + 3_000 * 10


# In a conversation


def test_a_participant_is_told_and_their_words_are_kept(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = Conversation(spending.clock, own_model(monkeypatch))
    own: Any = BudgetedModel(conversation.model, Budget(STAGE * DOLLAR, 0, 0, spending.ledger), spending.clock)
    monkeypatch.setattr(container, "model", cache(lambda: own))
    conversation.join()
    spending.ledger.reserve(TODAY, STAGE * DOLLAR, 10**12, spending.clock.now())
    with pytest.raises(Unavailable, match="limit for today; what you wrote is kept") as told:
        conversation.say("Soup", "m1")
    assert 3600 < told.value.retry_after <= 12 * 3600
    assert conversation.said()[-1] == ("user", "Soup")
    spending.clock.advance(12 * 3600)
    assert conversation.say("Soup", "m1").content == "Reply 2"
    assert [words for who, words in conversation.said() if who == "user"] == ["Soup"]


def test_a_turn_is_on_the_account_of_its_session_and_owner(spending: Spending, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = Conversation(spending.clock, own_model(monkeypatch))
    conversation.join()
    session = conversation.view().session
    assert conversation.model.requests[-1].payer == Payer(session.owner_id, session.id)


# Wiring


def test_a_model_that_costs_something_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "anthropic")
    for given, dollars in (("", 50), ("5", 5), ("0", 0)):
        monkeypatch.setenv("DAILY_BUDGET", given)
        forget_wiring()
        assert type(container.model()) is BudgetedModel
        assert container.budget().stage_a_day == dollars * DOLLAR
    forget_wiring()
