"""Deleting a project: its roles end at once; that its sessions are out of it, by a job that may be interrupted anywhere. They stay;
its templates go with it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Conflict, Forbidden, NotFound
from chalicelib.model.jobs import DeleteProject
from chalicelib.model.projects import Project
from chalicelib.queues import Jobs
from chalicelib.services.projects.editing import FORBIDDEN
from chalicelib.store import ties
from chalicelib.store.guards import forget_invitations
from chalicelib.store.projects import Projects

if TYPE_CHECKING:
    from chalicelib.store.templates import Templates

RUN_SECONDS = 100.0  # below the worker's 120
_TRIES = 5
_MOVED = "Others are changing this project right now; try again"


def delete_project(project: Project, *, projects: Projects, jobs: Jobs, now: datetime) -> Project:
    """End a project, and have removed what is left of it; gives it as it is then. Raises NotFound where somebody else was faster,
    Forbidden where it was handed over since it was read: then it is another one's to delete."""
    owner_id = project.owner_id
    for _ in range(_TRIES):
        if projects.delete(project, projects.members(project.id), now):
            jobs.ask_or_leave(DeleteProject(project.id), now)
            return replace(project, status="deleted", updated_at=now, sessions=0, members=0)
        project = projects.view(project.id).project
        if project.owner_id != owner_id:
            raise Forbidden(FORBIDDEN)
    raise Conflict(_MOVED)


def remove_project(project_id: str, *, projects: Projects, templates: "Templates", jobs: Jobs, clock: Clock) -> None:
    """Remove what is left of a deleted project; asks to be called again where that takes longer than one run."""
    run = clock.deadline(RUN_SECONDS)
    parent_id = projects.resume_deletion(project_id, clock.now() + timedelta(seconds=RUN_SECONDS))
    if parent_id is None:
        return
    if not _release(project_id, projects, run):
        jobs.ask(DeleteProject(project_id), clock.now())
        return
    forget_invitations(project_id)
    templates.remove_of_project(project_id)
    projects.finish_deletion(project_id, parent_id)


def leave_projects(
    user_id: str, *, leave_session: Callable[[str], bool], projects: Projects, jobs: Jobs, now: datetime
) -> bool:
    """End all roles of somebody whose account goes: projects that they own are deleted, others are left. Twice is as once.

    First of each of its sessions `leave_session`, since nothing else tells that they may have spoken there; gives False, at once, where
    that does. Raises Conflict where a project changes again and again.
    """
    for project in projects.some(list(projects.roles_of(user_id))):
        if not all(map(leave_session, projects.session_ids(project.id))):
            return False
        if not any(_leave(project.id, user_id, projects, jobs, now) for _ in range(_TRIES)):
            raise Conflict(_MOVED)
    return True


def _leave(project_id: str, user_id: str, projects: Projects, jobs: Jobs, now: datetime) -> bool:
    """End somebody's role in a project, or the project where it is theirs; False where that changed meanwhile."""
    try:
        view = projects.view(project_id)
        if view.project.owner_id == user_id:
            delete_project(view.project, projects=projects, jobs=jobs, now=now)
            return True
    except NotFound:  # deleted meanwhile
        return True
    except Forbidden:  # it is another one's now
        return False
    member = projects.member(project_id, user_id)
    return member is None or projects.remove_member(project_id, member)


def _release(project_id: str, projects: Projects, run: Deadline) -> bool:
    """Take its sessions, and the projects within it, out of a deleted project; False where the time was up before."""
    for session_id in projects.session_ids(project_id):
        if run.remaining() <= 0:
            return False
        ties.detach(session_id, project_id)
    for subproject_id in projects.subprojects(project_id):
        projects.release_subproject(project_id, subproject_id)
    return True
