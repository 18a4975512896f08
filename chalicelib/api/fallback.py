"""What no other route serves: 404 for an unknown path, 405 for a known one with another method, preflights of both."""

import re

from chalice.app import Blueprint, Request, Response

from chalicelib.api.http import preflight, respond
from chalicelib.errors import MethodNotAllowed, NotFound

routes = Blueprint(__name__)

_CATCH_ALL = "/{proxy+}"
_API = "/api/"


@routes.route(_CATCH_ALL, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], content_types=[])
def unknown(**_: str) -> Response:
    """No such path, or no such method on it."""

    def answer(request: Request, headers: dict[str, str]) -> Response:
        path = "/" + str((request.uri_params or {}).get("proxy", ""))
        allowed = _methods_of(path)
        if request.method == "OPTIONS" and path.startswith(_API):
            return preflight(allowed)  # also of unknown paths: a page must be able to read that there is nothing
        if allowed:
            headers["Allow"] = ", ".join(allowed)
            raise MethodNotAllowed(f"{request.method} is not allowed here; allowed: {', '.join(allowed)}")
        raise NotFound(f"There is nothing at {request.method} {path[:200]}")

    return respond(routes.current_request, answer)


def _methods_of(path: str) -> list[str]:
    known = routes.current_app.routes
    patterns = {route: re.sub(r"\{[^}]+\}", "[^/]+", route) for route in known if route != _CATCH_ALL}
    matching = [path] if path in patterns else [route for route, it in patterns.items() if re.fullmatch(it, path)]
    return sorted({method for route in matching for method in known[route]} - {"OPTIONS"})
