"""The page of a session's recap: what each person said in short, and what they have in common."""

from chalice.app import Response
from msgspec import UNSET

from chalicelib.operations.recap import ReadRecap, get_recap
from chalicelib.store.sessions import NOTHING_ELSE
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import make_reader, open_session, render_session_page
from chalicelib.web.results.recap import tell_members


def show(host: HostRequest, session_id: str) -> Response:
    """Returns the recap, a page of people at a time."""
    view = open_session(host, session_id, NOTHING_ELSE)
    reader = make_reader(host, view)
    found = host.perform(get_recap, ReadRecap(session_id=view.session.id, cursor=reader.query.get("cursor", UNSET)))
    return render_session_page(host, view, "recap", "recap.html", **tell_members(found, reader))
