"""The SDK's HTTP client within limits, and where a host has named the server, held to the very address that was checked."""

import ssl
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from httpx2 import BaseTransport, ConnectError, HTTPTransport, Request, Response, SyncByteStream, create_ssl_context

from chalicelib.llm.answer_limits import AnswerLimit, HangUp, UnreadableAnswer
from chalicelib.llm.model_servers import AddressRefused, AddressUnknown, ModelServers

_CONNECTED: Final = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class _Bounded(SyncByteStream):
    """An answer that fails where it gets too long, or takes too long. `then` is done when it is over."""

    def __init__(self, stream: Any, limit: AnswerLimit, then: Callable[[], None]) -> None:
        self._stream = stream
        self._limit = limit
        self._then = then

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._limit.count(piece)
            yield piece

    def close(self) -> None:
        self._stream.close()
        self._then()


class BoundedTransport(HTTPTransport):
    """A transport of answers that are as long as a model's can be, as they come: compressed ones could be any size then."""

    def __init__(self) -> None:
        super().__init__(verify=_certificates(), trust_env=False)

    def handle_request(self, request: Request) -> Response:
        return self.handle_bounded(request)

    def handle_bounded(self, request: Request, then: Callable[[], None] = lambda: None) -> Response:
        """The answer, with what is done when it is over. Raises httpx's errors, UnreadableAnswer."""
        limit = AnswerLimit(seconds_of(request))
        request.headers["accept-encoding"] = "identity"
        answer = super().handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            raise UnreadableAnswer("the answer is compressed")
        answer.stream = _Bounded(answer.stream, limit, then)
        return answer


class CheckedTransport(BaseTransport):
    """A transport to servers that may be asked: each request has a connection of its own, which ends with its time."""

    def __init__(self, servers: ModelServers) -> None:
        self._servers = servers

    def handle_request(self, request: Request) -> Response:
        try:
            address = self._servers.resolve(str(request.url))
        except (AddressRefused, AddressUnknown) as error:
            raise ConnectError(str(error)) from error
        hang_up = HangUp(seconds_of(request))

        def note(event: str, told: dict[str, Any]) -> None:
            if event in _CONNECTED:
                hang_up.watch(told["return_value"].get_extra_info("socket"))

        connection = BoundedTransport()

        def end() -> None:
            hang_up.cancel()
            connection.close()

        asked = Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # among them the name, as Host
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host, "trace": note},
        )
        try:
            return connection.handle_bounded(asked, end)
        except BaseException:
            end()
            raise


@cache
def _certificates() -> ssl.SSLContext:
    """Whom all clients of this process trust: to read it takes tens of milliseconds."""
    return create_ssl_context(trust_env=False)


def seconds_of(request: Request) -> float:
    """The time of a whole call, which its reads are given, too."""
    return float(request.extensions["timeout"]["read"])
