"""Routes of what participants see: the conversation, the results, and the way to both."""

from chalice.app import Blueprint, Response

from chalicelib.web.kit.http import READ, respond, respond_to_link, respond_to_script
from chalicelib.web.participant import chat, qr_code, results

routes = Blueprint(__name__)


@routes.route("/chat", methods=READ, content_types=[])
def get_chat() -> Response:
    """Returns where this person stands in the session: the form, the conversation, or its end."""
    return respond_to_link(routes.current_request, chat.show_page)


@routes.route("/chat", methods=["POST"], content_types=[])
def post_chat() -> Response:
    """Takes a form: joins, says something, or ends; then sends back to the page."""
    return respond(routes.current_request, chat.receive_form)


@routes.route("/chat/live", methods=["GET"], content_types=[])
def get_news() -> Response:
    """Returns what is new in the conversation, for the script of its page."""
    return respond_to_script(routes.current_request, chat.show_news)


@routes.route("/chat/live", methods=["POST"], content_types=[])
def post_from_script() -> Response:
    """Returns the same forms as on the page; the answer is what is new."""
    return respond_to_script(routes.current_request, chat.receive_form_from_script)


@routes.route("/results", methods=READ, content_types=[])
def get_results() -> Response:
    """Returns what came of a session."""
    return respond_to_link(routes.current_request, results.show)


@routes.route("/qr", methods=READ, content_types=[])
def get_qr() -> Response:
    """Returns the link of a session as a picture."""
    return respond_to_link(routes.current_request, qr_code.show)
