"""Who may do what with a session: viewer < editor < admin < owner, and nothing without a role."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.model import Role, Session, SessionView
from chalicelib.model.projects import MEMBERS_A_PROJECT, PROJECTS_A_USER
from chalicelib.model.sessions import is_at_least as is_at_least
from chalicelib.store.accounts import Accounts
from chalicelib.store.members import Members
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions

if TYPE_CHECKING:
    from chalicelib.store.conversations import Conversations


def has_role(view: SessionView, least: Role) -> bool:
    """Whether the user of this view holds at least this role."""
    return is_at_least(view.role, least)


def may_edit(view: SessionView) -> bool:
    """Whether the user of this view may change the session, and speak for participants of their own."""
    return has_role(view, "editor")


def require_admin(view: SessionView) -> None:
    """Raise Forbidden unless the user of this view may delete the session."""
    if not has_role(view, "admin"):
        raise Forbidden


def may_chat(view: SessionView) -> bool:
    """Whether the user of this view may chat: editors may, and in a public session everybody, once it is open."""
    return (view.session.is_public and not view.session.is_draft) or may_edit(view)


def may_see_questions(view: SessionView) -> bool:
    """Whether the user of this view may see the form: whoever may chat, and viewers."""
    return has_role(view, "viewer") or may_chat(view)


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
    conversations: "Conversations",
    projects: Projects,
    accounts: Accounts,
) -> None:
    """Take a user's role in a session or a project away, and with it what their links show, as an admin of it does. Raises NotFound for
    any, Invalid for the owner."""
    user_id = accounts.user_id_of(email)
    if not _is_project(subject_id, projects):
        _remove_session_member(sessions.view(subject_id, ()).session, user_id, members, conversations)
        return
    member = projects.member(subject_id, user_id)
    if member is None:
        raise NotFound("There is no such member of this project")
    if member.role == "owner":
        raise Invalid("The owner of a project stays its owner")
    projects.remove_member(subject_id, member)


def _remove_session_member(session: Session, user_id: str, members: Members, conversations: "Conversations") -> None:
    from chalicelib.services.participants.scopes import user_of  # which asks here who may do what

    member = members.find(session.id, user_id)
    if member is None:
        raise NotFound("There is no such member of this session")
    if member.role == "owner":
        raise Invalid("The owner of a session stays its owner")
    threads = sum(user_of(head.scope) == user_id for head in conversations.heads(session.id))
    if not members.remove(session, member, threads):
        raise Conflict("The members of this session are being changed; try again")


def _join(project_id: str, user_id: str, role: Role, projects: Projects, now: datetime) -> bool:
    if len(projects.roles_of(user_id)) >= PROJECTS_A_USER:
        raise Conflict(f"They have a role in {PROJECTS_A_USER} projects, which is as many as there can be")
    return projects.add_member(project_id, user_id, role, now)


def _is_project(subject_id: str, projects: Projects) -> bool:
    with suppress(NotFound):
        return projects.view(subject_id) is not None
    return False
