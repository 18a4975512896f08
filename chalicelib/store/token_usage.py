"""What the models of this stage spend on a day (table `guards`): one counter a day, which expires."""

from datetime import date, datetime, timedelta

from pynamodb.expressions.update import Action

from chalicelib.store import database, keys
from chalicelib.store.user_items import SpendingItem

_KEPT = timedelta(days=7)


class Ledger:
    """Repository of what is spent."""

    def spend(self, tokens: int, now: datetime) -> int:
        """Count tokens on this moment's day; what the day has come to with them. One UpdateItem."""
        item = SpendingItem(keys.spending(now.date()))
        expires = int((now + _KEPT).timestamp())
        actions: list[Action] = [SpendingItem.tokens.add(tokens), SpendingItem.expires_at.set(expires)]
        arguments = {**item.get_update_kwargs_from_instance(actions=actions), "ReturnValues": "UPDATED_NEW"}
        return int(database.call("UpdateItem", arguments)["Attributes"]["tokens"]["N"])

    def spent(self, day: date) -> int:
        """What a day (UTC) has come to."""
        item = database.get(SpendingItem, keys.spending(day))
        return int(item.tokens) if item else 0
