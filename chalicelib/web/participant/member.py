"""Which member of a session is signed in at a page for participants: for them, it has a way back to the pages for hosts."""

from chalice.app import Request
from msgspec import Struct

from chalicelib import container
from chalicelib.model import Role
from chalicelib.web.kit.login import find_login


class Member(Struct, frozen=True):
    """A user with a role in a session."""

    user_id: str
    role: Role


def find_member(request: Request, session_id: str) -> Member | None:
    """Returns the member of this session who is signed in in this browser; None for everybody else, at no cost where nobody is."""
    login = find_login(request)
    if login is None:
        return None
    user_id = login.require_user()
    role = container.sessions().view(session_id, (), user_id).role
    return Member(user_id, role) if role else None
