"""Giving and taking roles as an operator does, who needs none: no invitation, and no limit of a session's members."""

from contextlib import suppress
from datetime import datetime
from typing import get_args

from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import Role
from chalicelib.model.projects import MEMBERS_A_PROJECT, PROJECTS_A_USER
from chalicelib.services.access.membership import end_session_role
from chalicelib.store.accounts import Accounts
from chalicelib.store.conversations import Conversations
from chalicelib.store.members import Members
from chalicelib.store.project_roles import TooManyProjects
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions


def add_member(
    subject_id: str, email: str, role: str, *, sessions: Sessions, projects: Projects, accounts: Accounts, now: datetime
) -> None:
    """Give a user a role in a session or a project, whichever has this id. Raises NotFound for either, Invalid for a role that cannot
    be given, Conflict where a project takes nobody more."""
    given: Role | None = next((known for known in get_args(Role) if known == role and known != "owner"), None)
    if given is None:
        raise Invalid("role must be one of: viewer, editor, admin")
    user_id = accounts.user_id_of(email)
    if not _is_project(subject_id, projects):
        sessions.add_member(subject_id, user_id, given, now)
        return
    member = projects.member(subject_id, user_id)
    if member and member.role == "owner":
        raise Invalid("The owner of a project stays its owner")
    done = (
        projects.change_role(subject_id, member, given) if member else _join(subject_id, user_id, given, projects, now)
    )
    if not done:
        raise Conflict(
            f"The project takes nobody more: it has {MEMBERS_A_PROJECT} members, or its members are being changed"
        )


def remove_member(
    subject_id: str,
    email: str,
    *,
    sessions: Sessions,
    members: Members,
    conversations: Conversations,
    projects: Projects,
    accounts: Accounts,
) -> None:
    """Take a user's role in a session or a project away, and with it what their links show. Raises NotFound for any, Invalid for the
    owner, Conflict where the member is being changed."""
    user_id = accounts.user_id_of(email)
    if not _is_project(subject_id, projects):
        session = sessions.view(subject_id, ()).session
        found = members.find(subject_id, user_id)
        if found is None:
            raise NotFound("There is no such member of this session")
        if found.role == "owner":
            raise Invalid("The owner of a session stays its owner")
        end_session_role(session, found, members=members, conversations=conversations)
        return
    member = projects.member(subject_id, user_id)
    if member is None:
        raise NotFound("There is no such member of this project")
    if member.role == "owner":
        raise Invalid("The owner of a project stays its owner")
    projects.remove_member(subject_id, member)


def _join(project_id: str, user_id: str, role: Role, projects: Projects, now: datetime) -> bool:
    try:
        return projects.add_member(project_id, user_id, role, now)
    except TooManyProjects as error:
        told = f"They have a role in {PROJECTS_A_USER} projects, which is as many as there can be"
        raise Conflict(told) from error


def _is_project(subject_id: str, projects: Projects) -> bool:
    with suppress(NotFound):
        return projects.view(subject_id) is not None
    return False
