"""What an operation about a session or a project is handed: what it needs of that, in one read, once its sender's role is checked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Forbidden
from chalicelib.model import SessionView
from chalicelib.model.projects import ProjectView
from chalicelib.services.access.principal import Principal
from chalicelib.services.access.roles import has_role, is_at_least, may_chat, may_see_questions
from chalicelib.store.sessions import NOTHING_ELSE

SessionWho = Literal["viewer", "editor", "admin", "owner", "chat", "questions"]
Who = Literal["anyone", "user"] | SessionWho
"""Who may: `user` is whoever acts for a user; a role is the least one that is needed in the session, or the project, that the input
names; `chat` and `questions` add what a public session allows. 404 comes before 403: an unknown session is nobody's."""

_SESSION_IDS, _PROJECT_IDS = ("session_id", "participant_id"), ("project_id",)
IDS = (*_SESSION_IDS, *_PROJECT_IDS)  # what inputs name a subject by; in a path, each is a UUID of ours
NO_PROJECT = "You don't have access to this project"
NOT_ITS_OWNER = "This takes the owner of the project"  # told to members of it alone

SessionRead = Callable[..., tuple[SessionView, Any]]
"""`read(principal, session_id=…)` gives the session as its user has it, and what the operation is handed."""


class ProjectRead(Struct, frozen=True):
    """What reads a project, and hands it over with the role of who asks."""

    def __call__(self, principal: Principal, project_id: str) -> ProjectView:
        return container.projects().view(project_id, principal.require_user())


Read = SessionRead | ProjectRead


def session_with(parts: Iterable[str] = NOTHING_ELSE) -> SessionRead:
    """Gives what reads a session with these parts, and hands over just that."""

    def read(principal: Principal, session_id: str) -> tuple[SessionView, SessionView]:
        view = container.sessions().view(session_id, parts, principal.require_user())
        return view, view

    return read


def open_subject(principal: Principal, who: SessionWho, read: Read, named: Mapping[str, Any]) -> Any:
    """Reads what an operation is about. Raises NotFound without it, Forbidden where this user may not do it there."""
    if isinstance(read, ProjectRead):
        project = read(principal, **_ids(_PROJECT_IDS, named))
        if who == "chat" or who == "questions" or not is_at_least(project.role, who):
            raise Forbidden(NOT_ITS_OWNER if project.role and who == "owner" else NO_PROJECT)
        return project
    view, subject = read(principal, **_ids(_SESSION_IDS, named))
    if not _may(who, view):
        raise Forbidden
    return subject


def _ids(names: Iterable[str], named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: named[name] for name in names if name in named}


def _may(who: SessionWho, view: SessionView) -> bool:
    match who:
        case "chat":
            return may_chat(view)
        case "questions":
            return may_see_questions(view)
        case role:
            return has_role(view, role)
