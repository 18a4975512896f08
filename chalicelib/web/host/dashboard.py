"""The first page of a host who is signed in: what they want to find out, and their sessions."""

from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import Struct, convert

from chalicelib.errors import HarmonicaError
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.session_lists import ListSessions, OwnSessionListItem, SessionList, list_sessions
from chalicelib.operations.sessions import get_session, join_url
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.sessions.listing import Sort
from chalicelib.web.host.account import ZONE
from chalicelib.web.host.home import find_example
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import shown_state
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import is_uuid, public_url
from chalicelib.web.kit.texts import Texts, format_time_with_zone

PAGE = 20  # sessions
STATUSES = ("active", "completed")
SORTS: tuple[Sort, ...] = get_args(Sort)


class ShownSession(Struct, frozen=True):
    """A session in the list, and what the host may do with it."""

    id: str
    topic: str
    state: str
    people: str
    when: str
    join_url: str
    is_member: bool
    may_clone: bool
    may_delete: bool


def show_dashboard(host: HostRequest) -> Response:
    """Returns the sessions of this host: searched, filtered, sorted, a page at a time."""
    query, texts = host.request.query_params or {}, locale_for(host.request).texts
    given = _asked(query)
    found: SessionList = host.perform(list_sessions, given)
    is_searched = bool(given.q) or given.status in STATUSES
    items = found.data
    if not is_searched and not given.offset:
        items = _with_new(host, query.get("new", ""), [it for it in items if it.id != query.get("deleted")])
    kept = {"q": given.q, "status": given.status or "", "sort": given.sort if given.sort != SORTS[0] else ""}
    values: dict[str, Any] = {
        "sessions": [_shown(it, given.sort, public_url(host.request), texts) for it in items],
        "count": texts("sessions_found", count=found.pagination.total),
        "has_any": bool(items) or found.pagination.total > 0 or is_searched,
        "q": given.q,
        "chosen": {"status": given.status, "sort": given.sort},
        "statuses": STATUSES,
        "sorts": SORTS,
        "newer": _page(kept, given.offset - PAGE) if given.offset else None,
        "older": _page(kept, given.offset + PAGE) if given.offset + PAGE < found.pagination.total else None,
        "is_deleted": "deleted" in query,
        "example": find_example(),
    }
    return render_host_page(host.request, "dashboard.html", host=host, **values)


def _asked(query: dict[str, str]) -> ListSessions:
    """Returns which sessions an address asks for; what it cannot ask for counts as not there."""
    offset = int(query["from"]) if query.get("from", "").isdecimal() and len(query["from"]) < 9 else 0
    named = {name: query[name] for name, known in (("status", STATUSES), ("sort", SORTS)) if query.get(name) in known}
    return convert(
        {"q": query.get("q", "").strip(), "limit": PAGE, "offset": offset, "include": "role", **named}, ListSessions
    )


def _with_new(host: HostRequest, named: str, items: list[OwnSessionListItem]) -> list[OwnSessionListItem]:
    """Returns the first page of the list with the session that the host has just made: the list may be a moment behind."""
    if not is_uuid(named) or named in [it.id for it in items]:
        return items
    try:
        session = host.perform(get_session, SessionInput(session_id=named))
    except HarmonicaError:  # it is deleted, or somebody else's
        return items
    shown = {name: getattr(session, name) for name in OwnSessionListItem.__struct_fields__ if name != "role"}
    return [OwnSessionListItem(**shown, role="owner"), *items]


def _shown(item: OwnSessionListItem, sort: Sort, public_url: str, texts: Texts) -> ShownSession:
    role = item.role or None
    told, at = ("made_at", item.created_at) if sort == "created_at" else ("changed_at", item.updated_at)
    return ShownSession(
        item.id,
        item.topic,
        shown_state(item.status, item.participant_count),
        texts("persons", count=item.participant_count),
        texts(told, time=format_time_with_zone(datetime.fromisoformat(at), ZONE, texts)),
        join_url(public_url, item.id),
        role is not None,
        is_at_least(role, "editor"),
        is_at_least(role, "admin"),
    )


def _page(kept: dict[str, str], offset: int) -> str:
    return "?" + urlencode({**{name: value for name, value in kept.items() if value}, "from": max(0, offset)})
