"""Leases: work that one at a time does, and until when. One that has run out is anybody's, so nobody waits for the dead.

| work | who has the lease | until | named in |
| --- | --- | --- | --- |
| a reply in a thread | `turn_id`, one try of a turn | `leased_until` | `thread_head.py` |
| a request with an Idempotency-Key | `holder`, one try of the request | `running_until`, in seconds since 1970 | `guards.py` |
| an owner's share of the summary jobs | `holder`, a session | `running_until`, in seconds since 1970 | `owner_shares.py` |

Each is named beside what takes it: whoever needs one does not import the items of the others.
"""

from typing import Any

from msgspec import Struct
from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action


class Lease(Struct, frozen=True, eq=False):
    """The two attributes of an item that say who has its lease, and until when."""

    holder: Attribute[Any]
    until: Attribute[Any]

    def is_free(self, now: Any) -> Condition:
        """Nobody has it: it was given back, or has run out."""
        free: Condition = self.until.does_not_exist() | (self.until <= now)
        return free

    def is_held_by(self, who: str) -> Condition:
        """This one has it."""
        held: Condition = self.holder == who
        return held

    def is_open_to(self, who: str | None, now: Any) -> Condition:
        """It is free, or theirs already: the answer to a first try to take it can get lost."""
        return self.is_free(now) if who is None else self.is_free(now) | self.is_held_by(who)

    def take(self, who: str, until: Any) -> list[Action]:
        """Give it to this one, until then."""
        return [self.until.set(until), self.holder.set(who)]

    def give_back(self) -> list[Action]:
        """Make it free."""
        return [self.until.remove(), self.holder.remove()]
