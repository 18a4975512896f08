"""What every API route goes through: authenticate, count, parse, check ids, call, render, and turn errors into the
one envelope.

The order of answers is the contract's: 404 path, 405, 401, 429, 400 body, 404/403 id, 400 state.
"""

import functools
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Unpack
from urllib.parse import unquote

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib import container
from chalicelib.api import etag, idempotency
from chalicelib.api.access import who_may
from chalicelib.api.call import JSON, MARKDOWN, Call, Declaration, Endpoint, Made, View
from chalicelib.api.validation import parse_body, parse_query
from chalicelib.errors import HarmonicaError, RateLimited, TooLarge
from chalicelib.requests import TURN_SECONDS, answer_in_any_case, is_uuid, public_url, request_id
from chalicelib.services.access.limits import DEFAULT_RATE
from chalicelib.services.access.rate_limits import VISITS, count_visit
from chalicelib.services.accounts.keys import authenticate, seconds_to_next_minute
from chalicelib.store.keys import NOBODYS

__all__ = [
    "JSON",
    "MARKDOWN",
    "Call",
    "Made",
    "endpoint",
    "error_response",
    "fits",
    "methods_of",
    "preflight",
    "respond",
]

ANSWER_BYTES = 5_000_000  # Lambda refuses to return more than 6 MB
PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_EXPOSED = "Allow, ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"
_UUIDS = ("session_id", "participant_id")


DECLARED: list[Endpoint] = []


def endpoint(routes: Blueprint, method: str, path: str, **declaration: Unpack[Declaration]) -> Callable[[View], View]:
    """Serve a view at this path. The view takes a Call and the ids of the path, and returns what the answer's body is made of."""
    who = who_may(method, path)
    if method == "POST" and "again" not in declaration:
        raise TypeError(f"{method} {path} has to say how its answer is rendered again for an Idempotency-Key")

    def register(view: View) -> View:
        declared = Endpoint(method=method, path=path, who=who, view=view, **declaration)

        @functools.wraps(view)
        def handler(**path_values: str) -> Response:
            return respond(routes.current_request, lambda *given: _answer(declared, path_values, *given))

        # No content types: whatever a client calls its body, it is read as JSON.
        routes.route(path, methods=[method], content_types=[])(handler)
        if path not in {known.path for known in DECLARED}:
            # API Gateway hands a preflight to the application only where the path has this method.
            routes.route(path, methods=["OPTIONS"], content_types=[])(_preflight(routes, path))
        DECLARED.append(declared)
        return view

    return register


def respond(request: Request, answer: Callable[[Request, dict[str, str]], Response]) -> Response:
    """Give the answer, or the error envelope, with the headers that every response has; log the request.

    A request that nobody is counted for says what it used of a new caller's allowance: nothing.
    """
    headers = {
        **_allowance(0, DEFAULT_RATE, container.clock().now()),
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": _EXPOSED,
        "Vary": "Authorization, Origin",
        "Cache-Control": "no-store",
    }
    apology = f"The request failed on our side and was recorded as {request_id(request)}"
    response = answer_in_any_case(request, lambda: answer(request, headers), error_response, apology)
    response.headers = {**headers, **response.headers}
    return response


def error_response(error: HarmonicaError) -> Response:
    """The one error envelope."""
    headers: dict[str, Any] = {"Content-Type": JSON}
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, round(retry_after)))
    envelope = {"error": {"code": error.code, "message": error.message}}
    return Response(msgspec.json.encode(envelope).decode(), headers, error.status)


def fits(body: Any) -> bool:
    """Whether one response can carry this body."""
    return _carried(_encode(body))


def methods_of(path: str) -> list[str]:
    """The methods that a path of the API is declared with."""
    return sorted(known.method for known in DECLARED if known.path == path)


def preflight(methods: Iterable[str]) -> Response:
    """Tell a browser what any origin may send; there are no cookies, so any origin may."""
    return Response("", {**PREFLIGHT, "Access-Control-Allow-Methods": ", ".join(methods)}, 204)


def _preflight(routes: Blueprint, path: str) -> View:
    def preflighted(**_: str) -> Response:
        return respond(routes.current_request, lambda *_: preflight(methods_of(path)))

    return preflighted


def _answer(declared: Endpoint, path_values: dict[str, str], request: Request, headers: dict[str, str]) -> Response:
    call = _admit(declared, request, headers)
    ids = {name: _path_id(name, value) for name, value in path_values.items()}

    def work(call: Call) -> Made:
        body = parse_body(bytes(request.raw_body or b""), kind) if (kind := declared.takes) else None
        return declared.work(replace(call, body=body), ids)

    made = idempotency.once(declared, call, ids, request, work) if declared.method == "POST" else work(call)
    status = made.status or declared.status
    if status == 204:
        return Response("", {}, status)
    rendered = _render(made.body, declared)
    if declared.method == "GET" and declared.tagged:
        return etag.respond(request, rendered, declared.content_type)
    return Response(rendered, {"Content-Type": declared.content_type}, status)


def _admit(declared: Endpoint, request: Request, headers: dict[str, str]) -> Call:
    clock = container.clock()
    now, deadline = clock.now(), clock.deadline(TURN_SECONDS)
    caller = None
    if declared.who != "anyone":
        caller = authenticate(request.headers.get("authorization"), accounts=container.accounts(), now=now)
        _require_allowance(caller.used, caller.limit, now, headers)
    elif declared.counted:
        # What the gateway saw: a client can write any header.
        address = str(request.context["identity"]["sourceIp"])
        visits = count_visit(address, guards=container.guards(), secret=container.deployment_secret(), now=now)
        _require_allowance(visits, VISITS, now, headers)
    return Call(
        who=declared.who,
        body=None,
        query=parse_query(dict(request.query_params or {}), declared.query) if declared.query else None,
        now=now,
        deadline=deadline,
        public_url=public_url(request),
        _caller=caller,
    )


def _require_allowance(used: int, limit: int, now: datetime, headers: dict[str, str]) -> None:
    """Say in the headers what is left of this minute's requests; raise RateLimited where nothing is."""
    headers |= _allowance(used, limit, now)
    if used > limit:
        wait = seconds_to_next_minute(now)
        raise RateLimited(f"Rate limit exceeded. Try again in {wait} seconds.", wait)


def _allowance(used: int, limit: int, now: datetime) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(0, limit - used)),
        "RateLimit-Reset": str(seconds_to_next_minute(now)),
    }


def _path_id(name: str, value: str) -> str:
    """An id of the path: sessions and participants have UUIDs, other things have names.

    What cannot be a UUID is nobody's: the view finds nothing there, once it is that id's turn.
    """
    if name not in _UUIDS:
        return unquote(value)
    return value.lower() if is_uuid(value.lower()) else NOBODYS


def _render(value: Any, declared: Endpoint) -> str:
    rendered = str(value) if declared.content_type != JSON else _encode(value)
    if not _carried(rendered):
        less = ": ask for fewer at a time with limit" if declared.is_limited else ""
        raise TooLarge(f"The answer is over {ANSWER_BYTES // 1_000_000} MB, more than one response can carry{less}")
    return rendered


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _carried(rendered: str) -> bool:
    """Lambda sends it as a JSON string in ASCII, in which a character takes up to twelve bytes."""
    return len(rendered) <= ANSWER_BYTES // 12 or len(json.dumps(rendered)) <= ANSWER_BYTES
