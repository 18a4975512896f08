"""What models may cost: ceilings that nest, and a reservation before each call, so that nothing can cost more than they say.

The stage has a ceiling a day (UTC), every owner one a day, every session one in all. A call's most is counted on all three
before it is made, each by one conditional update, and corrected to what it cost when it comes back; a call whose process
dies stays counted as dear. A fifth of the stage's and of the owner's day is kept for conversations, so that summaries
never silence people; questions of whoever has no role in a session are answered while less than two fifths are spent of
its money and of its owner's day, so that strangers silence nobody.

Amounts are millionths of a dollar.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import Model, ModelUnavailable, Payer, Reply, Request, Usage
from chalicelib.model import SessionView, Spending
from chalicelib.model.own_models import ModelSource
from chalicelib.observability import MONEY_NEARLY_SPENT, MONEY_SPENT, log_failure, logger
from chalicelib.services.usage.model_choice import choose_model
from chalicelib.store.spending import OF_SESSION, Ledger

T = TypeVar("T")
DOLLAR: Final = 1_000_000
NEARLY_SPENT: Final = 0.8  # of the stage's day
FOR_ALL_BUT_TURNS: Final = 0.8  # of a day; the rest is kept for conversations
UNLIMITED: Final = 10**15  # a ceiling of what is counted, and bounded by others alone
FOR_OTHERS: Final = 0.4  # of an owner's day, and of a session: for questions of whoever has no role in it
A_TURN: Final = DOLLAR * 3 // 20  # what a turn reserves, roughly
LONGEST_WAIT: Final = timedelta(hours=12)


class BudgetSpent(ModelUnavailable):
    """The day's money for this is spent."""

    sentence = "What language models may cost in a day is used up"

    def __init__(self, now: datetime) -> None:
        super().__init__(self.sentence, self.wait(now).total_seconds())

    def wait(self, now: datetime, /) -> timedelta:
        """How long until it may be asked again: until midnight."""
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        return min(midnight - now, LONGEST_WAIT)


class SessionBudgetSpent(BudgetSpent):
    """The session's money is spent, and does not come back by itself: no queue should wait for it."""

    sentence = "What language models may cost in a session is used up"

    def wait(self, _: datetime, /) -> timedelta:
        """How long to wait where somebody has to raise the limit first."""
        return LONGEST_WAIT


class Meter(Struct):
    """A model for one piece of work on somebody's account, and what its calls have come to; those that failed are among them."""

    model: Model
    payer: Payer
    usage: Usage = Usage()

    @property
    def understands(self) -> bool:
        return self.model.understands

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer the request."""
        try:
            reply = self.model.complete(replace(request, payer=self.payer), deadline)
        except ModelUnavailable as error:
            self.usage += error.usage
            raise
        self.usage += reply.usage
        return reply

    @property
    def is_paid(self) -> bool:
        """Whether anything was paid."""
        return self.usage.total > 0 or self.usage.cost > 0


def meter_for(view: SessionView, model: Model, source: ModelSource | None = None) -> Meter:
    """The model that answers for a session, on the account of that and of its owner; in a conversation, `source` is whose model it
    began with. Every call for a session goes through here."""
    return Meter(choose_model(model, view.session, source), Payer(view.session.owner_id, view.session.id))


class PricedModel(Model, Protocol):
    """A model that knows what a request may cost."""

    def most_of(self, request: Request, /) -> int:
        """What a request may cost at most."""
        ...


class _Account(Struct, frozen=True):
    """An account with its ceiling. `refused` is what is raised where that stands against a call. A session's is kept, with a
    ceiling or without: its host reads what it has come to. With `counts_nothing`, only what was spent is kept there, which is
    the host's own money."""

    name: str
    ceiling: int
    refused: BudgetSpent
    is_stage: bool = False
    is_session: bool = False
    counts_nothing: bool = False

    def share(self, amount: int) -> int:
        """What of an amount counts against the ceiling."""
        return 0 if self.counts_nothing else amount


class Budget(Struct, frozen=True):
    """Ceilings, and the ledger of what has been spent. 0: no ceiling."""

    stage_a_day: int
    owner_a_day: int
    session: int
    ledger: Ledger
    key_id: str = (
        ""  # of a host's key for a server of models, which has a day's ceiling of its own and counts on no other
    )
    key_a_day: int = 0

    def reserve(self, request: Request, most: int, now: datetime) -> None:
        """Count what a call may cost at most. Raises BudgetSpent where a ceiling stands against it, and counts nothing then."""
        accounts = self._accounts(request, now)
        totals = _each(accounts, lambda it: self.ledger.reserve(it.name, it.share(most), it.ceiling, now))
        over = [account for account, total in zip(accounts, totals, strict=True) if total is None]
        if over:
            taken = [account for account in accounts if account not in over]
            try:
                _each(taken, lambda account: self.ledger.settle(account.name, account.share(-most), now))
            except Unavailable as error:
                log_failure("a reservation could not be given back", error)  # it stays counted, and the call is refused
            if any(account.is_stage for account in over):
                self._tell_of_stage(is_spent=request.task == "turn")
            raise over[0].refused
        mark = self.stage_a_day * NEARLY_SPENT
        for account, total in zip(accounts, totals, strict=True):
            if account.is_stage and total is not None and total - most < mark <= total:
                self._tell_of_stage(is_spent=False)

    def _tell_of_stage(self, *, is_spent: bool) -> None:
        """The log has the alarms: nobody is answered any more, or all but conversations wait from now on."""
        limit = self.stage_a_day / DOLLAR
        if is_spent:
            logger.error("the day's money is spent", extra={"event": MONEY_SPENT, "limit": limit})
        else:
            logger.warning("the day's money is nearly spent", extra={"event": MONEY_NEARLY_SPENT, "limit": limit})

    def exhausted_for(self, payer: Payer, now: datetime) -> BudgetSpent | None:
        """The BudgetSpent that a turn on this account would meet now, as far as one can say without knowing what it may cost; or
        None."""
        request = Request("turn", "medium", (), (), 0, payer=payer)
        accounts = self._accounts(request, now)
        totals = _each(accounts, lambda account: self.ledger.spent(account.name))
        for account, total in zip(accounts, totals, strict=True):
            if total is not None and total >= account.ceiling - min(A_TURN, account.ceiling // 10):
                return account.refused
        return None

    def settle(self, request: Request, most: int, usage: Usage, now: datetime) -> None:
        """Correct what was reserved at that moment to what the call cost; the session's account keeps its tokens, too."""

        def settle(account: _Account) -> None:
            corrected = account.share(usage.cost - most)
            self.ledger.settle(account.name, corrected, now, spent if account.is_session else None)

        spent = Spending(usage.cost, usage.input_tokens, usage.cached_tokens, usage.output_tokens)
        _each(self._accounts(request, now), settle)

    def _accounts(self, request: Request, now: datetime) -> list[_Account]:
        """The accounts that a request is counted on, those with a ceiling."""
        day, share = now.date().isoformat(), 1 if request.task == "turn" else FOR_ALL_BUT_TURNS
        of_owner, of_session = (FOR_OTHERS, FOR_OTHERS) if request.task == "ask_of_others" else (share, 1)
        until_midnight, for_good = BudgetSpent(now), SessionBudgetSpent(now)
        accounts = [_Account(day, int(self.stage_a_day * share), until_midnight, is_stage=True)]
        accounts.append(_Account(f"{day}#key#{self.key_id}", int(self.key_a_day * of_owner), until_midnight))
        if payer := request.payer:
            accounts.append(_Account(f"{day}#{payer.owner_id}", int(self.owner_a_day * of_owner), until_midnight))
            if payer.session_id:
                name, ceiling = f"{OF_SESSION}{payer.session_id}", int(self.session * of_session) or UNLIMITED
                is_hosts = bool(self.key_id)
                accounts.append(_Account(name, ceiling, for_good, is_session=True, counts_nothing=is_hosts))
        return [account for account in accounts if account.ceiling]


def _each(accounts: Sequence[_Account], change: Callable[[_Account], T]) -> list[T]:
    """Change all of these accounts at once: a turn waits for one round trip, not for three."""
    if not accounts:
        return []
    with ThreadPoolExecutor(len(accounts)) as pool:
        return list(pool.map(change, accounts))


class BudgetedModel:
    """A model within a budget: where a ceiling stands against a call, nobody is asked and BudgetSpent is raised."""

    def __init__(self, model: PricedModel, budget: Budget, clock: Clock) -> None:
        self.model = model
        self.budget = budget
        self.clock = clock

    @property
    def understands(self) -> bool:
        return self.model.understands

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer the request, for what it may cost at most."""
        most, now = self.model.most_of(request), self.clock.now()
        counted = self._reserve(request, most, now)
        usage = Usage()
        try:
            reply = self.model.complete(request, deadline)
            usage = reply.usage
        except ModelUnavailable as error:
            usage = error.usage
            raise
        finally:
            if counted:
                self._settle(request, most, usage, now)
        return reply

    def _reserve(self, request: Request, most: int, now: datetime) -> bool:
        """Whether it is counted. A table that does not answer must not silence the facilitator; others wait for it."""
        try:
            self.budget.reserve(request, most, now)
        except BudgetSpent:
            raise
        except Unavailable as error:
            if request.task != "turn":
                raise
            log_failure("a call's money could not be reserved", error)
            return False
        return True

    def _settle(self, request: Request, most: int, usage: Usage, now: datetime) -> None:
        """On the day that it was reserved on. What cannot be corrected stays counted as dear."""
        try:
            self.budget.settle(request, most, usage, now)
        except Unavailable as error:
            log_failure("a call's money could not be settled", error)
