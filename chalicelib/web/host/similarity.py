"""The page of similarity: how close the people of a session are, and the groups that they form. Nobody is named."""

from chalice.app import Response

from chalicelib.operations.fields import SessionInput
from chalicelib.operations.similarity import get_similarity
from chalicelib.store.sessions import NOTHING_ELSE
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import make_reader, open_session, render_session_page
from chalicelib.web.results.similarity import tell_members


def show(host: HostRequest, session_id: str) -> Response:
    """Returns how alike people are."""
    view = open_session(host, session_id, NOTHING_ELSE)
    found = host.perform(get_similarity, SessionInput(session_id=view.session.id))
    return render_session_page(
        host, view, "similarity", "similarity.html", **tell_members(view, found, make_reader(host, view))
    )
