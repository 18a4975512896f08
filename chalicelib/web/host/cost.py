"""What pages tell a host of money: what a session may cost, and what it has cost."""

from chalicelib import container
from chalicelib.model import Session, SessionView
from chalicelib.services.usage.budget import DOLLAR
from chalicelib.services.usage.estimate import estimate_person, estimate_session
from chalicelib.store.sessions import FOR_COST
from chalicelib.text.locales import format_dollars
from chalicelib.web.kit.texts import Texts

PARTS = FOR_COST  # of a view
LEAST = 0.005  # dollars that are worth telling


def tell_estimate(session: Session, texts: Texts) -> str:
    """Returns about what the session will cost if everybody takes part whom it takes; of one that takes everybody, for each of them."""
    prices = container.model_prices()
    if prices is None:
        return texts("cost_free")
    amount = estimate_session(session, prices)
    if amount is None or session.max_participants is None:
        return texts("cost_each", amount=_dollars(estimate_person(session, prices), texts))
    return texts(
        "cost_estimate", persons=texts("persons", count=session.max_participants), amount=_dollars(amount, texts)
    )


def tell_spent(view: SessionView, texts: Texts) -> str:
    """Returns what it has cost so far; empty where that is nothing to speak of."""
    spent = view.spending.cost if view.spending else 0
    return texts("cost_spent", amount=_dollars(spent, texts)) if spent / DOLLAR >= LEAST else ""


def _dollars(amount: int, texts: Texts) -> str:
    """Returns millionths of a dollar as people read them, a cent at least."""
    return format_dollars(texts.tag, max(0.01, amount / DOLLAR))
