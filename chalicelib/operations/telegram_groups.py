"""The Telegram groups of one's own, and the code that brings the bot into one."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from chalicelib import container
from chalicelib.errors import NotFound, Unprocessable
from chalicelib.model import TelegramGroup as StoredGroup
from chalicelib.operations.fields import ID_LIMIT, Time, moment
from chalicelib.operations.operation import Call, Done, Input, Nothing, Operation, Output, Repeat
from chalicelib.operations.session_fields import GroupId
from chalicelib.services.delivery.link_codes import LinkCode, link_of, new_link
from chalicelib.settings import settings

GroupName = Annotated[str, Meta(max_length=200, description="The group's name.", examples=["Office"])]
TopicId = Annotated[
    int,
    Meta(ge=-(2**53), le=2**53, description="The forum topic in the group where to announce.", examples=[None]),
]


class TelegramGroup(Output):
    """A group of the caller's."""

    group_id: GroupId
    group_name: GroupName | None
    topic_id: Annotated[
        int | None, Meta(description="The forum topic in the group where to announce.", examples=[None])
    ]
    created_at: Annotated[Time, Meta(description="When it was registered.")]
    status: Annotated[
        Literal["unconfirmed", "confirmed", "removed"],
        Meta(description="Whether the bot is in the group.", examples=["confirmed"]),
    ]


class TelegramGroupList(Output):
    """The caller's groups."""

    data: Annotated[list[TelegramGroup], Meta(description="The groups, by registration.")]


class TelegramLink(Output):
    """A single-use code for `/setup`, and the links that carry it."""

    code: Annotated[str, Meta(description="What to send after `/setup` in the group.", examples=["K7Q2M9XAH3TP"])]
    url: Annotated[
        str,
        Meta(
            description="The link that adds the bot to a group with this code. Some Telegram apps lose the code on the way: "
            "the bot is in the group then, and waits for `command`.",
            examples=["https://t.me/harmonica_bot?startgroup=K7Q2M9XAH3TP"],
        ),
    ]
    start_url: Annotated[
        str,
        Meta(
            description="The link that opens the bot in private with this code. Whoever adds it to a group from there need not "
            "send a code: an administrator confirms by a button.",
            examples=["https://t.me/harmonica_bot?start=K7Q2M9XAH3TP"],
        ),
    ]
    command: Annotated[
        str,
        Meta(
            description="What an administrator sends in a group that the bot is in.",
            examples=["/setup@harmonica_bot K7Q2M9XAH3TP"],
        ),
    ]
    expires_at: Annotated[Time, Meta(description="Until when it can be used.")]


class RegisterGroup(Input):
    """A group to register, or its new name and topic."""

    group_id: GroupId
    group_name: GroupName | None = None
    topic_id: TopicId | None = None


class GroupInput(Input):
    """Names a group."""

    group_id: Annotated[str, Meta(description="The id of the group.")]


def list_groups(call: Call, _: Nothing) -> TelegramGroupList:
    """The caller's groups, by registration."""
    return TelegramGroupList([_group(group) for group in container.telegram_groups().of(call.user_id)])


def register_group(call: Call, given: RegisterGroup) -> Done:
    """Register a group, or its new name and topic."""
    group = StoredGroup(given.group_id, given.group_name or None, given.topic_id, call.now)
    stored = container.telegram_groups().register(call.user_id, group)
    return Done(_group(stored), {"group_id": stored.group_id})


def remove_group(call: Call, given: GroupInput) -> None:
    """Forget a group."""
    groups = container.telegram_groups()
    # No group has a longer id, and no key of the table can be as long as a path.
    if len(given.group_id) > ID_LIMIT or not groups.remove(call.user_id, given.group_id):
        raise NotFound("Group not found")


def create_link(call: Call, _: Nothing) -> Done:
    """A single-use code for `/setup`, and the links that hand it to the bot: it links one group within 15 minutes."""
    identifier, bot, secret = call.new_id(), settings().telegram_bot, container.deployment_secret()
    link = new_link(identifier, call.user_id, bot=bot, links=container.telegram_links(), secret=secret, now=call.now)
    return Done(_link(link), {"id": identifier, "expires_at": int(link.expires_at.timestamp())})


def _registered_again(call: Call, kept: dict[str, Any]) -> TelegramGroup:
    group_id = kept["group_id"]
    known = container.telegram_groups().some(call.user_id, [group_id])
    if group_id not in known:
        raise NotFound("Group not found")
    return _group(known[group_id])


def _linked_again(_: Call, kept: dict[str, Any]) -> TelegramLink:
    expires_at = datetime.fromtimestamp(kept["expires_at"], UTC)
    secret = container.deployment_secret()
    return _link(link_of(kept["id"], expires_at, bot=settings().telegram_bot, secret=secret))


def _group(of: StoredGroup) -> TelegramGroup:
    return TelegramGroup(of.group_id, of.name, of.topic_id, moment(of.created_at), of.status)


def _link(of: LinkCode) -> TelegramLink:
    return TelegramLink(of.code, of.url, of.start_url, of.command, moment(of.expires_at))


OPERATIONS = (
    Operation(list_groups, "user", Nothing, TelegramGroupList),
    Operation(register_group, "user", RegisterGroup, TelegramGroup, again=Repeat(_registered_again), creates=True),
    Operation(remove_group, "user", GroupInput),
    Operation(
        create_link, "user", Nothing, TelegramLink, again=Repeat(_linked_again), creates=True, fails=(Unprocessable,)
    ),
)
