"""The projects of a host: all of them, and a form that makes one. The first of them are on the dashboard, too."""

from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import HarmonicaError, Unprocessable
from chalicelib.model.projects import PROJECTS_A_USER
from chalicelib.operations.project_output import Project
from chalicelib.operations.projects import CreateProject, ListProjects, create_project, list_projects
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import Texts

ON_DASHBOARD = 8
_LIMITS = {"title": 200, "description": 2_000, "location": 200}


class ShownProject(Struct, frozen=True):
    """A project in a list."""

    of: Project
    sessions: str
    members: str


def first_projects(host: HostRequest, texts: Texts) -> tuple[list[ShownProject], bool]:
    """Returns the projects that the dashboard shows, and whether there are more, archived ones among them."""
    found = host.perform(list_projects, ListProjects(limit=100)).data
    active = [it for it in found if it.status == "active"]
    return [shown_project(it, texts) for it in active[:ON_DASHBOARD]], len(found) > min(len(active), ON_DASHBOARD)


def shown_project(of: Project, texts: Texts) -> ShownProject:
    """Returns a project as lists show it."""
    counted = texts("sessions_found", count=of.session_count)
    return ShownProject(of, counted, texts("persons", count=of.member_count))


def show_projects(
    host: HostRequest, entered: dict[str, str] | None = None, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    """Returns all projects, and the form of a new one."""
    texts = locale_for(host.request).texts
    found: list[Project] = []
    for offset in range(0, PROJECTS_A_USER, 100):
        page = host.perform(list_projects, ListProjects(limit=100, offset=offset))
        found += page.data
        if len(found) >= page.pagination.total:
            break
    values: dict[str, Any] = {
        "active": [shown_project(it, texts) for it in found if it.status == "active"],
        "archived": [shown_project(it, texts) for it in found if it.status == "archived"],
        "entered": entered or {"title": "", "description": ""},
        "errors": errors or {},
        "news": texts("project_deleted") if "deleted" in (host.request.query_params or {}) else "",
        "once": container.new_id(),
    }
    return render_host_page(host.request, "projects.html", status, host=host, **values)


def receive_projects(host: HostRequest) -> Response:
    """Makes a project."""
    form, texts = host.form(), locale_for(host.request).texts
    entered = {name: form.get(name, "") for name in ("title", "description")}
    if errors := find_mistakes(entered, texts):
        return show_projects(host, entered, errors, 400)
    given = CreateProject(title=entered["title"], description=entered["description"] or None)
    try:
        made = host.perform(create_project, given)
    except Unprocessable as error:
        return show_projects(host, entered, {"page": texts("projects_full", limit=PROJECTS_A_USER)}, error.status)
    except HarmonicaError as error:
        return show_projects(host, entered, {"page": explain_failure(error, texts)}, error.status)
    return see_other(f"{root(host.request)}/projects/{made.id}")


def find_mistakes(entered: dict[str, str], texts: Texts) -> dict[str, str]:
    """Returns what is wrong with the fields of a project, each by its name."""
    wrong = {
        name: texts("field_long", limit=limit, count=len(entered[name]))
        for name, limit in _LIMITS.items()
        if len(entered.get(name, "")) > limit
    }
    return wrong | ({} if entered.get("title") else {"title": texts("field_needed")})
