"""Pages for hosts: they may stand at any depth, so every address in them begins at the root."""

from typing import Any

from chalice.app import Request, Response

from chalicelib.errors import HarmonicaError
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit import static
from chalicelib.web.kit.page import render_page

ZONE = "UTC"  # of the times on pages that belong to no session


def render_host_page(
    request: Request, template: str, status: int = 200, *, host: HostRequest | None = None, **values: Any
) -> Response:
    """Returns a page for a host, with the way around where they are signed in."""
    at = root(request)
    given = {
        "root": at,
        "static": lambda name: f"{at}/{static.address(name)}",
        "token": host.token if host else "",
        "is_signed_in": host is not None,
        "here": request.path,
        "count_unread": lambda: _count_unread(host),
        "new": "",  # the id of a session that was just made or changed, for a list that may be a moment behind
        **values,
    }
    return render_page(request, template, status, **given)


def show_missing(host: HostRequest, error: HarmonicaError) -> Response:
    """Returns what a host who is signed in reads where there is nothing, with the way to what is theirs."""
    return render_host_page(host.request, "missing.html", error.status, host=host)


def _count_unread(host: HostRequest | None) -> int:
    """Returns how many notifications a host has not read; asked for by the bell alone, which parts of pages do not have."""
    if host is None:
        return 0
    from chalicelib.web.host.notifications import count_unread

    return count_unread(host.user_id)
