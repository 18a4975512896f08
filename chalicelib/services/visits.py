"""The allowance of those who call without a key: so many requests a minute from one address."""

import hashlib
import hmac
import ipaddress
from datetime import datetime

from chalicelib.store.guards import Guards

VISITS = 100  # requests a minute
_NETWORK = 64  # bits of an IPv6 address: the rest is one household's to choose


def count_visit(address: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """Count a request from this address; how many it has made in this minute, this one included.

    The address itself is not kept.
    """
    hidden = hmac.new(secret, b"visitor:" + _visitor(address).encode(), hashlib.sha256).hexdigest()
    return guards.count_visit(hidden, now)


def _visitor(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), _NETWORK), strict=False))
    return str(parsed)
