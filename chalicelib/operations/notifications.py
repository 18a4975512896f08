"""What the caller is told of: what happened in sessions that they may edit, and what concerns their account."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import Conflict, Invalid
from chalicelib.model.notifications import MOST_NOTIFICATIONS, NotificationKind
from chalicelib.operations.fields import Count, Time, moment, moment_or_null
from chalicelib.operations.operation import Call, Input, Nothing, Operation, Output, Repeat
from chalicelib.services.notifications import digests, listing
from chalicelib.text.language import DEFAULT, choose_own_language

Language = Annotated[
    str,
    Meta(
        max_length=100,
        description="The language of the texts, by its code or name: one that pages are in, else English.",
        examples=["de"],
    ),
]
NotificationId = Annotated[
    str,
    Meta(min_length=1, max_length=100, description="The id of a notification.", examples=["5f0e9c1a7b3d4f6a8c2e0b1d"]),
]


class Notification(Output):
    """One thing that the caller is told."""

    id: NotificationId
    kind: Annotated[NotificationKind, Meta(description="What it is about.", examples=["session_ended"])]
    title: Annotated[str, Meta(description="What happened, in a line.", examples=["Ended: “The new library”"])]
    body: Annotated[
        str,
        Meta(
            description="What that means.",
            examples=["Nobody can take part any more. The last summary follows by itself."],
        ),
    ]
    url: Annotated[
        str,
        Meta(
            description="The page that it leads to.",
            examples=["https://example.org/sessions/3f0b7c52-6a1d-4e8f-9b2a-5c4d3e2f1a00"],
        ),
    ]
    read_at: Annotated[
        Time | None, Meta(description="When it was marked as read; null while it is not.", examples=[None])
    ]
    created_at: Annotated[Time, Meta(description="When it happened.")]


class NotificationList(Output):
    """What the caller is told of."""

    data: Annotated[list[Notification], Meta(description="The notifications, the newest first.")]
    unread: Annotated[Count, Meta(description="How many are not read, on all pages together.")]
    next_cursor: Annotated[str | None, Meta(description="Where to go on, while there are more.")] | UnsetType = UNSET


class Unread(Output):
    """How many notifications are left to read."""

    unread: Annotated[Count, Meta(description="How many are not read.")]


class Digest(Output):
    """Whether the caller gets a mail of what they have not read."""

    on: Annotated[bool, Meta(description="Whether they do.", examples=[True])]
    language: Annotated[
        str | None, Meta(description="The language of the mail; null where none is sent.", examples=["en"])
    ]
    sends_mail: Annotated[bool, Meta(description="Whether this server sends mails at all.", examples=[True])]


class ListNotifications(Input):
    """Which notifications to list."""

    unread: Annotated[
        Literal["", "true", "false"],
        Meta(
            description="`true`, or nothing behind the name, leaves out what was read.",
            examples=["true"],
        ),
    ] = "false"
    limit: Annotated[int, Meta(ge=1, le=listing.LIMIT, description="How many to give at most.")] = 20
    cursor: Annotated[str, Meta(max_length=200, description="The `next_cursor` of the page before.")] | UnsetType = (
        UNSET
    )
    language: Language = DEFAULT


class MarkRead(Input):
    """What was read: these, or all."""

    ids: (
        Annotated[
            tuple[NotificationId, ...],
            Meta(
                max_length=MOST_NOTIFICATIONS,
                description="The ids of those that were read; what is none of the caller's is left out.",
            ),
        ]
        | UnsetType
    ) = UNSET
    all: Annotated[bool, Meta(description="Whether all were read.", examples=[True])] = False


class ChooseDigest(Input):
    """Whether to get a mail."""

    on: Annotated[bool, Meta(description="Whether to get it.", examples=[True])]
    language: Language = DEFAULT


def list_notifications(call: Call, given: ListNotifications) -> NotificationList:
    """What the caller is told of, the newest first: what happened in sessions that they may edit, and what concerns their account.

    They are there for 90 days, the newest 100 of an account. Of a session in which the caller has no role any more there are none.
    """
    found = listing.list_notifications(
        call.user_id,
        unread=given.unread != "false",
        limit=given.limit,
        cursor=None if given.cursor is UNSET else given.cursor,
        tag=choose_own_language(given.language),
        deps=container.notification_deps(),
        accounts=container.accounts(),
    )
    shown = [_shown(it, call.public_url) for it in found.shown]
    return NotificationList(shown, found.unread, found.next_cursor or UNSET)


def mark_notifications_read(call: Call, given: MarkRead) -> Unread:
    """Mark notifications as read; they stay in the list. Once more, it changes nothing."""
    if (given.ids is UNSET) != given.all:
        raise Invalid("Give either ids, or all: true")
    ids = None if given.ids is UNSET else given.ids
    return Unread(listing.mark_read(call.user_id, ids, call.now, deps=container.notification_deps()))


def get_digest(call: Call, _: Nothing) -> Digest:
    """Whether the caller gets a mail of what they have not read."""
    found = container.notifications().digest(call.user_id)
    return Digest(found is not None, found.language if found else None, container.has_mail())


def choose_digest(call: Call, given: ChooseDigest) -> Digest:
    """Switch the mail on or off that comes in the morning after something has happened. It is off unless somebody switches it on."""
    digests.require_mail(given.on, "on", has_mail=container.has_mail())
    language = given.language if given.on else None
    wanted = digests.choose_digest(call.user_id, language, notifications=container.notifications())
    return Digest(wanted is not None, wanted.language if wanted else None, container.has_mail())


def _shown(shown: listing.Shown, public_url: str) -> Notification:
    it, told = shown.notification, shown.told
    url = f"{public_url}{told.page}"
    return Notification(it.id, it.kind, told.title, told.body, url, moment_or_null(it.read_at), moment(it.created_at))


def _marked_before(call: Call, _: dict[str, Any]) -> Unread:
    return Unread(container.notifications().of_user(call.user_id).unread)


OPERATIONS = (
    Operation(list_notifications, "user", ListNotifications, NotificationList, settled=False),
    Operation(mark_notifications_read, "user", MarkRead, Unread, again=Repeat(_marked_before), fails=(Conflict,)),
    Operation(get_digest, "user", Nothing, Digest),
    Operation(choose_digest, "user", ChooseDigest, Digest),
)
