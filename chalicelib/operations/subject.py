"""What an operation about a session is handed: what it needs of the session, in one read, once its sender's role is checked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from chalicelib import container
from chalicelib.errors import Forbidden
from chalicelib.model import SessionView
from chalicelib.services.access.principal import Principal
from chalicelib.services.access.roles import has_role, may_chat, may_see_questions
from chalicelib.store.sessions import NOTHING_ELSE

SessionWho = Literal["viewer", "editor", "admin", "owner", "chat", "questions"]
Who = Literal["anyone", "user"] | SessionWho
"""Who may: `user` is whoever acts for a user; a role is the least one that is needed in the session that the input names; `chat`
and `questions` add what a public session allows. 404 comes before 403: an unknown session is nobody's."""

IDS = ("session_id", "participant_id")  # what inputs name a subject by; in a path, each is a UUID of ours

Read = Callable[..., tuple[SessionView, Any]]
"""`read(principal, session_id=…)` gives the session as its user has it, and what the operation is handed."""


def session_with(parts: Iterable[str] = NOTHING_ELSE) -> Read:
    """Gives what reads a session with these parts, and hands over just that."""

    def read(principal: Principal, session_id: str) -> tuple[SessionView, SessionView]:
        view = container.sessions().view(session_id, parts, principal.require_user())
        return view, view

    return read


def open_subject(principal: Principal, who: SessionWho, read: Read, named: Mapping[str, Any]) -> Any:
    """Reads what an operation is about. Raises NotFound without a session, Forbidden where this user may not do it there."""
    view, subject = read(principal, **{name: named[name] for name in IDS if name in named})
    if not _may(who, view):
        raise Forbidden
    return subject


def _may(who: SessionWho, view: SessionView) -> bool:
    match who:
        case "chat":
            return may_chat(view)
        case "questions":
            return may_see_questions(view)
        case role:
            return has_role(view, role)
