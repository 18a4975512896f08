"""The page that ends mails: where the link at their end leads, and what the button of a mail program asks for (RFC 8058).

The link itself says who may: it is signed, and in nobody's hands but those of whoever reads the mailbox. So neither a cookie nor
a page of ours before it is asked for.
"""

from urllib.parse import urlencode

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import NotFound, TooLarge
from chalicelib.services.access.sizes import BODY_BYTES
from chalicelib.services.delivery.stop_links import StopLink, read_stop_token
from chalicelib.web.kit.http import read_form, require_allowance, see_other
from chalicelib.web.kit.page import HEADERS, render_page
from chalicelib.web.kit.request import token_in_link

_ONE_CLICK = (b"List-Unsubscribe", b"One-Click")
ALL = "all"


def show_stop(request: Request) -> Response:
    """Returns the page with the button, or what was stopped. It changes nothing."""
    token, stop = _read_link(request)
    asked = (request.query_params or {}).get("stopped")
    stopped_all = container.sending_deps().suppressions.find(stop.address_hash) is not None
    stopped = ALL if stopped_all else "these" if asked else None
    page = render_page(request, "stop.html", kind=stop.kind, token=token, stopped=stopped)
    page.headers["Referrer-Policy"] = "strict-origin"  # the address holds a secret
    return page


def receive_stop(request: Request) -> Response:
    """Stops these mails, or all; then sends back to the page. A mail program gets no page."""
    token, stop = _read_link(request)
    if _is_one_click(request):
        _stop(stop)
        return Response("", {**HEADERS, "Content-Type": "text/plain"}, 200)
    which = read_form(request).get("which", "")
    _stop(stop)
    if which == ALL:
        container.sending_deps().suppressions.add(stop.address_hash, "stopped", container.clock().now())
    return see_other(f"stop?{urlencode({'t': token, 'stopped': which or 'these'})}")


def _read_link(request: Request) -> tuple[str, StopLink]:
    require_allowance(request)
    token = token_in_link((request.query_params or {}).get("t") or "")
    stop = read_stop_token(token, container.deployment_secret())
    if stop is None:
        raise NotFound("This link ends no mails")
    return token, stop


def _is_one_click(request: Request) -> bool:
    """Says whether a mail program asks: its form may come in either encoding."""
    raw = bytes(request.raw_body or b"")
    if len(raw) > BODY_BYTES:
        raise TooLarge("This is no form of ours")
    return all(part in raw for part in _ONE_CLICK)


def _stop(stop: StopLink) -> None:
    """End the mails that a link tells of. What they were about may be gone by now; then nobody writes of it."""
    try:
        container.stop_actions()[stop.kind](stop)
    except NotFound:
        return
