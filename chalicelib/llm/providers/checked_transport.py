"""The SDK's HTTP client, held to servers that may be asked: it connects to the very address that was checked."""

from collections.abc import Iterator
from typing import Any

from httpx2 import BaseTransport, ConnectError, HTTPTransport, ReadError, Request, Response, SyncByteStream

from chalicelib.llm.model_servers import MOST_BYTES, AddressRefused, AddressUnknown, ModelServers


class _Bounded(SyncByteStream):
    """An answer that fails where it gets too long."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._stream:
            size += len(piece)
            if size > MOST_BYTES:
                raise ReadError("the answer is too long")
            yield piece

    def close(self) -> None:
        self._stream.close()


class _CheckedTransport(HTTPTransport):
    def __init__(self, servers: ModelServers) -> None:
        super().__init__(trust_env=False)
        self._servers = servers

    def handle_request(self, request: Request) -> Response:
        try:
            address = self._servers.resolve(str(request.url))
        except (AddressRefused, AddressUnknown) as error:
            raise ConnectError(str(error)) from error
        asked = Request(
            request.method,
            request.url.copy_with(host=address),
            headers={**request.headers, "accept-encoding": "identity"},  # among them the name, as Host
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},  # whose certificate it has to be
        )
        answer = super().handle_request(asked)
        if answer.headers.get("content-encoding", "identity") != "identity":  # which can be any size
            raise ReadError("the answer is compressed")
        answer.stream = _Bounded(answer.stream)
        return answer


def checked_transport(servers: ModelServers) -> BaseTransport:
    """The transport of a client that asks no other servers than these."""
    return _CheckedTransport(servers)
