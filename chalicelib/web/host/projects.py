"""The projects of a host: all of them, and a form that makes one. The first of them are on the dashboard, too."""

from contextlib import suppress
from typing import Any

from chalice.app import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, NotFound, Unprocessable
from chalicelib.model import Role
from chalicelib.model.projects import DEPTH, PROJECTS_A_USER
from chalicelib.model.projects import Project as StoredProject
from chalicelib.operations.project_output import Project
from chalicelib.operations.projects import CreateProject, ListProjects, create_project, list_projects
from chalicelib.services.access.roles import is_at_least
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import is_uuid
from chalicelib.web.kit.texts import Texts

ON_DASHBOARD = 8
_LIMITS = {"title": 200, "description": 2_000, "location": 200}


class ShownProject(Struct, frozen=True):
    """A project in a list."""

    of: Project
    sessions: str
    members: str
    above: str = ""  # the title of what it lies within


class Nesting(Struct, frozen=True):
    """Where a project lies, as far as this host has roles there: within what, what lies in it, and what it could lie within."""

    above: Project | None
    within: list[ShownProject]
    choices: list[tuple[str, str]]


class FirstProjects(Struct, frozen=True):
    """The projects on the dashboard; whether there are more, archived ones among them; and those that a new session can be in."""

    shown: list[ShownProject]
    has_more: bool
    takes_sessions: list[Project]


def first_projects(host: HostRequest, texts: Texts) -> FirstProjects:
    """Returns what the dashboard shows of projects."""
    found = list_all(host)
    active = [it for it in found if it.status == "active"]
    shown = shown_projects(active[:ON_DASHBOARD], found, texts)
    return FirstProjects(shown, len(found) > len(shown), where(found, "editor"))


def shown_projects(some: list[Project], found: list[Project], texts: Texts) -> list[ShownProject]:
    """Returns some of the projects of a host, `found`, as lists show them."""
    titles = {it.id: it.title for it in found}
    return [
        ShownProject(
            it,
            texts("sessions_found", count=it.session_count),
            texts("persons", count=it.member_count),
            titles.get(it.parent_id or "", ""),
        )
        for it in some
    ]


def show_nesting(host: HostRequest, of: Project, texts: Texts) -> Nesting:
    """Returns where a project lies. What it lies within stays a choice, whoever looks: saving the form would take it out otherwise."""
    found = list_all(host)
    inner = {of.id}
    for _ in range(DEPTH):
        inner |= {it.id for it in found if it.parent_id in inner}
    free = [it for it in found if it.id not in inner]
    choices = [(it.id, it.title) for it in free if is_at_least(it.role, "editor") or it.id == of.parent_id]
    above = next((it for it in found if it.id == of.parent_id), None)
    if of.parent_id and not above:
        choices.append((of.parent_id, texts("project_parent_hidden")))
    within = [it for it in found if it.parent_id == of.id]
    return Nesting(above, [replace(it, above="") for it in shown_projects(within, found, texts)], choices)


def where(found: list[Project], least: Role) -> list[Project]:
    """Returns those of these projects that are in use and in which this host has at least this role, by title."""
    fitting = [it for it in found if it.status == "active" and is_at_least(it.role, least)]
    return sorted(fitting, key=lambda it: it.title.casefold())


def find_chosen_project(host: HostRequest, named: str | None) -> StoredProject | None:
    """Returns the project that a link or a form names for a new session; None where there is none in which this host is an editor."""
    if not named or not is_uuid(named):
        return None
    with suppress(NotFound):
        view = container.projects().view(named, host.user_id)
        return view.project if is_at_least(view.role, "editor") else None
    return None


def list_all(host: HostRequest) -> list[Project]:
    """Returns all projects of this host, the one that changed last first."""
    found: list[Project] = []
    for offset in range(0, PROJECTS_A_USER, 100):
        page = host.perform(list_projects, ListProjects(limit=100, offset=offset))
        found += page.data
        if len(found) >= page.pagination.total:
            break
    return found


def show_projects(
    host: HostRequest, entered: dict[str, str] | None = None, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    """Returns all projects, and the form of a new one."""
    texts = locale_for(host.request).texts
    found = list_all(host)
    values: dict[str, Any] = {
        "active": shown_projects([it for it in found if it.status == "active"], found, texts),
        "archived": shown_projects([it for it in found if it.status == "archived"], found, texts),
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
