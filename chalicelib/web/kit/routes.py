"""Routes that all pages share: their files, and the page for an address that no route serves."""

from chalice.app import Blueprint, Response

from chalicelib.web.kit import static
from chalicelib.web.kit.http import READ, respond

routes = Blueprint(__name__)


@routes.route("/static/{name}", methods=READ, content_types=[])
def get_static(name: str) -> Response:
    """Returns a style sheet or a script."""
    return respond(routes.current_request, lambda _: static.serve(name))
