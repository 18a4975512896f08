"""A small server that speaks the wire format of Anthropic's Messages API, for the real SDK to talk to, as strict as the API.

A test queues replies; the server gives them one after the other and keeps what it was sent. A queued number is an HTTP status, a queued
`Slow` waits before it answers, `Drip` answers byte by byte without an end, `Flood` as fast as it can, `CutOff` closes the connection in the
middle of a body.

What the API would refuse is refused here (`strict_messages.py`), and fails the test that stops the server: an application that sends
the same once more in a plainer form would hide it. Messages come as current models write them: an empty block of thinking first, with
what thinking cost among the tokens. With `bedrock`, it is Amazon's endpoint, which checks the signature in a key's place.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from tests.strict_messages import refusal_of
from tests.verified_signature import is_signed

Fake = TypeVar("Fake", bound="FakeAnthropic")
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}

_DRIPPING = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n"


@dataclass(frozen=True)
class Fault:
    """An error answer. `code` and `param` are what OpenAI's dialect has beside the kind."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    code: str | None = None
    words: str = "as scripted"
    param: str | None = None


@dataclass(frozen=True)
class Slow:
    """Silence until the test ends; the client has to give up first."""


@dataclass(frozen=True)
class Drip:
    """A body that comes byte by byte until the test ends, so that every read succeeds; `headers` drips those instead."""

    headers: bool = False


@dataclass(frozen=True)
class Flood:
    """A body without an end, as fast as the client takes it; a `packed` one says that it is compressed."""

    status: int = 200
    packed: bool = False


@dataclass(frozen=True)
class CutOff:
    """Half a body."""


@dataclass(frozen=True)
class Malformed:
    """A good status with a body that is no JSON, or none that can be read."""

    content_type: str = "application/json"
    body: bytes = b'{"id": "msg_1", '


def text(words: str, **changed: Any) -> dict[str, Any]:
    """A message in words."""
    return _message([{"type": "text", "text": words}], **changed)


def tool(name: str, given: Any, words: str = "", **changed: Any) -> dict[str, Any]:
    """A message that calls a tool."""
    said = [{"type": "text", "text": words}] if words else []
    use = {"type": "tool_use", "id": "toolu_1", "name": name, "input": given}
    return _message([*said, use], **{"stop_reason": "tool_use", **changed})


def declined(category: str | None = "general_harms", words: str = "") -> dict[str, Any]:
    """A message in which the model declines; `words` are what it had said by then."""
    why = {"type": "refusal", "category": category, "explanation": "This is not stable."}
    return text(words, stop_reason="refusal", stop_details=why if category else None)


def noted(note: str, reply: dict[str, Any]) -> dict[str, Any]:
    """The reply with a note on how it goes on in front of its call, which current models write as thinking: nobody reads it."""
    return {**reply, "content": [thought(note), *reply["content"]]}


def thought(words: str = "") -> dict[str, Any]:
    """A block of thinking, whose words are left out unless they are asked for."""
    return {"type": "thinking", "thinking": words, "signature": "c2lnbmVk"}


def _message(content: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": 11,
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 3},
        "cache_creation_input_tokens": 2,
        "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 0},
        "cache_read_input_tokens": 5,
        "service_tier": "standard",
    }
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [thought(), *content],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
        **changed,
    }


class FakeAnthropic:
    """The server's script and its memory."""

    def __init__(self, *, bedrock: bool = False) -> None:
        self.bedrock = bedrock
        self.refused: list[str] = []  # why requests were refused that the API would not have taken
        self.begun: list[Any] = []  # what paused messages had come to
        self.replies: list[Any] = []
        self.queued_for: Callable[[dict[str, Any]], bool] = lambda _: True  # which requests the queue answers
        self.rule: Callable[[dict[str, Any]], Any] | None = None  # what to answer where nothing is queued
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""
        self.models: tuple[str, ...] = ()  # that it lists
        self.over = threading.Event()
        self.hung_up = threading.Event()  # the client has left in the middle of an answer
        self.flooded = 0  # bytes that went out of one without an end

    def queue(self, *replies: Any) -> None:
        """What to answer next."""
        self.replies.extend(replies)

    def refusal(self, path: str, headers: dict[str, str], request: dict[str, Any], body: bytes, /) -> tuple[int, str]:
        """With which status a request is refused, and why; 0 where it is taken."""
        if path != ("/anthropic/v1/messages" if self.bedrock else "/v1/messages"):
            return 404, path
        if not self._is_known(path, headers, body):
            return 401, "who asks is not known"
        why = refusal_of(request, bedrock=self.bedrock, begun=self.begun)
        return (400, why) if why else (0, "")

    def listing(self, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        """The list of models, for who is known, or why there is none."""
        if path.partition("?")[0] != "/v1/models" or not self.models:
            return 404, path
        known = getattr(self, "key", "")
        if known and headers.get("authorization") != f"Bearer {known}":
            return 401, "who asks is not known"
        return 200, {"data": [{"id": it, "type": "model", "object": "model"} for it in self.models], "has_more": False}

    def _is_known(self, path: str, headers: dict[str, str], body: bytes) -> bool:
        if self.bedrock:
            return is_signed("POST", f"{self.url}{path}", headers, body, "bedrock-mantle")
        return headers.get("authorization", "").startswith("Bearer ") and "anthropic-version" in headers


@contextmanager
def running(*, bedrock: bool = False) -> Iterator[FakeAnthropic]:
    """The server on a free port of this machine. Raises AssertionError in the end where it was sent what the API refuses."""
    with serving(FakeAnthropic(bedrock=bedrock)) as fake:
        yield fake


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """The same for a server of any dialect."""

    class Handler(_Handler):
        script = fake

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.over.set()
        server.shutdown()
        server.server_close()
    assert fake.refused == [], "the API would have refused these requests"


class _Handler(BaseHTTPRequestHandler):
    script: FakeAnthropic
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write an answer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:  # the name is the base class's
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, found = self.script.listing(self.path, headers)
        if status == 200:
            self._answer(found)
        else:
            self._refuse(status, found)

    def do_POST(self) -> None:  # the name is the base class's
        body = self.rfile.read(int(self.headers["content-length"]))
        request = json.loads(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.script.bodies.append(request)
        self.script.headers.append(headers)
        status, why = self.script.refusal(self.path, headers, request, body)
        if status == 400:
            self.script.refused.append(why)
        if status:
            self._refuse(status, why)
        elif self.script.replies and self.script.queued_for(request):
            self._answer(self.script.replies.pop(0))
        elif self.script.rule:
            self._answer(self.script.rule(request))
        else:
            self._refuse(404, self.path)

    def _refuse(self, status: int, why: str) -> None:
        self._send(status, {"type": "error", "error": {"type": _ERRORS[status], "message": why}})

    def _answer(self, reply: Any) -> None:
        match reply:
            case int():
                self._answer(Fault(reply))
            case Fault(status, headers, code, words, param):
                error = {"type": _ERRORS.get(status, "api_error"), "message": words, "code": code, "param": param}
                self._send(status, {"type": "error", "error": error, "request_id": "req_1"}, headers)
            case Slow():
                self.script.over.wait(30)
                self.close_connection = True
            case Drip(headers):
                self._pour(b"HTTP/1.1 200 OK\r\nx-drip: " if headers else _DRIPPING)
            case Flood(status, packed):
                kind = "content-encoding: gzip\r\n" if packed else ""
                head = f"HTTP/1.1 {status} X\r\n{kind}content-type: application/json\r\nconnection: close\r\n\r\n"
                self._pour(head.encode(), b" " * 50_000)
            case CutOff():
                self._send_raw(200, b'{"id": "msg_1", "type": "mess', {"content-length": "500"})
                self.close_connection = True
            case Malformed(content_type, body):
                self._send_raw(200, body, {"content-type": content_type})
            case _:
                if isinstance(reply, dict) and reply.get("stop_reason") == "pause_turn":
                    self.script.begun.append(reply["content"])
                self._send(200, reply)

    def _send(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send_raw(status, json.dumps(body).encode(), headers or {})

    def _send_raw(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _pour(self, head: bytes, piece: bytes = b"") -> None:
        """Answer without an end, byte by byte where there is no `piece`."""
        self.close_connection = True
        try:
            self.wfile.write(head)
            while not self.script.over.wait(0 if piece else 0.02):
                self.wfile.write(piece or b" ")
                self.wfile.flush()
                self.script.flooded += len(piece)
        except OSError:
            self.script.hung_up.set()

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # of whoever hung up, as some tests want it
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
