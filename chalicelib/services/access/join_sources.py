"""Which conversations of a session may be one person's: those that begin at one network address within an hour.

A person costs nothing to make up, so wherever a number of people protects somebody (five of them before results are shown,
three who speak of a theme), conversations of one source count as one. What an account does that has no role in the session
counts as one person's, too. Participants whom a channel or the host's own system tells apart are people of their own.

No address is kept: a conversation keeps a fingerprint that only the key of the day can make again, and that is random and
gone with the day. Then nothing leads back to an address, nor from one day or session to another.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.model import Thread
from chalicelib.services.access.rate_limits import find_network
from chalicelib.services.access.signing import make_token
from chalicelib.services.participants.scopes import rules_of
from chalicelib.store.guards import Guards

APART = timedelta(hours=1)  # conversations that begin longer after the one before are people of their own
_SIZE = 9  # bytes of a fingerprint


def source_of(address: str | None, session_id: str, *, guards: Guards, now: datetime) -> str | None:
    """The fingerprint of an address for one session and day; None where there is none, or it is the machine's own."""
    if not address or _is_own(address):
        return None
    key = guards.key_of_day(now)
    return make_token(key, "source", f"{session_id}\n{find_network(address)}".encode(), size=_SIZE)


def group_by_source(threads: Iterable[Thread]) -> dict[str, str]:
    """Who a conversation may be of, by its id, for those that may be of one person with another."""
    found: dict[str, str] = {}
    latest: dict[str, tuple[datetime, int]] = {}
    for thread in sorted(threads, key=lambda it: (it.created_at, it.id)):
        if rules_of(thread.scope).is_strangers:
            found[thread.id] = thread.scope
        elif thread.source:
            before, number = latest.get(thread.source, (thread.created_at, 0))
            number += thread.created_at - before > APART
            latest[thread.source] = (thread.created_at, number)
            found[thread.id] = f"{thread.source}#{number}"
    return found


def _is_own(address: str) -> bool:
    """Whether everybody at this machine has this address: a local instance is one's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
