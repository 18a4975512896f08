"""Where a session is announced, as the bot finds it out, beside what hosts edit (table `sessions`)."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.errors import Unavailable
from chalicelib.model import Channel, Distribution
from chalicelib.store import announcement_marks, database, keys
from chalicelib.store.database import holds
from chalicelib.store.session_items import SessionItem
from chalicelib.store.transact import Transaction

_TRIES = 8

Entries = tuple[Distribution, ...]


def change_distribution(
    session_id: str, channel: Channel, group_id: str, change: Callable[[Distribution], Distribution], now: datetime
) -> None:
    """Change how a session stands in one group; nothing where it is not announced there, or is gone.

    `updated_at` stays: nobody has edited the session, and nobody's edit conflicts with this. Where it waits for its announcement
    then and did not before, that is due.
    """
    for _ in range(_TRIES):
        item = database.get(SessionItem, session_id, keys.SESSION)
        if item is None or not item.distribution:
            return
        before = msgspec.convert(item.distribution, Entries)
        changed = (change(it) if (it.channel, it.group_id) == (channel, group_id) else it for it in before)
        after: dict[str, Distribution] = {}  # by group: one that has another id now may be there already
        for entry in changed:
            after.setdefault(entry.group_id, entry)
        entries = tuple(after.values())
        if entries == before or _replace(item, entries, now if _waiting(entries) - _waiting(before) else None):
            return
    raise Unavailable("The service is busy; try again in a moment")


def _waiting(entries: Entries) -> set[str]:
    return {entry.group_id for entry in entries if entry.status == "pending"}


def _replace(item: SessionItem, entries: Entries, wanted_at: datetime | None) -> bool:
    same = SessionItem.distribution == item.distribution
    actions: list[Action] = [SessionItem.distribution.set(entries)]
    if wanted_at is None:
        return holds(lambda: database.update(item, actions, same))

    def build(write: Transaction) -> None:
        write.update(item, actions, same)
        announcement_marks.want(write, item.session_id, wanted_at)

    return holds(lambda: database.transact(build))
