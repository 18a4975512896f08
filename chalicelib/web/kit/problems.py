"""The page that says what went wrong, in the visitor's language, and whom to ask."""

from typing import Any
from urllib.parse import urlsplit

from chalice.app import Request, Response

from chalicelib.errors import Forbidden, HarmonicaError, Invalid, RateLimited
from chalicelib.web.kit import static
from chalicelib.web.kit.page import locale_for, render_page, with_retry_after
from chalicelib.web.kit.request import public_url, request_id


class ForeignForm(Forbidden):
    """A form that another website sent."""


class UnreadableForm(Invalid):
    """A body that is no form."""


_WAIT = ("wait_heading", "wait_text")
_MISSING = ("missing_heading", "missing_text")
_TEXTS = {
    400: ("wrong_heading", "unreadable_form"),
    403: ("forbidden_heading", "forbidden_text"),
    404: _MISSING,
    405: _MISSING,
    409: _WAIT,
    413: ("large_heading", "large_text"),
    429: ("slow_heading", "slow_text"),
    503: _WAIT,
}

_SCENES = {404: "lost", 405: "lost", 409: "waiting", 429: "full", 503: "waiting"}


def explain_problem(request: Request, error: HarmonicaError, missing: tuple[str, str] = _MISSING) -> tuple[str, str]:
    """Returns heading and explanation of what went wrong, in the visitor's language; `missing`: what is said of what is not there."""
    texts = locale_for(request).texts
    if isinstance(error, ForeignForm):
        return texts("wrong_heading"), texts("foreign_form")
    found = _TEXTS.get(error.status, ("failed_heading", "failed_text"))
    heading, explanation = missing if found is _MISSING else found
    wait = max(1, round(error.retry_after)) if isinstance(error, RateLimited) else None
    seconds = texts("seconds", count=wait) if wait else ""
    return texts(heading), texts(explanation, request=request_id(request), seconds=seconds)


def render_problem(request: Request, error: HarmonicaError, missing: tuple[str, str] = _MISSING) -> Response:
    """Returns the page that says what went wrong. It may stand at any address, so it finds its files from the root."""
    heading, explanation = explain_problem(request, error, missing)
    at = urlsplit(public_url(request)).path
    values: dict[str, Any] = {
        "heading": heading,
        "explanation": explanation,
        "back": f"{at}/" if error.status == 403 or missing is not _MISSING else "",  # to what is one's own
        "scene": _SCENES.get(error.status, "trouble"),
        "static": lambda name: f"{at}/{static.address(name)}",
    }
    response = render_page(request, "problem.html", error.status, **values)
    return with_retry_after(response, error)
