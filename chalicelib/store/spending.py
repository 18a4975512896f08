"""What models have cost (table `guards`): a counter for each account, which expires when nothing was spent on it for long.
A session's goes with the session.

Amounts are millionths of a dollar.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import asdict
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import Spending
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.transact import ConditionFailed
from chalicelib.store.user_items import SpendingItem

OF_SESSION: Final = keys.SESSION_SPENDING.removeprefix(keys.SPENDING)  # begins the name of a session's account

# Since the last time that something was spent: a day's account, and a session's, whose money does not come back.
KEPT_DAY: Final = timedelta(days=7)
KEPT_SESSION: Final = timedelta(days=400)


class Ledger:
    """Repository of what is spent. Each change is one UpdateItem, which may be made twice where its answer is lost: amounts are
    as exact as that."""

    def reserve(self, account: str, amount: int, ceiling: int, now: datetime) -> int | None:
        """Count an amount before it is spent; what the account has come to with it, or None where that would be over the
        ceiling."""
        if amount > ceiling:
            return None
        fits = SpendingItem.amount.does_not_exist() | (SpendingItem.amount <= ceiling - amount)
        try:
            return self._add(account, amount, now, fits)
        except ConditionFailed:
            return None

    def settle(self, account: str, difference: int, now: datetime, spent: Spending | None = None) -> None:
        """Correct what was reserved to what was `spent`, which a session's account keeps; unless the account went with its session
        meanwhile."""
        holds(lambda: self._add(account, difference, now, SpendingItem.amount.exists(), spent))

    def spent(self, account: str) -> int:
        """What an account has come to."""
        item = database.get(SpendingItem, keys.spending(account))
        return int(item.amount) if item else 0

    def _add(
        self, account: str, amount: int, now: datetime, condition: Condition, spent: Spending | None = None
    ) -> int:
        item = SpendingItem(keys.spending(account))
        kept = KEPT_SESSION if account.startswith(OF_SESSION) else KEPT_DAY
        expires = int((now + kept).timestamp())
        actions: list[Action] = [SpendingItem.amount.add(amount), SpendingItem.expires_at.set(expires)]
        if spent:
            actions += [getattr(SpendingItem, name).add(more) for name, more in asdict(spent).items()]
        arguments = item.get_update_kwargs_from_instance(actions=actions, condition=condition)
        changed = database.call("UpdateItem", {**arguments, "ReturnValues": "ALL_NEW"})
        return int(changed["Attributes"]["amount"]["N"])
