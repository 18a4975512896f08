"""What can be done with projects, and which sessions are in them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from chalicelib.model.projects import ProjectView
from chalicelib.operations.fields import Limit, Offset, Pagination, SessionId
from chalicelib.operations.operation import Call, Changes, Done, Input, Operation, Repeat
from chalicelib.operations.project_output import (
    Color,
    Description,
    Inherit,
    Location,
    ParentId,
    Project,
    ProjectInput,
    ProjectList,
    ProjectWithSessions,
    Title,
    show_project,
    shown,
)
from chalicelib.operations.session_lists import OwnSessionListItem, SessionList
from chalicelib.operations.session_output import listed
from chalicelib.operations.subject import ProjectRead
from chalicelib.services.sessions import listing

_SETTABLE = ("title", "description", "status", "location", "color", "parent_id", "inherit")


class CreateProject(Input):
    """A new project."""

    title: Title
    description: Description | None = None
    location: Location | None = None
    color: Color | None = None
    parent_id: ParentId | None = None
    inherit: Inherit = True


class ListProjects(Input):
    """Which of one's projects to list."""

    status: (
        Annotated[Literal["active", "archived"], Meta(description="Only projects with this status.")] | UnsetType
    ) = UNSET
    limit: Limit = 20
    offset: Offset = 0


class EditProject(ProjectInput, Changes):
    """What is to change of a project: what is absent stays; null clears, and so does an empty text, but of a color."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    status: Annotated[Literal["active", "archived"], Meta(description="Whether it is set aside.")] | UnsetType = UNSET
    location: Location | UnsetType | None = UNSET
    color: Color | UnsetType | None = UNSET
    parent_id: ParentId | UnsetType | None = UNSET
    inherit: Inherit | UnsetType = UNSET


class ListProjectSessions(ProjectInput):
    """Names a project, and which of its sessions to list."""

    status: (
        Annotated[
            Literal["draft", "active", "completed"],
            Meta(description="Only sessions with this status; drafts are listed only where they are asked for."),
        ]
        | UnsetType
    ) = UNSET
    limit: Limit = 20
    offset: Offset = 0


class ProjectSessionInput(ProjectInput):
    """Names a session of a project."""

    session_id: Annotated[SessionId, Meta(description="The id of the session.")]


def create_project(call: Call, given: CreateProject) -> Done:
    """Make a project, of which the caller is the owner. Whoever has a role in 200 projects makes no more: 422."""
    from chalicelib.services.projects.editing import create_project as create

    settings = _cleared({name: getattr(given, name) for name in _SETTABLE if name not in ("title", "status")})
    made = create(given.title, settings, call.user_id, projects=container.projects(), now=call.now, new_id=call.new_id)
    return Done(show_project(made), {"project_id": made.project.id})


def list_projects(call: Call, given: ListProjects) -> ProjectList:
    """The projects in which the caller has a role."""
    from chalicelib.services.projects.editing import list_projects as list_all

    found = list_all(call.project_roles(), projects=container.projects())
    if given.status:
        found = [view for view in found if view.project.status == given.status]
    page = found[given.offset : given.offset + given.limit]
    return ProjectList(list(map(show_project, page)), Pagination(len(found), given.limit, given.offset))


def get_project(_: Call, __: ProjectInput, view: ProjectView) -> ProjectWithSessions:
    """A project, and which sessions are in it."""
    return ProjectWithSessions(**shown(view), session_ids=container.projects().session_ids(view.project.id))


def edit_project(call: Call, given: dict[str, Any], view: ProjectView) -> Project:
    """Change what the body names of a project; gives it as it is then. Editors change title, description and `inherit`, admins the rest."""
    from chalicelib.services.projects.editing import edit_project as edit

    return show_project(edit(view, given, call.user_id, projects=container.projects(), now=call.now))


def delete_project(call: Call, _: ProjectInput, view: ProjectView) -> Project:
    """Delete a project, and end all roles in it. Its sessions stay, and are in it no more."""
    from chalicelib.services.projects.deletion import delete_project as delete

    gone = delete(view.project, projects=container.projects(), jobs=container.jobs(), now=call.now)
    return show_project(ProjectView(gone, view.role))


def list_project_sessions(call: Call, given: ListProjectSessions, view: ProjectView) -> SessionList:
    """The sessions of a project, the one that changed last first, with the role that the project gives the caller in each.

    What was just made or changed may be missing, or be as it was, for a moment.
    """
    wanted = listing.SessionFilter(status=given.status or None, limit=given.limit, offset=given.offset)
    role = view.role or "viewer"
    page = listing.list_of_project(view.project.id, role, wanted, cards=container.cards(), now=call.now)
    items = [
        OwnSessionListItem(**listed(card, card.session_id, call.now), role=card.role, access=card.access)
        for card in page.cards
    ]
    return SessionList(items, Pagination(page.total, given.limit, given.offset))


def detach_session(_: Call, given: ProjectSessionInput, view: ProjectView) -> None:
    """Take a session out of a project; roles in it that came through the project end. The session's other projects stay."""
    from chalicelib.services.projects.session_ties import take_out

    if not take_out(given.session_id, view.project.id):
        raise NotFound("There is no such session in this project")


def _changes(_: Call, given: EditProject) -> dict[str, Any]:
    changes = {name: getattr(given, name) for name in _SETTABLE if getattr(given, name) is not UNSET}
    if not changes:
        raise Invalid(f"No valid fields provided. Allowed fields: {', '.join(_SETTABLE)}")
    return _cleared(changes)


def _cleared(values: dict[str, Any]) -> dict[str, Any]:
    values = {name: None if value == "" else value for name, value in values.items()}
    return values | ({"parent_id": values["parent_id"].lower()} if values.get("parent_id") else {})


def _created_again(call: Call, kept: dict[str, Any]) -> Project:
    view = container.projects().view(kept["project_id"], call.user_id)
    if not view.role:
        raise Forbidden("You don't have access to this project")
    return show_project(view)


OPERATIONS = (
    Operation(
        create_project,
        "user",
        CreateProject,
        Project,
        again=Repeat(_created_again),
        creates=True,
        fails=(Conflict, Forbidden, Unprocessable),
    ),
    Operation(list_projects, "user", ListProjects, ProjectList),
    Operation(get_project, "viewer", ProjectInput, ProjectWithSessions, reads=ProjectRead()),
    Operation(edit_project, "editor", EditProject, Project, reads=ProjectRead(), check=_changes, fails=(Conflict,)),
    Operation(delete_project, "owner", ProjectInput, Project, reads=ProjectRead(), fails=(Conflict,)),
    Operation(list_project_sessions, "viewer", ListProjectSessions, SessionList, reads=ProjectRead()),
    Operation(detach_session, "editor", ProjectSessionInput, reads=ProjectRead()),
)
