"""What every HTTP door needs of a request, whatever it answers with: ids, the address of the application, one line in the log."""

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address
from secrets import compare_digest
from urllib.parse import urlsplit

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import HarmonicaError, NotFound
from chalicelib.observability import log_failure, logger
from chalicelib.settings import settings

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AT_START = re.compile(rf"\s*({_UUID.pattern})(?![0-9a-z])", re.IGNORECASE)
_DIGITS = 11  # as many as seconds since 1970 have for a long time
_TOKEN = re.compile(r"[A-Za-z0-9._~-]*")


def request_id(request: Request) -> str:
    """Returns the gateway's id of this request."""
    return str(request.context.get("requestId", ""))


def path_of(request: Request) -> str:
    """Returns the path that was asked for, below that of the application, as it came: what Chalice calls its path is the route."""
    return str(request.path).format_map(request.uri_params or {})


def source_address(request: Request) -> str:
    """Returns the address that the request came from: as our CloudFront saw it where it came through that, else as the gateway
    did. A client can write any header."""
    seen = request.headers.get("x-viewer-address", "") if _is_from_our_edge(request) else ""
    try:
        return str(ip_address(seen))
    except ValueError:
        return str(request.context["identity"]["sourceIp"])


def is_uuid(value: str) -> bool:
    """Says whether this can be an id of ours: a UUID in lower case."""
    return _UUID.fullmatch(value) is not None


def require_uuid(value: str, message: str = "Session not found") -> str:
    """Returns a canonical id; NotFound for what cannot be one."""
    if not is_uuid(value.lower()):
        raise NotFound(message)
    return value.lower()


def id_in_link(value: str) -> str:
    """Returns the canonical id that a parameter of a link begins with, whatever clung to it where the link was written or
    sent: a full stop, a bracket, a blank, `?utm_source=…`. Raises NotFound where it begins with none."""
    found = _AT_START.match(value)
    return require_uuid(found[1] if found else "")


def token_in_link(value: str) -> str:
    """Returns a signed parameter of a link without what clung to it."""
    found = _TOKEN.match(value.strip())
    return found[0].rstrip(".") if found else ""


def number_in_link(value: str) -> int | None:
    """Returns the whole number that a parameter of a link or a field is; None for anything else, and for more digits than we give out."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _DIGITS else None


def is_test_run(request: Request) -> bool:
    """Says whether a request is to the test run of a session, by its address."""
    return request.path in ("/chat", "/chat/live") and (request.query_params or {}).get("test") == "1"


def public_url(request: Request) -> str:
    """Returns where the application is mounted: the setting, else what our CloudFront or API Gateway says of this request; never
    what a client says, as in the Host header."""
    if settings().public_url:
        return settings().public_url
    if _is_from_our_edge(request) and (host := request.headers.get("x-viewer-host")):  # of files it tells none
        return f"https://{host}"
    context = request.context
    stage = f"/{context.get('stage', '')}"
    return f"https://{context['domainName']}" + (stage if str(context.get("path", "")).startswith(stage + "/") else "")


def is_same_origin(request: Request) -> bool | None:
    """Says whether a form comes from a page of ours; None where the browser does not tell."""
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    sender = request.headers.get("origin") or request.headers.get("referer")
    return _origin(sender) == _origin(public_url(request)) if sender else None


def is_certainly_ours(request: Request) -> bool:
    """Says whether the browser vouches that a form comes from a page of ours.

    Some say nothing. For most forms that will do: they need a cookie, which no browser sends along from another site, and
    a token made for it. It will not do for a form that makes a browser somebody.
    """
    return is_same_origin(request) is True


def answer_in_any_case(
    request: Request, answer: Callable[[], Response], problem: Callable[[HarmonicaError], Response], apology: str
) -> Response:
    """Returns the answer, or its failure as `problem` renders it; one that nobody foresaw is logged, and told as the apology.

    Every response names the request, and every request is logged.
    """
    started = container.clock().now()
    try:
        response = answer()
    except HarmonicaError as error:
        response = problem(error)
    except Exception as error:
        log_failure("request failed", error, request_id=request_id(request))
        response = problem(HarmonicaError(apology))
    response.headers["X-Request-Id"] = request_id(request)
    _log(request, response.status_code, container.clock().now() - started)
    return response


def _log(request: Request, status: int, took: timedelta) -> None:
    """Returns one line a request: its route and how it went, never what it carried."""
    logger.info(
        "request",
        extra={
            "request_id": request_id(request),
            "method": request.method,
            "route": request.path,
            "status": status,
            "milliseconds": round(took.total_seconds() * 1000),
        },
    )


def _is_from_our_edge(request: Request) -> bool:
    """Says whether our own CloudFront handed on a request, which proves itself by a secret; the API's own address stays open."""
    proof = request.headers.get("x-edge-secret", "") if settings().edge_secret_arn else ""
    return bool(proof) and compare_digest(proof.encode(), container.edge_secret().encode())


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    try:
        found = urlsplit(address)
        return found.scheme, found.hostname, found.port or {"http": 80, "https": 443}.get(found.scheme)
    except ValueError:
        return None
