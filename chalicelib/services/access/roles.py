"""Who may do what with a session: viewer < editor < admin < owner, and nothing without a role."""

from chalicelib.errors import Forbidden
from chalicelib.model import Role, SessionView
from chalicelib.model.sessions import is_at_least as is_at_least


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
