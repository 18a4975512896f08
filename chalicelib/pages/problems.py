"""The page that says what went wrong, in the visitor's language, and whom to ask."""

from chalice.app import Request, Response

from chalicelib.errors import Forbidden, HarmonicaError, Invalid, RateLimited
from chalicelib.pages.render import page, voice_for, with_retry_after
from chalicelib.requests import request_id


class ForeignForm(Forbidden):
    """A form that another website sent."""


class UnreadableForm(Invalid):
    """A body that is no form."""


_WAIT = ("wait_heading", "wait_text")
_SAID = {
    400: ("wrong_heading", "unreadable_form"),
    404: ("missing_heading", "missing_text"),
    409: _WAIT,
    413: ("large_heading", "large_text"),
    429: ("slow_heading", "slow_text"),
    503: _WAIT,
}


def told(request: Request, error: HarmonicaError) -> tuple[str, str]:
    """Heading and explanation."""
    texts = voice_for(request).texts
    if isinstance(error, ForeignForm):
        return texts("wrong_heading"), texts("foreign_form")
    heading, explanation = _SAID.get(error.status, ("failed_heading", "failed_text"))
    seconds = max(1, round(error.retry_after)) if isinstance(error, RateLimited) else 0
    return texts(heading), texts(explanation, request=request_id(request), seconds=seconds)


def problem_page(request: Request, error: HarmonicaError) -> Response:
    """The page that says what went wrong."""
    heading, explanation = told(request, error)
    response = page(request, "problem.html", error.status, heading=heading, explanation=explanation)
    return with_retry_after(response, error)
