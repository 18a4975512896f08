"""Where a session is announced, as the bot finds it out, beside what hosts edit (table `sessions`)."""

from collections.abc import Callable

import msgspec

from chalicelib.errors import Unavailable
from chalicelib.model import Channel, Distribution
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.session_items import SessionItem

_TRIES = 6


def change_distribution(
    session_id: str, channel: Channel, group_id: str, change: Callable[[Distribution], Distribution]
) -> None:
    """Change how a session stands in one group; nothing where it is not announced there, or is gone.

    `updated_at` stays: nobody has edited the session.
    """
    for _ in range(_TRIES):
        item = database.get(SessionItem, session_id, keys.SESSION)
        if item is None or not item.distribution:
            return
        before = msgspec.convert(item.distribution, tuple[Distribution, ...])
        changed = (change(it) if (it.channel, it.group_id) == (channel, group_id) else it for it in before)
        after: dict[str, Distribution] = {}  # by group: one that has another id now may be there already
        for entry in changed:
            after.setdefault(entry.group_id, entry)
        if tuple(after.values()) == before or _replace(item, tuple(after.values())):
            return
    raise Unavailable("The service is busy; try again in a moment")


def _replace(item: SessionItem, entries: tuple[Distribution, ...]) -> bool:
    same = SessionItem.distribution == item.distribution
    return holds(lambda: database.update(item, [SessionItem.distribution.set(entries)], same))
