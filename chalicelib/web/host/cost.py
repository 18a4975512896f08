"""What pages tell a host of money: what a session may cost, what it has cost, and what it may cost at most."""

from chalicelib import container
from chalicelib.model import Session, SessionView
from chalicelib.services.usage.budget import DOLLAR
from chalicelib.services.usage.estimate import estimate_person, estimate_session
from chalicelib.settings import settings
from chalicelib.store.sessions import FOR_COST
from chalicelib.text.locales import format_dollars
from chalicelib.web.kit.texts import Texts

PARTS = FOR_COST  # of a view
LEAST = 0.005  # dollars that are worth telling
NEAR = 0.5  # of what a session may cost, from which on its host is told of that, too


def tell_estimate(session: Session, texts: Texts) -> tuple[str, bool]:
    """Returns about what the session will cost if everybody takes part whom it takes; of one that takes everybody, for each of them.
    And whether it may cost as much."""
    prices = container.model_prices(session)
    if prices is None:
        return texts("cost_free"), True
    if not prices.are_known:
        return texts("cost_unknown"), True
    amount = estimate_session(session, prices)
    if amount is None or session.max_participants is None:
        return texts("cost_each", amount=_dollars(estimate_person(session, prices), texts)), True
    told = texts(
        "cost_estimate", persons=texts("persons", count=session.max_participants), amount=_dollars(amount, texts)
    )
    limit = _limit(session)
    if 0 < limit < amount:
        return f"{told} {texts('cost_over', limit=_dollars(limit, texts))}", False
    return told, True


def tell_spent(view: SessionView, texts: Texts) -> str:
    """Returns what it has cost so far; empty where that is nothing to speak of."""
    spent = view.spending.cost if view.spending else 0
    if spent / DOLLAR < LEAST:
        return ""
    amount, limit = _dollars(spent, texts), _limit(view.session)
    if (prices := container.model_prices(view.session)) and not prices.are_known:
        return texts("cost_spent_unknown", amount=amount)
    if 0 < limit * NEAR <= spent:
        return texts("cost_spent_of", amount=amount, limit=_dollars(limit, texts))
    return texts("cost_spent", amount=amount)


def _limit(session: Session) -> int:
    """Returns what models may cost in a session at most; 0 where nothing limits that, as with models of its owner's own."""
    return 0 if session.models == "account" else settings().session_budget * DOLLAR


def _dollars(amount: int, texts: Texts) -> str:
    """Returns millionths of a dollar as people read them, a cent at least."""
    return format_dollars(texts.tag, max(0.01, amount / DOLLAR))
