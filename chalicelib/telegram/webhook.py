"""The route that Telegram calls: it verifies, enqueues and answers.

Whatever is answered with another status than 200 comes again, for a day: what no try could take is dropped with a 200.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib import container
from chalicelib.errors import NotFound, Unauthorized
from chalicelib.observability import logger
from chalicelib.services.access.signing import is_same

PATH = "/telegram/webhook"
SECRET_HEADER = "x-telegram-bot-api-secret-token"
MOST_BYTES = 180_000  # of an update, many times as many as any has; sealed, a queue takes a little more

Answer = Callable[[Request, dict[str, str]], Response]


def routes_with(respond: Callable[[Request, Answer], Response]) -> Blueprint:
    """Returns the one route; `respond` renders its errors, as those of unknown paths."""
    routes = Blueprint(__name__)

    @routes.route(PATH, methods=["POST"], content_types=[])
    def receive_update() -> Response:
        """Takes an update from Telegram."""
        return respond(routes.current_request, _take)

    return routes


def _take(request: Request, _: dict[str, str]) -> Response:
    secret = container.webhook_secret()
    if not secret:
        raise NotFound(f"There is nothing at POST {PATH}")
    if not is_same(request.headers.get(SECRET_HEADER, ""), secret):
        raise Unauthorized("Invalid or missing secret token")
    _enqueue(bytes(request.raw_body or b""))
    return Response("")


def _enqueue(raw: bytes) -> None:
    from chalicelib.telegram.addresses import chat_token
    from chalicelib.telegram.queued_update import pack
    from chalicelib.telegram.update import read_update

    update = _decode(raw)
    found = read_update(update) if update else None
    if update is None or found is None or found.chat is None:
        logger.warning("an update was dropped", extra={"bytes": len(raw), "update_id": (update or {}).get("update_id")})
        return
    if found.is_for_bot:  # what else people say to each other in a group goes no further
        secret = container.deployment_secret()
        container.jobs().handle_update(pack(found, secret), chat_token(found.chat.id, secret))


def _decode(raw: bytes) -> dict[str, Any] | None:
    """Returns what was sent; None for what is no update, or larger than any."""
    if len(raw) > MOST_BYTES:
        return None
    try:
        update = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    is_update = isinstance(update, dict) and type(update.get("update_id")) is int
    return update if is_update else None
