"""Making, changing and nesting projects."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from chalicelib.errors import Conflict, Forbidden, NotFound, Refused, Unprocessable
from chalicelib.model import Role
from chalicelib.model.projects import DEPTH, PROJECTS_A_USER, Project, ProjectView
from chalicelib.model.sessions import is_at_least
from chalicelib.store.project_roles import TooManyProjects
from chalicelib.store.projects import Moved, Projects
from chalicelib.store.summaries import later

FORBIDDEN = "You don't have access to this project"
_OF_EDITORS = {"title", "description", "inherit"}  # all else is a setting, which is for admins
_TRIES = 5
_MOVED = "Others are editing this project, or those around it, right now; try again"


def create_project(
    title: str,
    settings: Mapping[str, Any],
    owner_id: str,
    *,
    projects: Projects,
    now: datetime,
    new_id: Callable[[], str],
) -> ProjectView:
    """Store a new project. Raises Invalid for one within another that cannot be, Unprocessable for one too many, Conflict where others
    move the projects around it again and again."""
    project = Project(new_id(), owner_id, title, now, now, **settings)
    for _ in range(_TRIES):
        chain = _chain(project.parent_id, owner_id, projects) if project.parent_id else []
        _require_depth(chain, 1)
        try:
            if projects.create(project, chain):
                return ProjectView(project, "owner")
            return projects.view(project.id, owner_id)  # made by an earlier try: ids follow from its Idempotency-Key
        except Moved:
            continue
        except TooManyProjects as error:
            told = f"One can have a role in at most {PROJECTS_A_USER} projects; delete or leave some"
            raise Unprocessable(told) from error
    raise Conflict(_MOVED)


def list_projects(roles: Mapping[str, Role], *, projects: Projects) -> list[ProjectView]:
    """The projects in which somebody has these roles, the one that changed last first; one that changed a moment ago may be as it was."""
    found = [ProjectView(project, roles[project.id]) for project in projects.some(list(roles))]
    found.sort(key=lambda view: view.project.id)
    return sorted(found, key=lambda view: view.project.updated_at, reverse=True)


def edit_project(
    view: ProjectView, changes: Mapping[str, Any], user_id: str, *, projects: Projects, now: datetime
) -> ProjectView:
    """Give a project these values. Raises Forbidden where they are for others, Invalid where it cannot have them."""
    for _ in range(_TRIES):
        if not view.role or not is_at_least(view.role, _least_for(view.project, changes)):
            raise Forbidden(FORBIDDEN)
        before = view.project
        if all(getattr(before, name) == value for name, value in changes.items()):
            return view
        after = replace(before, **changes, updated_at=later(now, before.updated_at))
        if _store(before, after, user_id, projects):
            return replace(view, project=after)
        view = projects.view(before.id, user_id)
    raise Conflict(_MOVED)


def _least_for(project: Project, changes: Mapping[str, Any]) -> Role:
    changed = {name for name, value in changes.items() if getattr(project, name) != value}
    return "editor" if changed <= _OF_EDITORS else "admin"


def _store(before: Project, after: Project, user_id: str, projects: Projects) -> bool:
    if after.parent_id is None or after.parent_id == before.parent_id:
        return projects.edit(before, after)
    chain = _chain(after.parent_id, user_id, projects)
    if any(project.id == before.id for project in chain):
        raise Refused("project_itself", "parent_id: a project cannot lie within itself")
    _require_depth(chain, _height(before.id, projects))
    return projects.edit(before, after, chain)


def _chain(parent_id: str, user_id: str, projects: Projects) -> list[Project]:
    """The project that another one is to lie within, the one that this one lies within, and so on. Raises Invalid without such
    a project, Forbidden where this user may not put one there."""
    chain: list[Project] = []
    above: str | None = parent_id
    while above and len(chain) < DEPTH:
        try:
            view = projects.view(above, user_id if not chain else None)
        except NotFound as error:
            if chain:
                break  # deleted; what lay in it is about to be taken out
            raise Refused("project_gone", f"parent_id {parent_id!r} does not exist") from error
        if not chain and not is_at_least(view.role, "editor"):
            raise Forbidden(FORBIDDEN)
        chain.append(view.project)
        above = view.project.parent_id
    return chain


def _height(project_id: str, projects: Projects) -> int:
    """How many projects lie within each other from this one on, itself included; no more than are needed to say that it is too many."""
    level, height = [project_id], 0
    while level and height <= DEPTH:
        level = [inner for outer in level for inner in projects.subprojects(outer)]
        height += 1
    return height


def _require_depth(chain: list[Project], height: int) -> None:
    if len(chain) + height > DEPTH:
        raise Refused("project_deep", f"parent_id: projects lie at most {DEPTH} deep within each other")
