"""Routes of the hosted pages."""

from chalice.app import Blueprint, Request, Response

from chalicelib.errors import HarmonicaError
from chalicelib.pages import chat, home, qr, results, static
from chalicelib.pages.web import respond, respond_to_script

routes = Blueprint(__name__)

READ = ["GET", "HEAD"]  # some ask for the head of a page before they show its link


# No content types: Chalice would refuse the wrong ones in JSON, and these are pages for people.
@routes.route("/", methods=READ, content_types=[])
def get_home() -> Response:
    """What this is, for somebody who came without a link."""
    return respond(routes.current_request, home.show)


@routes.route("/chat", methods=READ, content_types=[])
def get_chat() -> Response:
    """Where this person stands in the session: the form, the conversation, or its end."""
    return respond(routes.current_request, chat.show)


@routes.route("/chat", methods=["POST"], content_types=[])
def post_chat() -> Response:
    """Join, say something, or end; then back to the page."""
    return respond(routes.current_request, chat.receive)


@routes.route("/chat/live", methods=["GET"], content_types=[])
def get_news() -> Response:
    """What is new in the conversation, for the script of its page."""
    return respond_to_script(routes.current_request, chat.news)


@routes.route("/chat/live", methods=["POST"], content_types=[])
def post_from_script() -> Response:
    """The same forms as on the page; the answer is what is new."""
    return respond_to_script(routes.current_request, chat.receive_from_script)


@routes.route("/static/{name}", methods=READ, content_types=[])
def get_static(name: str) -> Response:
    """A style sheet or a script."""
    return respond(routes.current_request, lambda request: static.serve(request, name))


@routes.route("/results", methods=READ, content_types=[])
def get_results() -> Response:
    """What came of a session."""
    return respond(routes.current_request, results.show)


@routes.route("/qr", methods=READ, content_types=[])
def get_qr() -> Response:
    """The link of a session as a picture."""
    return respond(routes.current_request, qr.show)


def problem(request: Request, error: HarmonicaError) -> Response:
    """What went wrong at an address that no route serves."""

    def fail(_: Request) -> Response:
        raise error

    return respond(request, fail)
