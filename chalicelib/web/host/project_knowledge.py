"""The page of what the sessions of a project came to know, in five groups."""

from typing import Any

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.operations.project_knowledge import gather_project_knowledge
from chalicelib.operations.project_output import ProjectInput
from chalicelib.operations.projects import get_project
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.projects.knowledge import GROUPS, MOST_KNOWN, roll_up
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import require_uuid


def show_project_knowledge(host: HostRequest, project_id: str, error: str = "", status: int = 200) -> Response:
    """Returns the page."""
    named, texts = require_uuid(project_id), locale_for(host.request).texts
    shown = host.perform(get_project, ProjectInput(project_id=named))
    stored = container.projects().view(named).project
    found = roll_up(stored, container.clock().now(), deps=container.roll_up_deps())
    is_same = (host.request.query_params or {}).get("done") == "same"
    values: dict[str, Any] = {
        "project": shown,
        "groups": [(group, found.groups[group]) for group in GROUPS if found.groups[group]],
        "found": found,
        "limit": MOST_KNOWN,
        "has_model": container.model().understands,
        "may_edit": is_at_least(shown.role, "editor"),
        "news": texts("knowledge_nothing_missing") if is_same else "",
        "error": error,
    }
    return render_host_page(host.request, "project_knowledge.html", status, host=host, **values)


def receive_project_knowledge(host: HostRequest, project_id: str) -> Response:
    """Has collected what is missing."""
    host.form()  # one that no page of ours made for this host is refused
    named, texts = require_uuid(project_id), locale_for(host.request).texts
    try:
        asked = host.perform(gather_project_knowledge, ProjectInput(project_id=named))
    except Unavailable as error:
        return show_project_knowledge(host, named, texts("knowledge_unavailable"), error.status)
    done = "?done=same" if asked.status == "skipped" else ""
    return see_other(f"{root(host.request)}/projects/{named}/knowledge{done}")
