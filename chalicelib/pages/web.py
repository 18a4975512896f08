"""HTTP for pages: read a form, answer with a page whatever happens, send the browser on."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from chalice.app import Request, Response

from chalicelib.errors import Forbidden, Invalid, TooLarge
from chalicelib.pages.render import HEADERS, problem_page
from chalicelib.requests import answer_in_any_case, request_id
from chalicelib.services.limits import BODY_BYTES

FIELDS = 200

Form = dict[str, str]


def respond(request: Request, answer: Callable[[Request], Response]) -> Response:
    """Give the page, or the page that says what went wrong; log the request."""
    apology = f"Please try again in a moment. It was recorded as {request_id(request)}."
    return answer_in_any_case(request, lambda: answer(request), problem_page, apology)


def read_form(request: Request) -> Form:
    """The fields of a posted form: the first value of each, trimmed, lines ended by a bare newline.

    Raises Forbidden for a form on another site, Invalid for what is no form, TooLarge over a megabyte.
    """
    # Another site could hand a visitor an identity it knows, and read along. Browsers say where a form comes from.
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Forbidden(
            "This form was sent from another website. Please open the link of your session and use the form there."
        )
    raw = bytes(request.raw_body or b"")
    if len(raw) > BODY_BYTES:
        raise TooLarge(f"A form must be at most {BODY_BYTES:,} bytes")
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except ValueError as error:
        raise Invalid("The form could not be read. Please go back, and send it again.") from error
    return {name: _tidy(value) for name, value in reversed(fields)}


def see_other(location: str, cookie: str) -> Response:
    """Send the browser on with GET, so that a reload repeats nothing. The location is relative: it holds wherever we are mounted."""
    return Response("", {**HEADERS, "Location": location, "Set-Cookie": cookie}, 303)


def _tidy(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
