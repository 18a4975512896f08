"""Routes of the hosted pages."""

from chalice.app import Blueprint, Response

from chalicelib.pages import chat
from chalicelib.pages.render import page
from chalicelib.pages.web import respond

routes = Blueprint(__name__)


# No content types: Chalice would refuse the wrong ones in JSON, and these are pages for people.
@routes.route("/", methods=["GET"], content_types=[])
def get_home() -> Response:
    """What this is, for somebody who came without a link."""
    return respond(routes.current_request, lambda _: page("home.html"))


@routes.route("/chat", methods=["GET"], content_types=[])
def get_chat() -> Response:
    """Where this person stands in the session: the form, the conversation, or its end."""
    return respond(routes.current_request, chat.show)


@routes.route("/chat", methods=["POST"], content_types=[])
def post_chat() -> Response:
    """Join, or say something; then back to the page."""
    return respond(routes.current_request, chat.receive)
