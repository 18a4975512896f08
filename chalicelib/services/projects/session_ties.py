"""Putting sessions into projects and taking them out. A role in a project holds in its sessions, so both change who may what."""

from chalicelib.errors import Forbidden, NotFound, Refused
from chalicelib.model import Role, SessionView
from chalicelib.model.projects import MOST_BY_PROJECT, PROJECTS_A_SESSION, ProjectView
from chalicelib.model.sessions import is_at_least
from chalicelib.services.projects.editing import FORBIDDEN
from chalicelib.store import ties
from chalicelib.store.projects import Projects


def find_target(project_id: str, user_id: str, *, projects: Projects) -> ProjectView:
    """The project that somebody wants to put a session into. Raises Invalid without it, Forbidden for who is no editor there."""
    try:
        view = projects.view(project_id, user_id)
    except NotFound as error:
        raise Refused("project_gone", f"project_id {project_id!r} does not exist") from error
    if not is_at_least(view.role, "editor"):
        raise Forbidden(FORBIDDEN)
    return view


def put_into(view: SessionView, project_id: str) -> dict[str, Role]:
    """The projects of a session that is put into one more, by an editor of that. Raises Forbidden for who is no admin of the session:
    it lets others in, as an invitation does."""
    there = view.session.projects
    if not is_at_least(view.role, "admin"):
        raise Forbidden(
            "Putting a session into a project gives others a role in it: that takes an admin of the session"
        )
    if project_id not in there and len(there) >= PROJECTS_A_SESSION:
        told = f"project_id: a session can be in at most {PROJECTS_A_SESSION} projects"
        raise Refused("session_full", told)
    return {**there, project_id: MOST_BY_PROJECT}


def take_out_of_all(view: SessionView) -> dict[str, Role]:
    """The projects of a session that is taken out of all of them. Raises Forbidden for who is neither an editor of each, nor an admin of
    the session: it ends the roles of others."""
    if is_at_least(view.own_role, "admin"):
        return {}
    for project_id in view.session.projects:
        if not is_at_least(view.project_roles.get(project_id), "editor"):
            raise Forbidden(FORBIDDEN)
    return {}


def take_out(session_id: str, project_id: str) -> bool:
    """Take a session out of one project; False where it is not in it."""
    return ties.detach(session_id, project_id)
