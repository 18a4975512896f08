"""What every API route goes through: authenticate, count, parse, check ids, call, render, and turn errors into the
one envelope.

The order of answers is the contract's: 404 path, 405, 401, 429, 400 body, 404/403 id, 400 state.
"""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib import wiring
from chalicelib.api.validation import parse_body
from chalicelib.clock import Deadline
from chalicelib.errors import HarmonicaError, TooLarge
from chalicelib.observability import log_failure
from chalicelib.requests import TURN_SECONDS, log_request, public_url, request_id, require_uuid
from chalicelib.services.accounts import authenticate, require_allowance, seconds_to_next_minute
from chalicelib.store.records import Caller

ANSWER_BYTES = 5_000_000  # Lambda refuses to return more than 6 MB
JSON = "application/json"
MARKDOWN = "text/markdown; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request: who calls, when, with what, and by when it has to be answered."""

    caller: Caller
    body: Any
    query: Mapping[str, str]
    now: datetime
    deadline: Deadline
    public_url: str


View = Callable[..., Any]


def endpoint(
    routes: Blueprint,
    method: str,
    path: str,
    *,
    body: type[Any] | None = None,
    status: int = 200,
    content_type: str = JSON,
) -> Callable[[View], View]:
    """Serve a view at this path. The view takes a Call and the ids of the path, and returns what the answer's body is made of."""

    def register(view: View) -> View:
        @functools.wraps(view)
        def handler(**path_values: str) -> Response:
            def answer(request: Request, headers: dict[str, str]) -> Response:
                call = _admit(request, body, headers)
                ids = {name: require_uuid(value) for name, value in path_values.items()}
                return Response(_render(view(call, **ids), content_type), {"Content-Type": content_type}, status)

            return respond(routes.current_request, answer)

        # No content types: whatever a client calls its body, it is read as JSON.
        routes.route(path, methods=[method], content_types=[])(handler)
        return view

    return register


def respond(request: Request, answer: Callable[[Request, dict[str, str]], Response]) -> Response:
    """Give the answer, or the error envelope, with the headers that every response has; log the request."""
    started = wiring.clock().now()
    headers = {"X-Request-Id": request_id(request), "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
    try:
        response = answer(request, headers)
    except HarmonicaError as error:
        response = error_response(error)
    except Exception as error:
        log_failure("request failed", error, request_id=request_id(request))
        response = error_response(
            HarmonicaError(f"The request failed on our side and was recorded as {request_id(request)}")
        )
    response.headers.update(headers)
    log_request(request, response.status_code, wiring.clock().now() - started)
    return response


def error_response(error: HarmonicaError) -> Response:
    """The one error envelope."""
    headers: dict[str, Any] = {"Content-Type": JSON}
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, round(retry_after)))
    envelope = {"error": {"code": error.code, "message": error.message}}
    return Response(msgspec.json.encode(envelope).decode(), headers, error.status)


def _admit(request: Request, body: type[Any] | None, headers: dict[str, str]) -> Call:
    clock = wiring.clock()
    now, deadline = clock.now(), clock.deadline(TURN_SECONDS)
    caller = authenticate(request.headers.get("authorization"), accounts=wiring.accounts(), now=now)
    headers["RateLimit-Limit"] = str(caller.limit)
    headers["RateLimit-Remaining"] = str(max(0, caller.limit - caller.used))
    headers["RateLimit-Reset"] = str(seconds_to_next_minute(now))
    require_allowance(caller, now)
    return Call(
        caller=caller,
        body=parse_body(bytes(request.raw_body or b""), body) if body else None,
        query=dict(request.query_params or {}),
        now=now,
        deadline=deadline,
        public_url=public_url(request),
    )


def _render(value: Any, content_type: str) -> str:
    rendered = value if content_type != JSON else msgspec.json.encode(value).decode()
    # Lambda sends it as a JSON string in ASCII, in which a character takes up to twelve bytes.
    if len(rendered) > ANSWER_BYTES // 12 and len(json.dumps(rendered)) > ANSWER_BYTES:
        raise TooLarge(f"The answer is over {ANSWER_BYTES // 1_000_000} MB, more than one response can carry")
    return str(rendered)
