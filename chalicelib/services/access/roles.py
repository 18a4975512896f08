"""Who may do what with a session: viewer < editor < admin < owner, and nothing without a role."""

from typing import get_args

from chalicelib.errors import Forbidden, Invalid
from chalicelib.model import Role, SessionView
from chalicelib.store.accounts import Accounts
from chalicelib.store.sessions import Sessions

_RANK: dict[Role, int] = {"viewer": 1, "editor": 2, "admin": 3, "owner": 4}


def has_role(view: SessionView, least: Role) -> bool:
    """Whether the user of this view holds at least this role."""
    return view.role is not None and _RANK[view.role] >= _RANK[least]


def require_role(view: SessionView, least: Role) -> SessionView:
    """The view itself, or Forbidden."""
    if not has_role(view, least):
        raise Forbidden
    return view


def require_chat(view: SessionView) -> SessionView:
    """The view itself, or Forbidden where its user may not chat: editors may, and in a public session every key."""
    if not (view.session.is_public or has_role(view, "editor")):
        raise Forbidden
    return view


def require_questions(view: SessionView) -> SessionView:
    """The view itself, or Forbidden: whoever may chat sees the questions, and viewers do."""
    return view if has_role(view, "viewer") else require_chat(view)


def add_member(session_id: str, email: str, role: str, *, sessions: Sessions, accounts: Accounts) -> None:
    """Give a user a role in a session. Raises NotFound for either, Invalid for a role that cannot be given."""
    given: Role | None = next((known for known in get_args(Role) if known == role and known != "owner"), None)
    if given is None:
        raise Invalid("role must be one of: viewer, editor, admin")
    sessions.add_member(session_id, accounts.user_id_of(email), given)
