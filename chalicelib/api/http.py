"""What every API route goes through: authenticate, count, parse, check ids, call, render, and turn errors into the
one envelope.

The order of answers is the contract's: 404 path, 405, 401, 429, 400 body, 404/403 id, 400 state.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from chalice.app import Blueprint, Request, Response

from chalicelib import container
from chalicelib.api import idempotency
from chalicelib.api.error_envelope import Error, ErrorEnvelope
from chalicelib.api.routes import ACCEPTED, JSON, Route
from chalicelib.api.validation import parse_body, parse_query
from chalicelib.clock import TURN_SECONDS
from chalicelib.errors import HarmonicaError, RateLimited, TooLarge
from chalicelib.model.users import DEFAULT_RATE
from chalicelib.operations.answer_size import fits, rendered
from chalicelib.operations.operation import Call, Done, File
from chalicelib.operations.subject import IDS
from chalicelib.services.access.principal import Allowance, Principal, Visitor
from chalicelib.services.access.rate_limits import VISITS, count_visit, seconds_to_next_minute
from chalicelib.services.access.sizes import ANSWER_BYTES
from chalicelib.services.accounts.keys import authenticate
from chalicelib.store.keys import NOBODYS
from chalicelib.text.file_names import headers_of_file
from chalicelib.web.kit import etag
from chalicelib.web.kit.login import find_login
from chalicelib.web.kit.request import (
    answer_in_any_case,
    is_certainly_ours,
    is_uuid,
    public_url,
    request_id,
    source_address,
)

PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_EXPOSED = "Allow, ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"


ROUTED: list[Route] = []  # all that are served, the documentation among them


def serve(routes: Blueprint, route: Route) -> None:
    """Serves an operation at the route's path."""

    def handler(**path_values: str) -> Response:
        return respond(routes.current_request, lambda *given: _answer(route, path_values, *given))

    handler.__name__ = route.run.rpartition(".")[2]  # by which Chalice's logs call it
    # No content types: whatever a client calls its body, it is read as JSON.
    routes.route(route.path, methods=[route.method], content_types=[])(handler)
    ROUTED.append(route)


def respond(request: Request, answer: Callable[[Request, dict[str, str]], Response]) -> Response:
    """Give the answer, or the error envelope, with the headers that every response has; log the request.

    A request that nobody is counted for says what it used of a new caller's allowance: nothing.
    """
    headers = {
        **_told(Allowance(DEFAULT_RATE, 0), container.clock().now()),
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
    envelope = ErrorEnvelope(Error(error.code, error.message))
    return Response(rendered(envelope), headers, error.status)


def preflight(methods: Iterable[str]) -> Response:
    """Tell a browser what any origin may send; a cookie counts for pages of ours alone, so any origin may."""
    return Response("", {**PREFLIGHT, "Access-Control-Allow-Methods": ", ".join(methods)}, 204)


def _answer(route: Route, path_values: dict[str, str], request: Request, headers: dict[str, str]) -> Response:
    call = _admit(route, request, headers)
    ids = {name: _path_id(name, value) for name, value in path_values.items()}
    query = dict(request.query_params or {})
    given = None if route.has_body else parse_query({**(query if route.fields else {}), **ids}, route.operation.input)
    ids |= {name: query[name] for name in route.query if name in query}

    def work(call: Call) -> Done:
        return route.operation.perform(
            call, given or parse_body(bytes(request.raw_body or b""), route.operation.input, ids)
        )

    done = idempotency.once(route, call, ids, request, work) if route.method == "POST" else work(call)
    status = ACCEPTED if done.goes_on else route.status
    if status == 204:
        return Response("", {}, status)
    text, content_type, headers = _render(done, route), route.content_type, {}
    if isinstance(done.output, File):
        content_type, headers = done.output.content_type, headers_of_file(done.output.name)
    if route.has_etag and status != ACCEPTED:
        return etag.respond(request, text, content_type, headers)
    return Response(text, {**headers, "Content-Type": content_type}, status)


def _admit(route: Route, request: Request, headers: dict[str, str]) -> Call:
    clock = container.clock()
    now, deadline = clock.now(), clock.deadline(TURN_SECONDS)
    principal = _principal(route, request, now)
    if principal.allowance:
        _require_allowance(principal.allowance, now, headers)
    if route.method != "GET":
        principal.require_change()
    return Call(principal, now, deadline, public_url(request))


def _principal(route: Route, request: Request, now: datetime) -> Principal:
    """Gives who asks, and counts the request. Raises Unauthorized where a key is needed."""
    if route.operation.who != "anyone":
        given = request.headers.get("authorization")
        # A cookie that a browser sends along counts only where it vouches that a page of ours asks.
        is_ours = is_certainly_ours(request) and request.headers.get("sec-fetch-site") != "none"
        login = find_login(request) if given is None and is_ours else None
        return login or authenticate(given, accounts=container.accounts(), now=now)
    if not route.counted:
        return Principal(Visitor())
    visits = count_visit(
        source_address(request), guards=container.guards(), secret=container.deployment_secret(), now=now
    )
    return Principal(Visitor(), allowance=Allowance(VISITS, visits))


def _require_allowance(allowance: Allowance, now: datetime, headers: dict[str, str]) -> None:
    """Say in the headers what is left of this minute's requests; raise RateLimited where nothing is."""
    headers |= _told(allowance, now)
    if allowance.used > allowance.limit:
        wait = seconds_to_next_minute(now)
        raise RateLimited(f"Rate limit exceeded. Try again in {wait} seconds.", wait)


def _told(allowance: Allowance, now: datetime) -> dict[str, str]:
    """Gives the headers that tell of an allowance."""
    return {
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(max(0, allowance.limit - allowance.used)),
        "RateLimit-Reset": str(seconds_to_next_minute(now)),
    }


def _path_id(name: str, value: str) -> str:
    """An id of the path: sessions and participants have UUIDs, other things have names.

    What cannot be a UUID is nobody's: the view finds nothing there, once it is that id's turn.
    """
    if name not in IDS:
        return unquote(value)
    return value.lower() if is_uuid(value.lower()) else NOBODYS


def _render(done: Done, route: Route) -> str:
    text = rendered(done.output)
    if not fits(text):
        less = ": ask for fewer at a time with limit" if route.is_limited else ""
        raise done.too_large or TooLarge(
            f"The answer is over {ANSWER_BYTES // 1_000_000} MB, more than one response can carry{less}"
        )
    return text
