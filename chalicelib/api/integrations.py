"""The caller's Telegram groups, and the code that brings the bot into one."""

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import account_shapes, present
from chalicelib.api.bodies import ID_LIMIT, GroupBody
from chalicelib.api.http import Call, Made, endpoint
from chalicelib.errors import NotFound
from chalicelib.model import TelegramGroup
from chalicelib.services.delivery.telegram_groups import link_of, new_link
from chalicelib.settings import settings

routes = Blueprint(__name__)


@endpoint(routes, "GET", "/integrations/telegram/groups", answers=account_shapes.TelegramGroupList)
def get_groups(call: Call) -> dict[str, Any]:
    """The caller's groups, by registration."""
    groups = container.telegram_groups().of(call.caller.user_id)
    return {"data": [present.telegram_group(group) for group in groups]}


def _group_again(call: Call, kept: dict[str, Any]) -> dict[str, Any]:
    return present.telegram_group(_known(call, kept["group_id"]))


@endpoint(
    routes,
    "POST",
    "/integrations/telegram/groups",
    body=GroupBody,
    status=201,
    answers=account_shapes.TelegramGroup,
    again=_group_again,
)
def post_group(call: Call) -> Made:
    """Register a group, or its new name and topic."""
    body: GroupBody = call.body
    group = TelegramGroup(body.group_id, body.group_name or None, body.topic_id, call.now)
    stored = container.telegram_groups().register(call.caller.user_id, group)
    return Made(present.telegram_group(stored), {"group_id": stored.group_id})


@endpoint(routes, "DELETE", "/integrations/telegram/groups/{group_id}", status=204)
def delete_group(call: Call, group_id: str) -> None:
    """Forget a group."""
    # No group has a longer id, and no key of the table can be as long as a path.
    if len(group_id) > ID_LIMIT or not container.telegram_groups().remove(call.caller.user_id, group_id):
        raise NotFound("Group not found")


def _link_again(_: Call, kept: dict[str, Any]) -> dict[str, Any]:
    expires_at = datetime.fromtimestamp(kept["expires_at"], UTC)
    link = link_of(kept["id"], expires_at, bot=settings().telegram_bot, secret=container.deployment_secret())
    return present.telegram_link(link)


@endpoint(
    routes,
    "POST",
    "/integrations/telegram/link",
    status=201,
    answers=account_shapes.TelegramLink,
    again=_link_again,
    errors=(422,),
)
def post_link(call: Call) -> Made:
    """A single-use code for `/setup`, and the link that hands it to the bot."""
    identifier, bot, secret = call.new_id(), settings().telegram_bot, container.deployment_secret()
    link = new_link(identifier, call.caller.user_id, bot=bot, guards=container.guards(), secret=secret, now=call.now)
    return Made(present.telegram_link(link), {"id": identifier, "expires_at": int(link.expires_at.timestamp())})


def _known(call: Call, group_id: str) -> TelegramGroup:
    known = container.telegram_groups().some(call.caller.user_id, [group_id])
    if group_id not in known:
        raise NotFound("Group not found")
    return known[group_id]
