"""HTTP for pages: count and answer requests, read forms, send browsers on."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, RateLimited, TooLarge, Unavailable
from chalicelib.services.access.rate_limits import PAGES, count_page, seconds_to_next_minute
from chalicelib.services.access.sizes import BODY_BYTES
from chalicelib.text.normalise import is_blank
from chalicelib.web.kit.page import HEADERS, with_retry_after
from chalicelib.web.kit.problems import ForeignForm, UnreadableForm, explain_problem, render_problem
from chalicelib.web.kit.request import (
    answer_in_any_case,
    id_in_link,
    is_same_origin,
    request_id,
    source_address,
)
from chalicelib.web.kit.uploads import Upload, content_type_of, has_files, read_upload

READ = ["GET", "HEAD"]  # some ask for the head of a page before they show its link
MOST_FIELDS = 3_000  # fifty questions with fifty options, each of them ticked
SCRIPT_HEADER = "x-harmonica"  # which only a script of our own pages can set: other origins would have to ask first

Form = dict[str, str]
Answer = Callable[[Request], Response]
AnswerToLink = Callable[[Request, str], Response]
_OF_LINKS = (
    "t",
    "k",
    "r",
    "reminded",
    "i",
    "cursor",
    "leave",
    "words",
    "delete",
    "gone",
    "told",
    "test",
    "format",
    "lang",
)  # what our own links have beside the session


def respond(
    request: Request, answer: Answer, problem: Callable[[Request, HarmonicaError], Response] = render_problem
) -> Response:
    """Returns the page, or the one that says what went wrong, and logs the request. Who asks for the head gets no body."""
    apology = f"Please try again in a moment. It was recorded as {request_id(request)}."
    response = answer_in_any_case(request, lambda: answer(request), lambda error: problem(request, error), apology)
    if request.method == "HEAD":
        response.body = type(response.body)()
    return response


def respond_to_link(request: Request, answer: AnswerToLink) -> Response:
    """Returns the page that a link to a session leads to, given the session's id.

    A link to which something clung on its way leads to the clean address, which is what people then copy.
    """

    def follow(request: Request) -> Response:
        require_allowance(request)
        query = request.query_params or {}
        given = query.get("s") or ""
        session_id = id_in_link(given)
        if given.lower() == session_id:
            return answer(request, session_id)
        kept = {name: query[name] for name in _OF_LINKS if name in query}
        address = f"{request.path.strip('/')}?{urlencode({'s': session_id, **kept})}"
        return Response("", {**HEADERS, "Referrer-Policy": "no-referrer", "Location": address}, 302)

    return respond(request, follow)


def respond_to_script(request: Request, answer: Answer) -> Response:
    """Returns the same for a script of ours, in JSON."""

    def only_ours(request: Request) -> Response:
        if not request.headers.get(SCRIPT_HEADER):
            raise ForeignForm("This address is for the scripts of our own pages")
        return answer(request)

    return respond(request, only_ours, _problem_json)


def may_retry(error: HarmonicaError | None) -> bool:
    """Says whether the same form, sent again later, may be taken after all."""
    return error is not None and (error.status in (Conflict.status, RateLimited.status) or error.status >= 500)


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    """Returns an answer for a script."""
    headers = {**HEADERS, "Content-Type": "application/json"}
    return Response(json.dumps(body, ensure_ascii=False), headers, status)


def require_allowance(request: Request) -> None:
    """Counts a request from this address. Raises RateLimited where there are too many within the minute.

    Where counting fails nobody is turned away: what comes next shows whether the database answers.
    """
    now = container.clock().now()
    try:
        visits = count_page(
            source_address(request), guards=container.guards(), secret=container.deployment_secret(), now=now
        )
    except Unavailable:
        return
    if visits > PAGES:
        raise RateLimited("Too many requests from this network", seconds_to_next_minute(now))


def read_form(request: Request) -> Form:
    """Returns the fields of a posted form: the first value of each, trimmed, nothing of a blank one, lines ended by a
    bare newline. Raises as `read_fields` does.
    """
    return {name: clean_text(value) for name, value in reversed(read_fields(request))}


def read_fields(request: Request) -> list[tuple[str, str]]:
    """Returns every field of a posted form as it came.

    Raises ForeignForm for a form on another site, UnreadableForm for what is no form, TooLarge over a megabyte.
    """
    raw = _read_body(request)
    if has_files(request):
        return _read_upload(request, raw).fields
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise UnreadableForm("The form could not be read") from error


def read_file(request: Request, name: str) -> bytes | None:
    """Returns the file that was chosen in this field of a posted form; None where none was. Raises as `read_fields` does."""
    return _read_upload(request, _read_body(request)).files.get(name) if has_files(request) else None


def _read_body(request: Request) -> bytes:
    if is_same_origin(request) is False:
        raise ForeignForm("This form was sent from another website")
    raw = bytes(request.raw_body or b"")
    if len(raw) > BODY_BYTES:
        raise TooLarge(f"A form must be at most {BODY_BYTES:,} bytes")
    return raw


def _read_upload(request: Request, raw: bytes) -> Upload:
    try:
        return read_upload(content_type_of(request), raw, MOST_FIELDS)
    except ValueError as error:
        raise UnreadableForm("The form could not be read") from error


def clean_text(value: str) -> str:
    """Returns a text as it comes back from the field of a form that it stood in."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    return "" if is_blank(text) else text


def see_other(location: str, *cookies: str) -> Response:
    """Sends the browser on with GET, so that a reload repeats nothing. The location is relative: it holds wherever we are mounted."""
    headers = {**HEADERS, "Referrer-Policy": "no-referrer", "Location": location}
    return with_cookies(Response("", headers, 303), cookies)


def with_cookies(response: Response, cookies: Sequence[str]) -> Response:
    """Returns the response, with these headers that set cookies beside those that it has."""
    if cookies:
        set_already = response.headers.get("Set-Cookie", [])
        response.headers["Set-Cookie"] = [*([set_already] if isinstance(set_already, str) else set_already), *cookies]
    return response


def _problem_json(request: Request, error: HarmonicaError) -> Response:
    _, explanation = explain_problem(request, error)
    return with_retry_after(
        json_response({"notice": explanation, "kept": False, "retry": may_retry(error)}, error.status), error
    )
