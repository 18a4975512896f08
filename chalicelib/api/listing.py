"""Lists of sessions: the caller's own, and the public ones."""

from typing import Any

from chalice.app import Blueprint
from msgspec import UNSET

from chalicelib import container
from chalicelib.api import present
from chalicelib.api.http import Call, endpoint
from chalicelib.api.queries import PublicSessionsQuery, SessionsQuery
from chalicelib.api.shapes import PublicSessionList, SessionList
from chalicelib.services.sessions.listing import Wanted, list_sessions

routes = Blueprint(__name__)


@endpoint(routes, "GET", "/sessions", query=SessionsQuery, answers=SessionList)
def get_sessions(call: Call) -> dict[str, Any]:
    """The sessions that the caller owns, was given access to or takes part in."""
    asked: SessionsQuery = call.query
    wanted = Wanted(
        q=asked.q,
        status=None if asked.status is UNSET else asked.status,
        channel=None if asked.distribution_channel is UNSET else asked.distribution_channel,
        group_id=None if asked.distribution_group_id is UNSET else asked.distribution_group_id,
        limit=asked.limit,
        offset=asked.offset,
    )
    page = list_sessions(container.cards().of_user(call.caller.user_id), wanted, call.now)
    return present.page([present.card(card, call.now) for card in page.cards], page.total, asked.limit, asked.offset)


@endpoint(routes, "GET", "/sessions/public", query=PublicSessionsQuery, answers=PublicSessionList)
def get_public_sessions(call: Call) -> dict[str, Any]:
    """The active sessions that anybody may join."""
    asked: PublicSessionsQuery = call.query
    wanted = Wanted(q=asked.q, status="active", limit=asked.limit, offset=asked.offset)
    page = list_sessions(container.cards().public(), wanted, call.now)
    cards = [present.public_card(card, call.public_url, call.now) for card in page.cards]
    return present.page(cards, page.total, asked.limit, asked.offset)
