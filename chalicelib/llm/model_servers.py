"""Which servers a model may be asked at whose address a host has entered, and how they are reached.

A host's word must lead no function of ours to what only this machine or its network can see. So an address is https, and its name
is resolved here, once for a connection: every address that it stands for has to be public, and the connection goes to the very one
that was checked, whatever the name stands for a moment later. Servers that the operator has listed are trusted, also without TLS
and at private addresses. Nobody is sent on elsewhere: a redirect is a failure.
"""

import ipaddress
import socket
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

_PORTS: Final = {"http": 80, "https": 443}
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")  # NAT64: the last four bytes are an IPv4 address
# Of no open network either, though not every version of the library says so: protocol assignments, documentation.
_KEPT_FREE: Final = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))


class AddressRefused(ValueError):
    """No server may be asked there; says why."""


class AddressUnknown(OSError):
    """A name stands for no address now."""


class ModelServers(Struct, frozen=True):
    """The servers that may be asked: all public ones, and those that the operator has `listed`, each as `host` or `host:port`."""

    listed: tuple[str, ...] = ()

    @classmethod
    def named(cls, setting: str) -> "ModelServers":
        """Those that a setting lists, with commas between them."""
        return cls(tuple(name.strip().lower() for name in setting.split(",") if name.strip()))

    def check(self, url: str) -> SplitResult:
        """The parts of an address that may be asked, as far as its text tells. Raises AddressRefused."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme)
        except ValueError as error:
            raise AddressRefused("it is not a web address") from error
        is_web = parts.scheme in _PORTS and parts.hostname and parts.port != 0
        if port is None or not is_web or not url.isascii() or not url.isprintable() or " " in url:
            raise AddressRefused("it is not a web address")
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise AddressRefused("it may have neither a user, nor a query, nor a fragment")
        if parts.scheme != "https" and not self.trusts(parts):
            raise AddressRefused("it has to begin with https://, but for servers that the operator has listed")
        return parts

    def trusts(self, parts: SplitResult) -> bool:
        """Whether the operator has listed this server."""
        host = (parts.hostname or "").lower()
        return bool({host, f"{host}:{parts.port or _PORTS.get(parts.scheme)}"} & set(self.listed))

    def resolve(self, url: str) -> str:
        """The address to connect to for a URL. Raises AddressRefused, AddressUnknown."""
        parts = self.check(url.partition("?")[0])
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        try:
            found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise AddressUnknown("nobody knows that name") from error
        if not found:
            raise AddressUnknown("nobody knows that name")
        if not self.trusts(parts) and not _are_public(found):
            raise AddressRefused("it leads to a private network")
        return found[0]


def _are_public(addresses: Collection[str]) -> bool:
    return all(map(_is_public, addresses))


def _is_public(text: str) -> bool:
    """Whether an address is one of the open network, also where one of IPv4 is written in one of IPv6."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return _is_public(str(inner))
    reserved = address.is_private or address.is_reserved or address.is_multicast or address.is_unspecified
    reserved = reserved or getattr(address, "is_site_local", False) or any(address in net for net in _KEPT_FREE)
    return address.is_global and not reserved
