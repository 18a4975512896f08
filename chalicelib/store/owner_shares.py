"""Which session of an owner has its summary written at present (table `guards`), so that one owner can't keep all workers busy."""

from datetime import datetime

from pynamodb.expressions.update import Action

from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.leases import Lease
from chalicelib.store.user_items import ShareItem

SHARE = Lease(ShareItem.holder, ShareItem.running_until)


def take(owner_id: str, session_id: str, now: datetime, until: datetime) -> bool:
    """Take the owner's share for this session until then; False where another session has it."""
    moments = int(now.timestamp()), int(until.timestamp())
    actions: list[Action] = [*SHARE.take(session_id, moments[1]), ShareItem.expires_at.set(moments[1])]
    condition = SHARE.is_open_to(session_id, moments[0])
    return holds(lambda: database.update(ShareItem(keys.share(owner_id)), actions, condition))


def give_back(owner_id: str, session_id: str) -> None:
    """Let another session of the owner have it."""
    actions: list[Action] = [SHARE.until.set(0)]
    holds(lambda: database.update(ShareItem(keys.share(owner_id)), actions, SHARE.is_held_by(session_id)))
