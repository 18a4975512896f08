"""The first page of a host who is signed in: what they want to find out, and their sessions."""

from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct, convert
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Forbidden, NotFound
from chalicelib.model import User
from chalicelib.operations.fields import Pagination, SessionInput
from chalicelib.operations.session_lists import ListSessions, OwnSessionListItem, SessionList, list_sessions
from chalicelib.operations.session_output import Session, join_url
from chalicelib.operations.sessions import get_session
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.accounts.profile import is_unasked
from chalicelib.services.sessions.listing import Sort
from chalicelib.services.sessions.merging import note
from chalicelib.text.normalise import one_line
from chalicelib.web.host.deletions import tell_session
from chalicelib.web.host.home import find_example
from chalicelib.web.host.invitation import list_invitations_for, tell_inviter
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.projects import first_projects
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.saving import write_noted
from chalicelib.web.host.session_page import shown_state
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import is_uuid, number_in_link, public_url
from chalicelib.web.kit.texts import Texts, format_time_with_zone

PAGE = 20  # sessions
DRAFTS = 5  # above them; the others have a page of their own
_NAME = 100  # characters of a name, or of the goal where there is none
# What the list can be narrowed to, as hosts read it: an active session is open until somebody has joined.
STATUSES: dict[str, dict[str, Any]] = {
    "draft": {"status": "draft"},
    "open": {"status": "active", "joined": False},
    "active": {"status": "active", "joined": True},
    "completed": {"status": "completed"},
}
SORTS: tuple[Sort, ...] = get_args(Sort)


class ShownSession(Struct, frozen=True):
    """A session in the list, and what the host may do with it. A draft may have no name yet, and has no people; how many there
    are is said to members only.
    """

    id: str
    name: str
    state: str
    people: str
    when: str
    join_url: str
    is_member: bool
    may_clone: bool
    may_delete: bool
    is_invited_only: bool


def show_dashboard(host: HostRequest) -> Response:
    """Returns the sessions of this host: searched, filtered, sorted, a page at a time; first those that are not open yet."""
    query, texts = host.request.query_params or {}, locale_for(host.request).texts
    given, status = _asked(query), query["status"] if query.get("status") in STATUSES else ""
    found: SessionList = host.perform(list_sessions, given)
    drafts = _list_drafts(host, given)
    lists = {"draft": drafts.data, "": found.data}
    total = found.pagination.total + drafts.pagination.total
    if not (given.q or given.offset) and given.status is UNSET:
        total += _follow_index(host, lists, query)
    projects = first_projects(host, texts)
    kept = {"q": given.q, "status": status, "sort": given.sort if given.sort != SORTS[0] else ""}
    at, user = public_url(host.request), container.accounts().user(host.user_id)
    values: dict[str, Any] = {
        "drafts": [_shown(it, given.sort, at, host.zone, texts) for it in lists["draft"]],
        "opened": [_shown(it, given.sort, at, host.zone, texts) for it in lists[""]],
        "all_drafts": _page({**kept, "status": "draft"}, 0)
        if drafts.data and drafts.pagination.total > DRAFTS
        else None,
        "count": texts("sessions_found", count=total),
        "has_any": total > 0 or any(lists.values()) or bool(given.q or status),
        "q": given.q,
        "chosen": {"status": status, "sort": given.sort},
        "statuses": STATUSES,
        "sorts": SORTS,
        "newer": _page(kept, given.offset - PAGE) if given.offset else None,
        "older": _page(kept, given.offset + PAGE) if given.offset + PAGE < found.pagination.total else None,
        "invitations": [(name, it, tell_inviter(it, texts)) for name, it in list_invitations_for(user.email)],
        "projects": projects.shown,
        "has_more_projects": projects.has_more,
        "takes_sessions": projects.takes_sessions,
        **_ask_for_name(host, user, query),
        "is_deleted": "deleted" in query,
        "deletion": tell_session(host, query["deleted"], texts) if "deleted" in query else "",
        "example": find_example(),
        "has_refused_key": container.has_own_models() and _has_refused_key(host.user_id),
        "once": container.new_id(),
    }
    return render_host_page(host.request, "dashboard.html", host=host, **values)


def _ask_for_name(host: HostRequest, user: User, query: dict[str, str]) -> dict[str, Any]:
    is_asked = is_unasked(user)
    return {
        "asks_for_name": write_noted(note({"name": ""})) if is_asked else "",
        "name_error": locale_for(host.request).texts("name_empty") if is_asked and "unnamed" in query else "",
        "is_named": "named" in query and user.name is not None,
        "zone": host.zone.replace("_", " "),
    }


def _has_refused_key(user_id: str) -> bool:
    from chalicelib.web.host.own_models import has_refused_key

    return has_refused_key(user_id)


def _asked(query: dict[str, str]) -> ListSessions:
    """Returns which sessions an address asks for; what it cannot ask for counts as not there."""
    offset = number_in_link(query.get("from", "")) or 0
    named = {"sort": query["sort"]} if query.get("sort") in SORTS else {}
    named |= STATUSES.get(query.get("status", ""), {})
    return convert(
        {"q": query.get("q", "").strip(), "limit": PAGE, "offset": offset, "include": "role", **named}, ListSessions
    )


def _list_drafts(host: HostRequest, given: ListSessions) -> SessionList:
    """Returns the first drafts that go with a list, none behind its first page: drafts are listed only where they are asked for."""
    if given.status is not UNSET:
        return SessionList([], Pagination(0, DRAFTS, 0))
    # A whole page of them is read, so that few drafts need not be counted apart.
    drafts: SessionList = host.perform(list_sessions, replace(given, status="draft", offset=0, limit=PAGE))
    return SessionList([] if given.offset else drafts.data[:DRAFTS], drafts.pagination)


def _follow_index(host: HostRequest, lists: dict[str, list[OwnSessionListItem]], query: dict[str, str]) -> int:
    """Puts the session that the host has just made or changed into its list, and takes the one away that they have just deleted:
    what lists are read from may be a moment behind. Returns how many sessions more that makes.
    """
    listed = {it.id: it for items in lists.values() for it in items}
    fresh = _read_fresh(host, query.get("new", ""))
    for name, items in lists.items():
        lists[name] = [it for it in items if it.id != query.get("deleted") and not (fresh and it.id == fresh.id)]
    if fresh:
        role = listed[fresh.id].role if fresh.id in listed else "owner"
        shown = {name: getattr(fresh, name) for name in OwnSessionListItem.__struct_fields__ if name != "role"}
        lists["draft" if fresh.status == "draft" else ""].insert(0, OwnSessionListItem(**shown, role=role))
    return sum(map(len, lists.values())) - len(listed)


def _read_fresh(host: HostRequest, session_id: str) -> Session | None:
    if not is_uuid(session_id):
        return None
    try:
        session: Session = host.perform(get_session, SessionInput(session_id=session_id))
    except (NotFound, Forbidden):  # it is deleted, or somebody else's
        return None
    return session


def _shown(item: OwnSessionListItem, sort: Sort, public_url: str, zone: str, texts: Texts) -> ShownSession:
    role = item.role or None
    told, at = ("made_at", item.created_at) if sort == "created_at" else ("changed_at", item.updated_at)
    return ShownSession(
        item.id,
        one_line(item.topic or item.goal, _NAME) or texts("session_nameless"),
        shown_state(item.status, item.participant_count if role else 1),  # without a role, they take part
        texts("persons", count=item.participant_count) if role and item.status != "draft" else "",
        texts(told, time=format_time_with_zone(datetime.fromisoformat(at), zone, texts)),
        join_url(public_url, item.id),
        role is not None,
        is_at_least(role, "editor"),
        is_at_least(role, "admin"),
        item.access == "invited",
    )


def _page(kept: dict[str, str], offset: int) -> str:
    return "?" + urlencode({**{name: value for name, value in kept.items() if value}, "from": max(0, offset)})
