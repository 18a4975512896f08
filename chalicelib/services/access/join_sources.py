"""Which conversations of a session may be one person's: those that begin at one network address within an hour.

A person costs nothing to make up, so wherever a number of people protects somebody (five of them before results are shown,
three who speak of a theme), conversations of one source count as one. What an account does that has no role in the session
counts as one person's, too. Participants whom a channel or the host's own system tells apart are people of their own.

No address is kept: a conversation keeps a fingerprint that only the key of the day can make again. That is random, expires an
hour after the day, and DynamoDB deletes it within days of that. Then nothing leads back to an address, nor from one session to
another; from one day to the next it does where a conversation began in the day's first hour, which keeps the fingerprints of
both days.
"""

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from chalicelib.model import Thread
from chalicelib.services.access.rate_limits import find_network
from chalicelib.services.access.signing import make_token
from chalicelib.services.participants.scopes import rules_of
from chalicelib.store.guards import Guards

APART = timedelta(hours=1)  # conversations that begin longer after the one before are people of their own
_SIZE = 9  # bytes of a fingerprint
_AND = "+"  # between fingerprints; no character of theirs


def source_of(address: str | None, session_id: str, *, guards: Guards, now: datetime) -> str | None:
    """The fingerprint of an address for one session and day, with that of the day before while APART reaches back to it; None
    where there is no address, or it is the machine's own."""
    if not address or _is_own(address):
        return None
    days = dict.fromkeys(moment.astimezone(UTC).date() for moment in (now, now - APART))
    kept = timedelta(days=1) + APART
    day_keys = [guards.key_of_day(day, datetime.combine(day, time(), UTC) + kept) for day in days]
    told = f"{session_id}\n{find_network(address)}".encode()
    return _AND.join(make_token(key, "source", told, size=_SIZE) for key in day_keys)


def group_by_source(threads: Iterable[Thread]) -> dict[str, str]:
    """Who a conversation may be of, by its id, for those that may be of one person with another."""
    found: dict[str, str] = {}
    latest: dict[str, tuple[datetime, str]] = {}  # by fingerprint: the latest conversation, and the first of its group
    for thread in sorted(threads, key=lambda it: (it.created_at, it.id)):
        if rules_of(thread.scope).is_strangers:
            found[thread.id] = thread.scope
        elif thread.source:
            fingerprints = thread.source.split(_AND)
            before = max((latest[it] for it in fingerprints if it in latest), default=None)
            first = before[1] if before and thread.created_at - before[0] <= APART else thread.id
            latest |= dict.fromkeys(fingerprints, (thread.created_at, first))
            found[thread.id] = first
    return found


def _is_own(address: str) -> bool:
    """Whether everybody at this machine has this address: a local instance is one's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
