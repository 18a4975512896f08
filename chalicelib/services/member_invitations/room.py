"""How many invitations there may be: of one account in how many places, to one address, and of one account to one address, so that nobody
alone can fill up all that an address may have."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from chalicelib.errors import Unprocessable
from chalicelib.model.member_invitations import Subject
from chalicelib.services.delivery.sending import hash_address
from chalicelib.services.member_invitations.holding import HoldingDeps
from chalicelib.store.member_invitations import PLACES_AN_INVITER, Places

OPEN_OF_ONE = 5  # to one address, of one account


class Room(Struct, frozen=True):
    """Addresses, by their hashes, to which an account has as many open invitations as it may; `changes` is how often it had made some when
    they were counted, which has to be so still when others come."""

    crowded: frozenset[str]
    changes: int


def find_room(
    subject: Subject, address_hashes: Collection[str], user_id: str, *, deps: HoldingDeps, now: datetime
) -> Room:
    """Count what an account has that is to invite these addresses. Raises Unprocessable where it has open invitations in as many places as
    it may."""
    places = deps.store.places(address_hashes, user_id)
    if subject not in places.of_inviter and len(places.of_inviter) >= PLACES_AN_INVITER:
        _forget_over(user_id, places, deps, now)
    shared = {it: (found & places.of_inviter) - {subject} for it, found in places.of_addresses.items()}
    shared = {it: found for it, found in shared.items() if len(found) >= OPEN_OF_ONE}
    stored = deps.store.of_each(set().union(*shared.values()))

    def count(address_hash: str) -> int:
        own = (it for place in shared[address_hash] for it in stored[place].open(now) if it.invited_by == user_id)
        return sum(hash_address(it.email, deps.secret) == address_hash for it in own)

    return Room(frozenset(it for it in shared if count(it) >= OPEN_OF_ONE), places.changes)


def _forget_over(user_id: str, places: Places, deps: HoldingDeps, now: datetime) -> None:
    """Forget the places where none of somebody's invitations is open any more. Raises Unprocessable where all of them have one."""
    stored = deps.store.of_each(places.of_inviter)
    over = {it for it, found in stored.items() if all(each.invited_by != user_id for each in found.open(now))}
    if not over:
        told = f"You have open invitations in {len(stored)} sessions and projects, the most there can be"
        raise Unprocessable(told)
    deps.store.forget_inviter_in(user_id, over)


def clear_address(address_hash: str, *, deps: HoldingDeps, now: datetime) -> None:
    """Forget the places where an address has no open invitation any more."""
    places = deps.store.of_each(deps.store.of_address(address_hash))
    over = {
        subject
        for subject, stored in places.items()
        if all(hash_address(it.email, deps.secret) != address_hash for it in stored.open(now))
    }
    deps.store.forget_address_in(address_hash, over)
