"""HTTP for pages: count and answer requests, read forms, send browsers on."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, RateLimited, TooLarge, Unavailable
from chalicelib.services.access.limits import BODY_BYTES
from chalicelib.services.access.rate_limits import PAGES, count_page
from chalicelib.services.accounts.keys import seconds_to_next_minute
from chalicelib.text.normalise import is_blank
from chalicelib.web.kit.page import HEADERS, with_retry_after
from chalicelib.web.kit.problems import ForeignForm, UnreadableForm, problem_page, told
from chalicelib.web.kit.request import answer_in_any_case, public_url, request_id

READ = ["GET", "HEAD"]  # some ask for the head of a page before they show its link
FIELDS = 200
SCRIPT_HEADER = "x-harmonica"  # which only a script of our own pages can set: other origins would have to ask first

Form = dict[str, str]
Answer = Callable[[Request], Response]


def respond(
    request: Request, answer: Answer, problem: Callable[[Request, HarmonicaError], Response] = problem_page
) -> Response:
    """Give the page, or the page that says what went wrong; log the request. Who asks for the head gets no body."""
    apology = f"Please try again in a moment. It was recorded as {request_id(request)}."
    response = answer_in_any_case(request, lambda: answer(request), lambda error: problem(request, error), apology)
    if request.method == "HEAD":
        response.body = type(response.body)()
    return response


def respond_to_script(request: Request, answer: Answer) -> Response:
    """The same for a script of ours, in JSON."""

    def only_ours(request: Request) -> Response:
        if not request.headers.get(SCRIPT_HEADER):
            raise ForeignForm("This address is for the scripts of our own pages")
        return answer(request)

    return respond(request, only_ours, _problem_data)


def may_retry(error: HarmonicaError | None) -> bool:
    """Whether the same form, sent again later, may be taken after all."""
    return error is not None and (error.status in (Conflict.status, RateLimited.status) or error.status >= 500)


def data(body: dict[str, Any], status: int = 200) -> Response:
    """An answer for a script."""
    headers = {**HEADERS, "Content-Type": "application/json"}
    return Response(json.dumps(body, ensure_ascii=False), headers, status)


def require_allowance(request: Request) -> None:
    """Count a request from this address; raise RateLimited where there are too many within the minute.

    Where counting fails nobody is turned away: what comes next shows whether the database answers.
    """
    address = str(request.context["identity"]["sourceIp"])  # what the gateway saw: a client can write any header
    now = container.clock().now()
    try:
        visits = count_page(address, guards=container.guards(), secret=container.deployment_secret(), now=now)
    except Unavailable:
        return
    if visits > PAGES:
        raise RateLimited("Too many requests from this network", seconds_to_next_minute(now))


def read_form(request: Request) -> Form:
    """The fields of a posted form: the first value of each, trimmed, nothing of a blank one, lines ended by a
    bare newline.

    Raises ForeignForm for a form on another site, UnreadableForm for what is no form, TooLarge over a megabyte.
    """
    if _is_ours(request) is False:
        raise ForeignForm("This form was sent from another website")
    raw = bytes(request.raw_body or b"")
    if len(raw) > BODY_BYTES:
        raise TooLarge(f"A form must be at most {BODY_BYTES:,} bytes")
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except ValueError as error:
        raise UnreadableForm("The form could not be read") from error
    return {name: _tidy(value) for name, value in reversed(fields)}


def is_surely_ours(request: Request) -> bool:
    """Whether the browser says that a form comes from a page of ours.

    Some say nothing. For most forms that will do: they need a cookie, which no browser sends along from another site, and
    a token made for it. It will not do for a form that makes a browser somebody.
    """
    return _is_ours(request) is True


def see_other(location: str, *cookies: str) -> Response:
    """Send the browser on with GET, so that a reload repeats nothing. The location is relative: it holds wherever we are mounted."""
    headers = {**HEADERS, "Referrer-Policy": "no-referrer", "Location": location}
    return with_cookies(Response("", headers, 303), cookies)


def with_cookies(response: Response, cookies: Sequence[str]) -> Response:
    """The response, with these headers that set cookies."""
    if cookies:
        response.headers["Set-Cookie"] = list(cookies)
    return response


def _problem_data(request: Request, error: HarmonicaError) -> Response:
    _, explanation = told(request, error)
    return with_retry_after(
        data({"notice": explanation, "kept": False, "retry": may_retry(error)}, error.status), error
    )


def _is_ours(request: Request) -> bool | None:
    """Whether a form comes from a page of ours; None where the browser says nothing of it."""
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    sender = request.headers.get("origin") or request.headers.get("referer")
    return _origin(sender) == _origin(public_url(request)) if sender else None


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    try:
        found = urlsplit(address)
        return found.scheme, found.hostname, found.port or {"http": 80, "https": 443}.get(found.scheme)
    except ValueError:
        return None


def _tidy(value: str) -> str:
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    return "" if is_blank(text) else text
