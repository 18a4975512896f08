"""Templates to pages. Jinja2 is imported by the first page of a process, and everything a template is given is escaped."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from chalicelib.errors import HarmonicaError

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent
_STYLE = (_HERE / "static" / "page.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# The one style sheet is part of every page and named by its hash; scripts, frames, and everything from elsewhere are off.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        "img-src data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

_HEADINGS = {
    400: "That did not work",
    403: "That did not work",
    404: "There is no conversation here",
    409: "One moment, please",
    413: "That was too much at once",
    503: "One moment, please",
}
_NO_LINK = "The link may have been cut off on its way, or the session may have been removed."
_WAIT = "We could not answer just now. Your conversation so far is kept. Please go back, and try again in a moment."
_EXPLANATIONS = {404: f"{_NO_LINK} Please ask the person who sent it to you for a new one.", 409: _WAIT, 503: _WAIT}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page made of this template."""
    return Response(_environment().get_template(template).render(values), dict(HEADERS), status)


def problem_page(error: HarmonicaError) -> Response:
    """The page that says what went wrong."""
    response = page(
        "problem.html",
        error.status,
        heading=_HEADINGS.get(error.status, "This failed on our side"),
        explanation=_EXPLANATIONS.get(error.status, error.message),
    )
    return with_retry_after(response, error)


def with_retry_after(response: Response, error: HarmonicaError) -> Response:
    """The response, saying when to come back where the error knows."""
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(retry_after)))
    return response


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(_STYLE)
    return environment
