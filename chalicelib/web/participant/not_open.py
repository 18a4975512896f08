"""The page of a session that is not open yet. Of what its host is still writing it shows nothing; its members find the way to it."""

from typing import Any

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import Conflict
from chalicelib.model import Session
from chalicelib.services.access.roles import is_at_least
from chalicelib.web.kit.disclosures import tell_not_open
from chalicelib.web.kit.page import locale_for, render_page
from chalicelib.web.participant.member import find_member

NOT_OPEN = Conflict.status  # it may be tried again later


def show_not_open(request: Request, session: Session, unsent: str = "") -> Response:
    """Returns the page, with the words that came too early where there are any."""
    member = find_member(request, session.id)
    values: dict[str, Any] = {
        "email": container.accounts().user(member.user_id).email if member else "",
        "may_edit": member is not None and is_at_least(member.role, "editor"),
        "told": tell_not_open(session, container.clock().now(), locale_for(request, session).texts),
        "unsent": unsent,
    }
    return render_page(request, "not_open.html", NOT_OPEN, session=session, **values)
