"""Routes of what participants see: the conversation, the results, and the way to both.

What a page does is imported when one is first asked for: a container that serves the API does without.
"""

from chalice.app import Blueprint, Response

from chalicelib.web.kit.http import READ, respond, respond_to_link, respond_to_script

routes = Blueprint(__name__)


@routes.route("/chat", methods=READ, content_types=[])
def get_chat() -> Response:
    """Returns where this person stands in the session: the form, the conversation, or its end."""
    from chalicelib.web.participant import chat

    return respond_to_link(routes.current_request, chat.show_page)


@routes.route("/chat", methods=["POST"], content_types=[])
def post_chat() -> Response:
    """Takes a form: joins, says something, or ends; then sends back to the page."""
    from chalicelib.web.participant import chat

    return respond(routes.current_request, chat.receive_form)


@routes.route("/chat/live", methods=["GET"], content_types=[])
def get_news() -> Response:
    """Returns what is new in the conversation, for the script of its page."""
    from chalicelib.web.participant import chat

    return respond_to_script(routes.current_request, chat.show_news)


@routes.route("/chat/live", methods=["POST"], content_types=[])
def post_from_script() -> Response:
    """Returns the same forms as on the page; the answer is what is new."""
    from chalicelib.web.participant import chat

    return respond_to_script(routes.current_request, chat.receive_form_from_script)


@routes.route("/results", methods=READ, content_types=[])
def get_results() -> Response:
    """Returns what came of a session."""
    from chalicelib.web.participant import results

    return respond_to_link(routes.current_request, results.show)


@routes.route("/results", methods=["POST"], content_types=[])
def post_question() -> Response:
    """Answers a question about what came of a session, on its page."""
    from chalicelib.web.participant import question

    return respond(routes.current_request, question.receive_question)


@routes.route("/privacy", methods=READ, content_types=[])
def get_privacy() -> Response:
    """Returns what becomes of what people say: in a session, or on the whole site."""
    from chalicelib.web.privacy import page

    return respond(routes.current_request, page.show_privacy)


@routes.route("/qr", methods=READ, content_types=[])
def get_qr() -> Response:
    """Returns the link of a session as a picture."""
    from chalicelib.web.participant import qr_code

    return respond_to_link(routes.current_request, qr_code.show)


@routes.route("/logo", methods=READ, content_types=[])
def get_logo() -> Response:
    """Returns the logo of a session's host."""
    from chalicelib.web.participant import logo

    return respond_to_link(routes.current_request, logo.show)


@routes.route("/receipt", methods=READ, content_types=[])
def get_receipt() -> Response:
    """Returns what is stored of a participant, for whoever has their code or private link."""
    from chalicelib.web.participant import receipt

    request = routes.current_request
    if "s" in (request.query_params or {}):
        return respond_to_link(request, receipt.show_page)
    return respond(request, receipt.show_entry)


@routes.route("/receipt", methods=["POST"], content_types=[])
def post_receipt() -> Response:
    """Takes a code, or does what a participant wants with what is stored of them."""
    from chalicelib.web.participant import receipt

    return respond(routes.current_request, receipt.receive_form)


@routes.route("/stop", methods=READ, content_types=[])
def get_stop() -> Response:
    """Returns the page that ends mails, where the link in them leads."""
    from chalicelib.web.participant import stop

    return respond(routes.current_request, stop.show_stop)


@routes.route("/stop", methods=["POST"], content_types=[])
def post_stop() -> Response:
    """Ends mails, for the page or for a mail program."""
    from chalicelib.web.participant import stop

    return respond(routes.current_request, stop.receive_stop)
