"""What the pages of one session have in common: who may see them, the way from one to the next, and how the session stands."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import Forbidden
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Role, Session, SessionView
from chalicelib.model.projects import Project
from chalicelib.services.access.roles import has_role
from chalicelib.services.sessions.retention import find_last_day
from chalicelib.services.synthesis.visibility import Visitor
from chalicelib.settings import settings
from chalicelib.store.sessions import FOR_COUNT
from chalicelib.web.host.page import ZONE, render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.kit.texts import Texts, format_time_with_zone
from chalicelib.web.results.reader import Reader

# The pages of a session by what they are about, in their order: what follows /sessions/{id} in the address, but for `overview`. Each
# page has a text `tab_…`, and each group of several a text `tabs_…`, for its name.
PAGES: dict[str, tuple[str, ...]] = {
    "overview": ("overview",),
    "design": ("brief", "prompt", "review", "form", "settings", "members", "history"),
    "people": ("people", "invitations"),
    "results": ("summary", "recap", "answers", "knowledge", "insights", "ask", "similarity"),
    "export": ("export",),
}
_FOR_EDITORS = ("brief", "review", "history", "invitations")
_NOT_OF_DRAFTS = (
    "people",
    "results",
    "export",
    "review",
)  # groups and pages that a session has once it has been opened
_NEW_FOR = timedelta(minutes=1)  # much longer than an index is ever behind its table


def open_session(host: HostRequest, session_id: str, parts: Collection[str], role: Role = "viewer") -> SessionView:
    """Returns these parts of a session, with its counts. Raises NotFound where there is none, Forbidden for whom it does not concern."""
    view = container.sessions().view(require_uuid(session_id), {*parts, *FOR_COUNT}, host.user_id)
    if not has_role(view, role):
        raise Forbidden
    return view


def render_session_page(
    host: HostRequest, view: SessionView, tab: str, template: str, status: int = 200, **values: Any
) -> Response:
    """Returns one of the pages of a session."""
    now = container.clock().now()
    state = view.session.status_at(now)
    given = {
        "session": view.session,
        "session_name": view.session.topic or locale_for(host.request).texts("session_nameless"),
        "state": state,
        "shown_state": shown_state(state, view.tally.participants),
        "new": view.session.id if now - view.session.updated_at < _NEW_FOR else "",
        "tabs": _pages_of(view),
        "projects_above": _projects_of(view) if tab == "overview" else (),
        "tab": tab,
        "may_edit": has_role(view, "editor"),
        "loses_summary": loses_summary(view),
        "is_silent": _is_silent(view),
        "may_choose_models": container.has_own_models() and view.own_role == "owner",
        **values,
    }
    return render_host_page(host.request, template, status, host=host, **given)


def _projects_of(view: SessionView) -> list[Project]:
    """Returns the projects of a session in which this host has a role, by title; nobody else learns what they are called."""
    named = [it for it in view.session.projects if it in view.project_roles]
    return sorted(container.projects().some(named), key=lambda it: it.title.casefold()) if named else []


def _is_silent(view: SessionView) -> bool:
    """Returns whether nobody answers in a session because of its owner's models; its members are told so on each of its pages."""
    if view.session.models == "stage" or view.session.status_at(container.clock().now()) == "completed":
        return False
    from chalicelib.web.host.own_models import is_silent

    return is_silent(view.session.owner_id)


def make_reader(host: HostRequest, view: SessionView) -> Reader:
    """Returns whom a section of the results is shown to, on a page of the session."""
    visitor: Visitor = "editor" if has_role(view, "editor") else "viewer"
    people = f"{root(host.request)}/sessions/{view.session.id}/people/"
    return Reader(visitor, locale_for(host.request, view.session), host.request.query_params or {}, people)


def _pages_of(view: SessionView) -> dict[str, list[str]]:
    """Returns the pages that this host finds, by what they are about; of a draft, which has few, each by itself."""
    is_draft = view.session.is_draft
    hidden = {*(_NOT_OF_DRAFTS if is_draft else ()), *(() if has_role(view, "editor") else _FOR_EDITORS)}
    found = {group: [it for it in pages if not hidden.intersection((group, it))] for group, pages in PAGES.items()}
    if is_draft:
        return {page: [page] for pages in found.values() for page in pages}
    return {group: pages for group, pages in found.items() if pages}


def loses_summary(view: SessionView) -> bool:
    """Returns whether a model wrote the summary that was read, and none is there that could write another."""
    return (
        view.summary is not None and view.summary.model != SCRIPTED and not container.model_of(view.session).understands
    )


def shown_state(status: str, participants: int) -> str:
    """Returns how a session stands, as hosts read it: an active one is open until somebody has joined."""
    return "open" if status == "active" and not participants else status


def tell_deletion(session: Session, texts: Texts) -> str:
    """Returns when a session that has ended is deleted by itself; empty where it is kept, or has not ended."""
    at = find_last_day(session, container.clock().now(), settings().retention_days)
    return texts("session_expires", time=format_time_with_zone(at, session.time_zone or ZONE, texts)) if at else ""
