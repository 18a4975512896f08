"""Leases: work that one at a time does, and until when. One that has run out is anybody's, so nobody waits for the dead.

| work | who has the lease | until |
| --- | --- | --- |
| a reply in a thread | `turn_id`, one try of a turn | `leased_until` |
| a summary of a session | `held_by_request`; a job where there is none | `updating_until` |
| a request with an Idempotency-Key | `holder`, one try of the request | `running_until`, in seconds since 1970 |
"""

from typing import Any

from msgspec import Struct
from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.store.conversation_items import ThreadItem
from chalicelib.store.session_items import SynthesisItem
from chalicelib.store.user_items import RequestItem


class Lease(Struct, frozen=True, eq=False):
    """The two attributes of an item that say who has its lease, and until when."""

    holder: Attribute[Any]
    until: Attribute[Any]

    def is_free(self, now: Any) -> Condition:
        """Nobody has it: it was given back, or has run out."""
        free: Condition = self.until.does_not_exist() | (self.until <= now)
        return free

    def is_held_by(self, who: Any) -> Condition:
        """This one has it."""
        held: Condition = self.holder == who
        return held

    def is_open_to(self, who: Any, now: Any) -> Condition:
        """It is free, or theirs: the answer to a first try to take it can get lost. Who has no name gets it from others without."""
        theirs = self.holder.does_not_exist() if who is None else self.is_held_by(who)
        found: Condition = self.is_free(now) | theirs
        return found

    def take(self, who: Any, until: Any) -> list[Action]:
        """Give it to this one, until then."""
        return [self.until.set(until), self.holder.remove() if who is None else self.holder.set(who)]

    def give_back(self) -> list[Action]:
        """Make it free."""
        return [self.until.remove(), self.holder.remove()]


TURN = Lease(ThreadItem.turn_id, ThreadItem.leased_until)
SUMMARY = Lease(SynthesisItem.held_by_request, SynthesisItem.updating_until)
REQUEST = Lease(RequestItem.holder, RequestItem.running_until)
