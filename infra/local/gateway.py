"""The door of the local cloud: one port serves the AWS API and the application.

A request that is an AWS call goes through untouched, and at once: it may come from a function, and what a function waits
for must never wait for a function. Everything else is the application's: it gets the Host of the application's custom
domain, the caller's real address as the only one, and waits for its turn.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from infra.data_stack import EXPORTS_BUCKET
from infra.local.localize import DOMAIN
from infra.local.request_queue import App, Receive, RequestQueue, Scope, Send
from infra.rest_api import METHODS, gateway_envelope, gateway_headers

Headers = Iterable[tuple[bytes, bytes]]

AWS_PATHS = ("/_", "/restapis/", "/2015-03-31/")
SIGNATURE_FIELDS = {"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Algorithm"}
FORWARDED = b"x-forwarded-"
GATEWAY_FAILED = (502, 504)


def know_declared_methods_only(rest_apis: Any) -> None:
    """Keep the local cloud from handing a method that a path lacks to the route that catches unknown paths.

    What is told of API Gateway differs: some saw it do so, some got its own refusal. With every method on every path it does
    not matter; here it shows where one is missing.
    """
    rest_apis._match_greedy_fallback = lambda *_: (None, None)


class Gateway:
    """ASGI application around the local cloud, in which at most `workers` requests of the application are handled at once.

    `requests` counts what went through and may have changed something: without any, nothing changed; `deployments` what
    was asked of CloudFormation, whose stacks are large, and change by that alone. `loaded` is called when the cloud has
    loaded its state, before the first request.
    """

    def __init__(self, cloud: App, workers: int, loaded: Callable[[], None] = lambda: None) -> None:
        self._cloud = cloud
        self._application = RequestQueue(cloud, workers)
        self._loaded = loaded
        self.requests = self.deployments = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests += not _only_looks(scope)
            self.deployments += _deploys(scope)
            if not is_aws_call(scope):
                if _is_taken_for_signed(scope):
                    await _answer_as_the_gateway(send, 403, "DEFAULT_4XX")
                    return
                scope = scope | {"path": _path_as_sent(scope), "headers": _application_headers(scope)}
                await self._application(scope, receive, _in_the_envelope(send))
                return
            if _from_a_web_page(scope["headers"]) and not _opens_an_export(scope):
                # Any page open in the developer's browser can send requests to this port; none may reach the AWS API.
                await _refuse(send)
                return
        elif scope["type"] == "lifespan":
            send = self._announcing(send)
        await self._cloud(scope, receive, send)

    def _announcing(self, send: Send) -> Send:
        async def announce(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._loaded()
            await send(message)

        return announce


def is_aws_call(scope: Scope) -> bool:
    """Whether a request is for the AWS API rather than for the application."""
    headers = dict(scope["headers"])
    if headers.get(b"authorization", b"").startswith(b"AWS4-HMAC") or b"x-amz-target" in headers:
        return True
    if scope["path"].startswith(AWS_PATHS):
        return True
    fields = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)}
    return bool(fields & SIGNATURE_FIELDS)


def _is_taken_for_signed(scope: Scope) -> bool:
    """Whether API Gateway takes the header of a request, whose method no path has, for a signature of AWS's, and refuses it."""
    return scope["method"] not in METHODS and any(name == b"authorization" for name, _ in scope["headers"])


def _only_looks(scope: Scope) -> bool:
    """Whether a request reads what the local cloud tells of itself, as the launcher does every second for mails."""
    return scope["method"] == "GET" and str(scope["path"]).startswith("/_ministack/")


def _deploys(scope: Scope) -> bool:
    """Whether a request is signed for CloudFormation."""
    return any(name == b"authorization" and b"/cloudformation/" in value for name, value in scope["headers"])


def _path_as_sent(scope: Scope) -> str:
    """API Gateway finds the route in the path as it was sent: an escaped slash separates nothing, and stays escaped."""
    raw: bytes | None = scope.get("raw_path")
    return raw.decode("latin-1") if raw else str(scope["path"])


def _application_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in scope["headers"] if name != b"host" and not name.startswith(FORWARDED)]
    peer = (scope.get("client") or ("127.0.0.1",))[0]
    return [*kept, (b"host", DOMAIN.encode()), (b"x-forwarded-for", peer.encode())]


def _from_a_web_page(headers: Headers) -> bool:
    return any(name in (b"origin", b"sec-fetch-site") for name, _ in headers)


def _opens_an_export(scope: Scope) -> bool:
    """Whether a page of ours has led to a file of the bucket of exports, by a link that is good for nothing else."""
    headers, bucket = dict(scope["headers"]), str(scope["path"]).split("/")[1]
    fields = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)}
    is_ours = headers.get(b"sec-fetch-site") == b"same-origin" and b"origin" not in headers
    is_file = f"-{EXPORTS_BUCKET.lower()}-" in bucket and all(name.startswith("X-Amz-") for name in fields)
    return bool(is_ours and is_file and scope["method"] == "GET")


async def _refuse(send: Send) -> None:
    await _answer(
        send, 403, b'{"error": {"code": "forbidden", "message": "The AWS API of this machine is not for web pages"}}'
    )


def _in_the_envelope(send: Send) -> Send:
    """Gives the gateway's own failures the body that the template gives them on AWS: the local cloud has its own for
    functions that fail or take too long. The application itself never answers with these."""
    failed = False

    async def sending(message: dict[str, Any]) -> None:
        nonlocal failed
        if message["type"] == "http.response.start" and message["status"] in GATEWAY_FAILED:
            failed = True
            await _answer_as_the_gateway(send, message["status"], "DEFAULT_5XX")
        elif not failed:
            await send(message)

    return sending


async def _answer_as_the_gateway(send: Send, status: int, kind: str) -> None:
    headers = {**gateway_headers(kind), "X-Request-Id": str(uuid.uuid4())}
    await _answer(send, status, gateway_envelope(kind).encode(), headers)


async def _answer(send: Send, status: int, body: bytes, told: Mapping[str, str] | None = None) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in (told or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
