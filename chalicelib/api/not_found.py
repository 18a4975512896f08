"""What no other route serves: 404 for an unknown path, 405 for a known one with another method, preflights of both.

Under /api in the envelope of all errors; whoever visits another address with a browser gets a page. Addresses of the reference
API that have no counterpart here say what is missing: its clients ask for them, and hand the sentence on to their users.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Blueprint, Chalice, Request, Response

from chalicelib.api.http import preflight, respond
from chalicelib.errors import HarmonicaError, MethodNotAllowed, NotFound

_CATCH_ALL = "/{proxy+}"
_API = "/api/"
# What clients of the reference API ask for and nothing here does, whatever the method and the id: path below /api/v1, and why.
_MISSING = (
    (r"/projects/[^/]+/sensemaking", "Projects cannot be published as sensemaking topics: this server has none"),
    (r"/projects/[^/]+/unconference/topics", "No project is an unconference: this server has none"),
    (r"/meetings(/[^/]+/(transcript|restrictions))?", "Meetings are not recorded: this server has no notetaker"),
)

Known = Mapping[str, Mapping[str, object]]
Page = Callable[[Request, HarmonicaError], Response]


class Application(Chalice):  # type: ignore[misc]  # Chalice has no types
    """Chalice, whose gateway hands on every method of every path: what no route has, the catch-all answers.

    Chalice by itself has an answer of its own for a method that a path lacks, and none for a path that it does not know.
    """

    def __call__(self, event: dict[str, Any], context: Any) -> Any:
        """Answers a request as API Gateway hands it on."""
        asked = event.get("requestContext", {})
        if asked.get("httpMethod") not in self.routes.get(asked.get("resourcePath"), {}):
            caught = {"proxy": str(event.get("path", "")).removeprefix("/")}
            event = event | {"requestContext": asked | {"resourcePath": _CATCH_ALL}, "pathParameters": caught}
        return super().__call__(event, context)


def routes_with(page: Page) -> Blueprint:
    """The one route; `page` tells visitors of pages what went wrong."""
    routes = Blueprint(__name__)

    @routes.route(_CATCH_ALL, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], content_types=[])
    def unknown(**_: str) -> Response:
        """No such path, or no such method on it."""
        return _answer(routes.current_request, routes.current_app.routes, page)

    return routes


def _answer(request: Request, known: Known, page: Page) -> Response:
    path = "/" + str((request.uri_params or {}).get("proxy", ""))
    is_api = f"{path}/".startswith(_API)
    allowed = _methods_of(path, known)

    def tell(request: Request, _: dict[str, str]) -> Response:
        if request.method == "OPTIONS" and is_api:
            return preflight(allowed)  # also of unknown paths: a page must be able to read that there is nothing
        raise _problem(request, path, allowed)

    if is_api or request.method not in ("GET", "HEAD"):
        response = respond(request, tell)
    else:
        response = page(request, _problem(request, path, allowed))
    if response.status_code == MethodNotAllowed.status:
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _problem(request: Request, path: str, allowed: list[str]) -> HarmonicaError:
    if allowed:
        return MethodNotAllowed(f"{request.method} is not allowed here; allowed: {', '.join(allowed)}")
    for missing, reason in _MISSING:
        if re.fullmatch(f"{_API}v1{missing}", path):
            return NotFound(reason)
    return NotFound(f"There is nothing at {request.method} {path[:200]}")


def _methods_of(path: str, known: Known) -> list[str]:
    patterns = {route: re.sub(r"\{[^}]+\}", "[^/]+", route) for route in known if route != _CATCH_ALL}
    matching = [path] if path in patterns else [route for route, it in patterns.items() if re.fullmatch(it, path)]
    return sorted({method for route in matching for method in known[route]} - {"OPTIONS"})
