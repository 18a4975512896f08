"""Lists of sessions: one's own, and the public ones."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.model import JoinAccess, Role
from chalicelib.operations.fields import Limit, Offset, Pagination
from chalicelib.operations.operation import Call, Input, Operation, Output
from chalicelib.operations.session_output import JoinUrl, SessionListItem, join_url, listed
from chalicelib.services.sessions import listing


class PublicSessionListItem(SessionListItem):
    """A public session; always an active one."""

    join_url: JoinUrl


class OwnSessionListItem(SessionListItem):
    """A session in the caller's list, with what the list was asked to include."""

    role: Annotated[
        Role | UnsetType | None,
        Meta(
            description="Where it was asked for: the caller's role in the session; null where they only take part.",
            examples=["owner"],
        ),
    ] = UNSET
    access: Annotated[
        JoinAccess | UnsetType,
        Meta(
            description="With the role: whether the session's link lets people join, or only an invitation.",
            examples=["link"],
        ),
    ] = UNSET


class SessionList(Output):
    """A page of sessions."""

    data: Annotated[list[OwnSessionListItem], Meta(description="The sessions, in the order that was asked for.")]
    pagination: Annotated[Pagination, Meta(description="Which part of the list this is.")]


class PublicSessionList(Output):
    """A page of public sessions."""

    data: Annotated[list[PublicSessionListItem], Meta(description="The sessions, the one that changed last first.")]
    pagination: Annotated[Pagination, Meta(description="Which part of the list this is.")]


class ListPublicSessions(Input):
    """Which of the public sessions to list."""

    q: Annotated[str, Meta(description="Words that topic and goal have, in any order, upper or lower case.")] = ""
    limit: Limit = 20
    offset: Offset = 0


class ListSessions(ListPublicSessions):
    """Which of one's own sessions to list."""

    q: Annotated[
        str,
        Meta(
            description=(
                "Words that topic, goal and context have, in any order, upper or lower case. Contexts of sessions that one is a "
                "member of are searched; where there are many, those of the 300 sessions that changed last."
            )
        ),
    ] = ""
    status: (
        Annotated[
            Literal["draft", "active", "completed"],
            Meta(description="Only sessions with this status; drafts are listed only where they are asked for."),
        ]
        | UnsetType
    ) = UNSET
    joined: (
        Annotated[
            bool,
            Meta(description="Only sessions that somebody has joined; with `false`, only those that nobody has."),
        ]
        | UnsetType
    ) = UNSET
    distribution_channel: (
        Annotated[Literal["telegram"], Meta(description="Only sessions announced in a channel of this kind.")]
        | UnsetType
    ) = UNSET
    distribution_group_id: (
        Annotated[str, Meta(description="Only sessions announced in the group with this id.")] | UnsetType
    ) = UNSET
    sort: Annotated[
        listing.Sort,
        Meta(
            description="What the list is ordered by. `topic` goes by the alphabet, `status` from what is still to come to what "
            "has ended; of equal ones, the one that changed last is first. Any other than `updated_at` reads the whole list."
        ),
    ] = "updated_at"
    order: (
        Annotated[
            Literal["asc", "desc"],
            Meta(description="Which end comes first; else `asc` for `topic` and `status`, `desc` for the rest."),
        ]
        | UnsetType
    ) = UNSET
    include: (
        Annotated[Literal["role"], Meta(description="What each session is to be shown with besides.")] | UnsetType
    ) = UNSET


def list_sessions(call: Call, given: ListSessions) -> SessionList:
    """The sessions that the caller owns, was given access to or takes part in.

    What was just made or changed may be missing, or be as it was, for a moment.
    """
    wanted = listing.SessionFilter(
        q=given.q,
        status=given.status or None,
        is_joined=None if given.joined is UNSET else given.joined,
        channel=given.distribution_channel or None,
        group_id=None if given.distribution_group_id is UNSET else given.distribution_group_id,
        sort=given.sort,
        is_ascending=None if given.order is UNSET else given.order == "asc",
        limit=given.limit,
        offset=given.offset,
    )
    page = listing.list_own(call.user_id, wanted, cards=container.cards(), roles=call.project_roles(), now=call.now)
    with_role = given.include == "role"
    items = [
        OwnSessionListItem(
            **listed(card, card.session_id, call.now),
            role=card.role if with_role else UNSET,
            access=card.access if with_role else UNSET,
        )
        for card in page.cards
    ]
    return SessionList(items, Pagination(page.total, given.limit, given.offset))


def list_public_sessions(call: Call, given: ListPublicSessions) -> PublicSessionList:
    """The active sessions that anybody may join; none that only people join who were invited personally."""
    wanted = listing.SessionFilter(q=given.q, limit=given.limit, offset=given.offset)
    page = listing.list_public(wanted, cards=container.cards(), now=call.now)
    items = [
        PublicSessionListItem(
            **listed(card, card.session_id, call.now), join_url=join_url(call.public_url, card.session_id)
        )
        for card in page.cards
    ]
    return PublicSessionList(items, Pagination(page.total, given.limit, given.offset))


OPERATIONS = (
    Operation(list_sessions, "user", ListSessions, SessionList),
    Operation(list_public_sessions, "anyone", ListPublicSessions, PublicSessionList),
)
