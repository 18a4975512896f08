"""Counters of visits, records of requests (table `guards`): short-lived items that expire.

DynamoDB deletes what is past `expires_at` within days, so every read and every condition looks at the time itself.
"""

import secrets
from datetime import date, datetime, timedelta

from msgspec import Struct
from pynamodb.expressions.update import Action

from chalicelib.clock import CLOCKS_DIFFER
from chalicelib.model import Outcome, PastRequest
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.leases import Lease
from chalicelib.store.tables import Guard
from chalicelib.store.user_items import DayKeyItem, RequestItem, UsedItem, VisitsItem

REQUEST = Lease(RequestItem.holder, RequestItem.running_until)

_MINUTE = timedelta(minutes=1)


class RequestClaim(Struct, frozen=True):
    """A request that says it is the one to be done: its record's id, what it carries, who it is, and until when it works.

    `seed` is the holder of its first try: what any try makes is named after it.
    """

    id: str
    content: str
    holder: str
    seed: str
    now: datetime
    until: datetime
    expires: datetime


class Guards:
    """Repository of what keeps requests from being too many, or done twice."""

    def __init__(self) -> None:
        self._day_keys: dict[str, bytes] = {}  # of the latest two days

    def count_visit(self, visitor: str, now: datetime, window: timedelta = _MINUTE, number: int = 1) -> int:
        """Count a visit, or so many; how many this visitor has made in this minute, or other window, over all containers. One
        UpdateItem."""
        item = VisitsItem(keys.visits(visitor, _seconds(now) // int(window.total_seconds())))
        expires = _seconds(now + window + CLOCKS_DIFFER)
        actions: list[Action] = [VisitsItem.visits.add(number), VisitsItem.expires_at.set(expires)]
        arguments = {**item.get_update_kwargs_from_instance(actions=actions), "ReturnValues": "UPDATED_NEW"}
        return int(database.call("UpdateItem", arguments)["Attributes"]["visits"]["N"])

    def key_of_day(self, day: date, expires: datetime) -> bytes:
        """The random key of a day, the same in all containers. Made when first asked for; one UpdateItem a container."""
        name = day.isoformat()
        if name in self._day_keys:
            return self._day_keys[name]
        item = DayKeyItem(keys.day_key(name))
        new: Action = DayKeyItem.secret.set(DayKeyItem.secret | secrets.token_hex(32))
        actions: list[Action] = [new, DayKeyItem.expires_at.set(_seconds(expires))]
        arguments = {**item.get_update_kwargs_from_instance(actions=actions), "ReturnValues": "ALL_NEW"}
        found = bytes.fromhex(database.call("UpdateItem", arguments)["Attributes"]["secret"]["S"])
        self._day_keys = dict(sorted({**self._day_keys, name: found}.items())[-2:])
        return found

    def claim(self, claim: RequestClaim) -> bool:
        """Take on a request that is new; False where it is known. One's own may be taken again, since the answer to the
        first try can get lost."""
        actions = [
            RequestItem.content.set(claim.content),
            RequestItem.seed.set(claim.seed),
            *REQUEST.take(claim.holder, _seconds(claim.until)),
            RequestItem.expires_at.set(_seconds(claim.expires)),
            RequestItem.status.remove(),
            RequestItem.outcome.remove(),
        ]
        gone = RequestItem.id.does_not_exist() | (RequestItem.expires_at <= _seconds(claim.now))
        condition = gone | REQUEST.is_held_by(claim.holder)
        return holds(lambda: database.update(RequestItem(claim.id), actions, condition))

    def take_over(self, claim: RequestClaim) -> bool:
        """Take on a request whose earlier try has died or given it back; False where another try was faster."""
        actions = REQUEST.take(claim.holder, _seconds(claim.until))
        died = RequestItem.status.does_not_exist() & REQUEST.is_free(_seconds(claim.now))
        same = (RequestItem.seed == claim.seed) & (RequestItem.content == claim.content)
        condition = (died & same) | REQUEST.is_held_by(claim.holder)
        return holds(lambda: database.update(RequestItem(claim.id), actions, condition))

    def past(self, request_id: str, now: datetime) -> PastRequest | None:
        """What is known of a request; None where nothing is, or what was has expired."""
        item = database.get(RequestItem, request_id)
        if item is None or item.expires_at <= _seconds(now):
            return None
        outcome = Outcome(int(item.status), **item.outcome) if item.status is not None else None
        return PastRequest(item.content, item.seed, float(item.running_until), outcome)

    def finish(self, claim: RequestClaim, outcome: Outcome) -> None:
        """Record how a request ended, unless its claim has gone to another try of it."""
        kept = {"ids": outcome.ids, "code": outcome.code, "message": outcome.message}
        actions = [RequestItem.status.set(outcome.status), RequestItem.outcome.set(kept)]
        holds(lambda: database.update(RequestItem(claim.id), actions, REQUEST.is_held_by(claim.holder)))

    def release(self, claim: RequestClaim) -> None:
        """Give a claim back: the same request may be tried again at once."""
        actions: list[Action] = [REQUEST.until.set(0)]
        holds(lambda: database.update(RequestItem(claim.id), actions, REQUEST.is_held_by(claim.holder)))

    def use_once(self, fingerprint: str, expires: datetime) -> bool:
        """Whether something is used for the first time; remembered until it is worth nothing anyway."""
        item = UsedItem(keys.used(fingerprint), expires_at=_seconds(expires))
        return holds(lambda: database.put(item, UsedItem.id.does_not_exist()))

    def is_used(self, fingerprint: str, now: datetime) -> bool:
        """Whether something that may be used once was used."""
        item = database.get(UsedItem, keys.used(fingerprint))
        return item is not None and item.expires_at > _seconds(now)


def forget_invitations(project_id: str) -> None:
    """Remove the invitations to be a member of a project that is gone; those of a session go with its other guards."""
    database.delete_all(Guard, [{keys.GUARD_ID: {"S": keys.member_invitations(project_id)}}])


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
