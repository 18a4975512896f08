"""The Bot API over HTTP: `/bot<token>/<method>`, with parameters in the address, in a form or as JSON."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.telegram.bot_settings import ABOUT_ITSELF, Described
from infra.local.telegram.errors import ApiError, BadRequest, TooManyRequests
from infra.local.telegram.limits import Fault
from infra.local.telegram.methods import MESSAGING
from infra.local.telegram.parameters import Json, number_of
from infra.local.telegram.state import Call, Telegram

METHODS = MESSAGING | ABOUT_ITSELF
_PATH = re.compile(r"/bot([^/]+)/([A-Za-z]+)")


class HungUp(Exception):
    """The connection is closed without an answer."""


def answer(telegram: Telegram, path: str, params: Json) -> tuple[int, Json]:
    """Do what the bot asks for; the status and the envelope. Raises HungUp where a fault says so."""
    found = _PATH.fullmatch(path)
    if found is None:
        return 404, ApiError("Not Found", 404).envelope
    if found[1] != telegram.token:
        return 401, ApiError("Unauthorized", 401).envelope
    method = METHODS.get(found[2].lower())
    if method is None:
        return 404, ApiError("Not Found: method not found", 404).envelope
    with telegram.news:
        telegram.calls.append(Call(found[2], params))
        fault = _fault(telegram, found[2], params)
    if fault and fault.seconds:
        time.sleep(fault.seconds)
    if fault and fault.status != 200 and not fault.is_done:
        return _fail(fault)
    try:
        with telegram.news:
            told: Json = {"ok": True, "result": method(telegram, params)}
            told = json.loads(json.dumps(told))  # as it is now
    except Described as description:
        told = {"ok": True, "result": True, "description": str(description)}
    except ApiError as error:
        return error.code, error.envelope
    except (AttributeError, KeyError, TypeError, ValueError):  # parameters of another shape
        return 400, BadRequest("can't parse parameters").envelope
    return _fail(fault) if fault and fault.status != 200 else (200, told)


def _fault(telegram: Telegram, method: str, params: Json) -> Fault | None:
    """The fault that this call is to meet, which is met once less then."""
    for fault in telegram.faults:
        is_here = fault.chat_id is None or fault.chat_id == number_of(params, "chat_id")
        if is_here and fault.method.lower() in ("", method.lower()):
            fault.times -= 1
            if not fault.times:
                telegram.faults.remove(fault)
            return fault
    return None


def _fail(fault: Fault) -> tuple[int, Json]:
    if fault.retry_after:
        return 429, TooManyRequests(fault.retry_after).envelope
    if not fault.status:
        raise HungUp
    return fault.status, ApiError(fault.description, fault.status, **fault.parameters).envelope


def _held_in(part: Any) -> str | Json:
    """What a part of a form holds: a text, or a file with its name."""
    content = bytes(part.get_payload(decode=True)).decode()
    named = part.get_filename()
    return {"file_name": named, "file_size": len(content.encode()), "content": content} if named else content


class Handler(BaseHTTPRequestHandler):
    """Answers the bot."""

    telegram: Telegram
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write an answer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:  # the name is the base class's
        self.take(b"")

    def do_POST(self) -> None:
        self.take(self.rfile.read(int(self.headers["Content-Length"] or 0)))

    def take(self, body: bytes) -> None:
        """Answer a request."""
        url = urlsplit(self.path)
        params = dict(parse_qsl(url.query, keep_blank_values=True)) | self._params(body)
        try:
            status, told = answer(self.telegram, url.path, params)
        except HungUp:
            self.close_connection = True
            return
        headers = {"Retry-After": str(told["parameters"]["retry_after"])} if status == 429 else {}
        self.send(status, json.dumps(told).encode(), **headers)

    def _params(self, body: bytes) -> Json:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("application/json"):
            return dict(json.loads(body or b"{}"))
        if kind.startswith("multipart/form-data"):
            whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
            parts = [(part.get_param("name", header="content-disposition"), part) for part in whole.iter_parts()]
            return {str(name): _held_in(part) for name, part in parts}
        return dict(parse_qsl(body.decode(), keep_blank_values=True))

    def send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        """One answer."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the address has the token in it."""


@contextmanager
def serving(telegram: Telegram, handler: type[Handler] = Handler, port: int = 0) -> Iterator[str]:
    """The server on a port of this machine, by default a free one; its address, which is TELEGRAM_API_URL."""
    bound = type("Bound", (handler,), {"telegram": telegram})
    server = ThreadingHTTPServer(("127.0.0.1", port), bound)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
