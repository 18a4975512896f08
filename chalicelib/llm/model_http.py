"""Requests to servers of models over urllib3, which botocore has loaded anyway: one answer, within limits; nobody is sent on elsewhere."""

import socket
from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import urllib3
from msgspec import Struct
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationValueError

from chalicelib.llm.answer_limits import AnswerLimit, HangUp
from chalicelib.llm.exchange import CONNECT
from chalicelib.llm.model_servers import AddressRefused, AddressUnknown, ModelServers

_PIECE: Final = 65_536  # bytes


class HttpAnswer(Struct, frozen=True):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class ModelHttp(Protocol):
    """What sends a request."""

    def send(self, method: str, url: str, body: bytes | None, headers: dict[str, str], seconds: float) -> HttpAnswer:
        """The answer, in so many seconds. Raises urllib3's errors, UnreadableAnswer, TimeoutError."""
        ...


class OpenHttp:
    """Asks the servers of the operator's choice, over connections that are kept. It does not know HTTP_PROXY."""

    def __init__(self) -> None:
        self._pools = urllib3.PoolManager(retries=False)

    def send(self, method: str, url: str, body: bytes | None, headers: dict[str, str], seconds: float) -> HttpAnswer:
        limit = AnswerLimit(seconds)
        return _read_all(self._pools.urlopen(method, url, body=body, headers=headers, **_named(seconds)), limit)


class CheckedHttp:
    """Asks servers that hosts have named, at the address that was checked. Each request has a connection of its own, which ends with
    its time."""

    def __init__(self, servers: ModelServers) -> None:
        self._servers = servers

    def send(self, method: str, url: str, body: bytes | None, headers: dict[str, str], seconds: float) -> HttpAnswer:
        """The same; LocationValueError for a server that may not be asked, or that nobody knows."""
        parts = urlsplit(url)
        try:
            address = self._servers.resolve(url)
        except (AddressRefused, AddressUnknown) as error:
            raise LocationValueError(str(error)) from error
        limit, hang_up = AnswerLimit(seconds), HangUp(seconds)
        named = {**headers, "Host": parts.netloc}
        try:
            with _pool(parts.scheme, parts.hostname or "", address, parts.port, hang_up) as pool:
                asked = pool.urlopen(
                    method, parts.path or "/", body=body, headers=named, assert_same_host=False, **_named(seconds)
                )
                return _read_all(asked, limit)
        finally:
            hang_up.cancel()


def _named(seconds: float) -> dict[str, Any]:
    """How each request is made. What comes compressed can be any size, and nobody asks for it."""
    timeout = urllib3.Timeout(connect=min(seconds, CONNECT), read=seconds)
    return {
        "timeout": timeout,
        "retries": False,
        "redirect": False,
        "preload_content": False,
        "decode_content": False,
    }


def _read_all(answer: urllib3.BaseHTTPResponse, limit: AnswerLimit) -> HttpAnswer:
    found = bytearray()
    try:
        while piece := answer.read1(_PIECE):
            limit.count(piece)
            found += piece
    except BaseException:
        answer.close()  # with its connection: the rest of it is nobody's answer
        raise
    return HttpAnswer(answer.status, answer.headers, bytes(found))


class _Watched(HTTPConnection):
    """A connection that is shut when its call's time is over, also while it is made."""

    def __init__(self, *args: Any, hang_up: HangUp, **named: Any) -> None:
        super().__init__(*args, **named)
        self._hang_up = hang_up

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._hang_up.watch(made)
        return made

    def connect(self) -> None:
        super().connect()
        self._hang_up.watch(self.sock)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same with TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


def _pool(scheme: str, name: str, address: str, port: int | None, hang_up: HangUp) -> urllib3.HTTPConnectionPool:
    """One connection to this address; the certificate has to be that of the name."""
    if scheme != "https":
        return _Pool(address, port, hang_up=hang_up)
    return _TlsPool(address, port, server_hostname=name, assert_hostname=name, hang_up=hang_up)
