"""The first page of a host who is signed in: what they want to find out, and their sessions."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct

from chalicelib.operations.session_lists import ListSessions, SessionList, list_sessions
from chalicelib.operations.sessions import SessionListItem, join_url
from chalicelib.web.host.account import ZONE
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import public_url
from chalicelib.web.kit.texts import Texts, format_time_with_zone

PAGE = 20  # sessions
STATUSES = ("active", "completed")


class ShownSession(Struct, frozen=True):
    """A session in the list."""

    id: str
    topic: str
    goal: str
    status: str
    people: str
    changed: str
    join_url: str


def show_dashboard(host: HostRequest) -> Response:
    """Returns the sessions of this host: searched, filtered, a page at a time."""
    query = host.request.query_params or {}
    words, status = query.get("q", "").strip(), query.get("status", "")
    offset = int(query["from"]) if query.get("from", "").isdecimal() and len(query["from"]) < 9 else 0
    given = ListSessions(q=words, limit=PAGE, offset=offset)
    if status == "active" or status == "completed":
        given.status = status
    found: SessionList = host.perform(list_sessions, given)
    at, texts = public_url(host.request), locale_for(host.request).texts
    kept = {name: value for name, value in (("q", words), ("status", status)) if value}
    values: dict[str, Any] = {
        "sessions": [_shown(item, at, texts) for item in found.data],
        "total": found.pagination.total,
        "is_searched": bool(words) or given.status is not UNSET,
        "q": words,
        "chosen": status,
        "statuses": STATUSES,
        "newer": _page(kept, offset - PAGE) if offset else None,
        "older": _page(kept, offset + PAGE) if offset + PAGE < found.pagination.total else None,
        "is_deleted": "deleted" in query,
    }
    return render_host_page(host.request, "dashboard.html", host=host, **values)


def _shown(item: SessionListItem, public_url: str, texts: Texts) -> ShownSession:
    return ShownSession(
        item.id,
        item.topic,
        item.goal,
        item.status,
        texts("persons", count=item.participant_count),
        format_time_with_zone(datetime.fromisoformat(item.updated_at), ZONE, texts),
        join_url(public_url, item.id),
    )


def _page(kept: dict[str, str], offset: int) -> str:
    return "?" + urlencode({**kept, "from": max(0, offset)})
