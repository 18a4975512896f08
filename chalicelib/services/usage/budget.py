"""The day's budget of tokens: what a stage may spend between two midnights (UTC), so that nothing can cost more than that.

A reply in a conversation is stored with what it cost, in one transaction, and the stream counts it from there; every
other call is counted when it comes back. A container looks at the day's total at most once a minute, so what is spent in
a minute may come on top.
"""

from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct, field

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import Model, ModelUnavailable, Reply, Request, Usage
from chalicelib.observability import TOKENS_NEARLY_SPENT, TOKENS_SPENT, log_failure, logger
from chalicelib.store.token_usage import Ledger

NEARLY_SPENT: Final = 0.8  # of the budget
LOOK_EVERY: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=12)


class BudgetSpent(ModelUnavailable):
    """The day's tokens are spent; the message is for whoever waits for an answer."""

    def __init__(self, now: datetime) -> None:
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        message = "The facilitator has reached its limit for today; what you wrote is kept"
        super().__init__(message, min(midnight - now, LONGEST_WAIT).total_seconds())


class Meter(Struct):
    """A model for one piece of work, and what its calls have come to; those that failed are among them."""

    model: Model
    usage: Usage = field(default_factory=Usage)

    @property
    def understands(self) -> bool:
        return self.model.understands

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer the request."""
        try:
            reply = self.model.complete(request, deadline)
        except ModelUnavailable as error:
            self.usage += error.usage
            raise
        self.usage += reply.usage
        return reply


class Budget(Struct, frozen=True):
    """What may be spent on a day, and the ledger of what has been."""

    limit: int
    ledger: Ledger

    def spend(self, tokens: int, now: datetime) -> int:
        """Count tokens; the day's total. Whoever takes it over a mark says so in the log."""
        total = self.ledger.spend(tokens, now)
        found = {"tokens": total, "limit": self.limit}
        if total - tokens < self.limit * NEARLY_SPENT <= total:
            logger.warning("the day's tokens are nearly spent", extra={"event": TOKENS_NEARLY_SPENT, **found})
        if total - tokens < self.limit <= total:
            logger.error("the day's tokens are spent", extra={"event": TOKENS_SPENT, **found})
        return total


class _Known(Struct):
    """What a container knows of a day: its total, as it was when somebody last looked."""

    day: date
    total: int
    at: datetime


class FrugalModel:
    """A model within a budget: past it, nobody is asked and BudgetSpent is raised."""

    def __init__(self, model: Model, budget: Budget, clock: Clock) -> None:
        self.model = model
        self.budget = budget
        self.clock = clock
        self._known: _Known | None = None

    @property
    def understands(self) -> bool:
        return self.model.understands

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer the request, and count what that took unless it is going to be stored with the reply."""
        if self._spent() >= self.budget.limit:
            raise BudgetSpent(self.clock.now())
        try:
            reply = self.model.complete(request, deadline)
        except ModelUnavailable as error:
            self._count(request, error.usage)
            raise
        self._count(request, reply.usage)
        return reply

    def _spent(self) -> int:
        now, known = self.clock.now(), self._known
        if known is None or known.day != now.date() or now - known.at >= LOOK_EVERY:
            try:
                known = _Known(now.date(), self.budget.ledger.spent(now.date()), now)
            except Unavailable as error:
                # A table that does not answer must not silence the facilitator; the next call looks again.
                log_failure("the day's tokens could not be read", error)
                return 0
            self._known = known
        return known.total

    def _count(self, request: Request, usage: Usage) -> None:
        if request.task == "turn" or not usage.total:
            return
        now = self.clock.now()
        try:
            self._known = _Known(now.date(), self.budget.spend(usage.total, now), now)
        except Unavailable as error:
            log_failure("tokens could not be counted", error)
