"""Who may do what with a session: viewer < editor < admin < owner, and nothing without a role."""

from typing import get_args

from chalicelib.errors import Forbidden, Invalid
from chalicelib.model import Role, SessionView
from chalicelib.model.sessions import is_at_least as is_at_least
from chalicelib.store.accounts import Accounts
from chalicelib.store.sessions import Sessions


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


def add_member(session_id: str, email: str, role: str, *, sessions: Sessions, accounts: Accounts) -> None:
    """Give a user a role in a session. Raises NotFound for either, Invalid for a role that cannot be given."""
    given: Role | None = next((known for known in get_args(Role) if known == role and known != "owner"), None)
    if given is None:
        raise Invalid("role must be one of: viewer, editor, admin")
    sessions.add_member(session_id, accounts.user_id_of(email), given)


def remove_member(session_id: str, email: str, *, sessions: Sessions, accounts: Accounts) -> None:
    """Take a user's role in a session away, and with it what their links show. Raises NotFound for any, Invalid for the owner."""
    sessions.remove_member(session_id, accounts.user_id_of(email))
