"""The page of a session that is not open yet. Of what its host is still writing it shows nothing; its members find the way to it."""

from typing import Any

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import Conflict
from chalicelib.model import Session
from chalicelib.services.access.roles import has_role
from chalicelib.web.kit.login import find_login, has_login_cookie
from chalicelib.web.kit.page import render_page

NOT_OPEN = Conflict.status  # it may be tried again later


def show_not_open(request: Request, session: Session, unsent: str = "") -> Response:
    """Returns the page, with the words that came too early where there are any."""
    email, may_edit = _find_member(request, session.id)
    values: dict[str, Any] = {"email": email, "may_edit": may_edit, "unsent": unsent}
    return render_page(request, "not_open.html", NOT_OPEN, session=session, **values)


def _find_member(request: Request, session_id: str) -> tuple[str, bool]:
    """Returns the address of the member of this session who is signed in in this browser, and whether they may edit it; an empty
    one for everybody else."""
    login = find_login(request) if has_login_cookie(request) else None
    if login is None:
        return "", False
    view = container.sessions().view(session_id, (), login.require_user())
    return (container.accounts().user(login.require_user()).email if view.role else ""), has_role(view, "editor")
