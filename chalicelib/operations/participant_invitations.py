"""Inviting people to take part in a session: each gets a link of their own, by mail where mails are sent."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from chalicelib import container
from chalicelib.errors import Conflict, RateLimited, Unprocessable
from chalicelib.model import Session, SessionView
from chalicelib.operations.fields import (
    Count,
    Limit,
    Offset,
    Pagination,
    SessionInput,
    ThreadId,
    Time,
    moment_or_null,
)
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.subject import session_with
from chalicelib.services.access.invitation_links import LinkedInvitation, invitation_url
from chalicelib.services.invitations import inviting
from chalicelib.services.invitations.progress import Progress, State, is_private, tell_opened, tell_reminded

ADDRESSES, MESSAGE_LIMIT, ADDRESS_LIMIT = 200, 1_000, 500

InvitationId = Annotated[
    str, Meta(description="The id of the invitation.", examples=["5d0c3f0a-9a51-4c0b-8a46-0f3f7d1c2b3a"])
]
Address = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=ADDRESS_LIMIT,
        description="An e-mail address, by itself or behind a name: `Ada <ada@example.com>`.",
        examples=["Ada <ada@example.com>"],
    ),
]
Email = Annotated[str, Meta(description="The address.", examples=["ada@example.com"])]
Url = Annotated[
    str,
    Meta(
        description="The personal link, to be passed on by hand: whoever opens it first begins the conversation with it.",
        examples=["https://harmonica.example.com/chat?s=…&i=…"],
    ),
]


_URL = (
    "The personal link, where no mail brings it. Null for an anonymous session: whoever holds such a link could see whether its person "
    "has joined, or begin in their place."
)


class Invited(Output):
    """What came of one address."""

    id: Annotated[InvitationId | None, Meta(description="The id of the invitation; null where there is none.")]
    email: Email
    status: Annotated[
        Literal["sent", "no_mail", "already", "refused", "suppressed"],
        Meta(
            description="`sent`: a mail is on its way; `no_mail`: no mails are sent here, pass on `url`; `already`: the address has an "
            "invitation; `refused`: it is no e-mail address; `suppressed`: it takes no mails of ours, so pass on `url`. An anonymous "
            "session has none to pass on.",
            examples=["sent"],
        ),
    ]
    url: Annotated[Url | None, Meta(description=_URL)]


class InvitedList(Output):
    """What came of each address."""

    data: Annotated[
        list[Invited],
        Meta(description="The addresses in their order; a repeated request is not told of those that were refused."),
    ]


class Invitation(Output):
    """Somebody who is invited, and how far they have come."""

    id: InvitationId
    email: Email
    name: Annotated[str | None, Meta(description="The name that was given with the address.", examples=["Ada"])]
    state: Annotated[
        State,
        Meta(
            description="`not_sent`: no mail was asked for; `waiting`: it is on its way, at the latest when the address may get its one "
            "mail of a day; `sent`; `opened`: the link was, mail scanners do that, too; `joined`; `complete`; `bounced`: no mail "
            "arrives there; `stopped`: whoever reads there wants no more. Of people who were invited before a session stopped being "
            "anonymous, nothing ever tells singly whether they opened the link or joined.",
            examples=["sent"],
        ),
    ]
    anonymous: Annotated[
        bool, Meta(description="Whether nothing tells singly how far they have come.", examples=[False])
    ]
    url: Annotated[Url | None, Meta(description=_URL)]
    participant_id: Annotated[
        ThreadId | None,
        Meta(
            description="Their `participant_id`, once they joined; null where nothing tells singly how far they have come."
        ),
    ]
    sent_at: Annotated[Time | None, Meta(description="When the last invitation was sent.")]
    reminded_at: Annotated[
        Time | None,
        Meta(description="When the reminder was sent; null where nothing tells singly whether somebody has joined."),
    ]
    opened_at: Annotated[Time | None, Meta(description="When the link was opened first.")]
    joined_at: Annotated[Time | None, Meta(description="When their conversation began.")]
    completed_at: Annotated[Time | None, Meta(description="When it came to its end.")]


class InvitationCounts(Output):
    """How far all who are invited have come; also those of an anonymous session whose invitation was removed."""

    invited: Annotated[Count, Meta(description="How many are invited.")]
    sent: Annotated[Count, Meta(description="To how many a mail was sent.")]
    opened: Annotated[Count, Meta(description="How many opened their link.")]
    joined: Annotated[Count, Meta(description="How many began a conversation.")]
    complete: Annotated[Count, Meta(description="How many came to its end.")]


class InvitationList(Output):
    """A page of the people who are invited."""

    data: Annotated[list[Invitation], Meta(description="The invitations, the first one first.")]
    counts: Annotated[
        InvitationCounts | None,
        Meta(description="How far all have come; null while those of whom nothing is told singly are fewer than five."),
    ]
    can_remind: Annotated[
        bool,
        Meta(
            description="Whether anybody of all who are invited is to be reminded. Where nothing tells singly who has joined, these "
            "count as missing.",
            examples=[True],
        ),
    ]
    pagination: Annotated[Pagination, Meta(description="Which part of the list this is.")]


class Reminded(Output):
    """How many people are reminded."""

    reminded: Annotated[
        Count | None,
        Meta(
            description="To how many a reminder is on its way; null where nothing may tell who of those invited has joined."
        ),
    ]


class InvitePeople(SessionInput):
    """Whom to invite."""

    emails: Annotated[
        tuple[Address, ...],
        Meta(min_length=1, max_length=ADDRESSES, description="The addresses; each is invited once, whatever its case."),
    ]
    message: (
        Annotated[str, Meta(max_length=MESSAGE_LIMIT, description="What the mail says besides, in the host's words.")]
        | None
    ) = None


class ListInvitations(SessionInput):
    """Names a session, and which of its invitations to list."""

    limit: Limit = 20
    offset: Offset = 0


class InvitationInput(SessionInput):
    """Names an invitation to a session."""

    invitation_id: InvitationId


def invite_people(call: Call, given: InvitePeople, view: SessionView) -> Done:
    """Invite people to take part: each gets a personal link, which leads to one conversation of theirs, on whatever device.

    A session has at most 1,000 invitations: 422. Links to an anonymous session go by mail only; without a sender of mails: 400.
    """
    deps = container.invitation_deps()
    made = inviting.invite(
        view.session, given.emails, given.message or None, user_id=call.user_id, deps=deps, now=call.now
    )
    told = [_invited(call, view.session, it) for it in made]
    kept = [[it.invitation_id, it.outcome] for it in made if it.invitation_id]
    return Done(InvitedList(told), {"invited": kept})


def list_invitations(call: Call, given: ListInvitations, view: SessionView) -> InvitationList:
    """The people who are invited, and how far each has come; of an anonymous session only how many have come how far."""
    page = inviting.list_people(view.session, given.limit, given.offset, deps=container.invitation_deps())
    shown = [_shown(call, view.session, it) for it in page.people]
    of = page.counts
    counts = InvitationCounts(of.invited, of.sent, of.opened, of.joined, of.complete) if of else None
    return InvitationList(shown, counts, page.can_remind, Pagination(page.total, given.limit, given.offset))


def resend_invitation(call: Call, given: InvitationInput, view: SessionView) -> Done:
    """Send the mail to somebody once more; an address gets at most one mail a day: 429 before that."""
    deps = container.invitation_deps()
    inviting.resend(view.session, given.invitation_id, deps=deps, now=call.now)
    return Done(_found(call, view.session, given.invitation_id), {"invitation_id": given.invitation_id})


def remind_invited(call: Call, _: SessionInput, view: SessionView) -> Done:
    """Remind those who got an invitation and have not joined, each once."""
    reminded = inviting.remind(view.session, deps=container.invitation_deps(), now=call.now)
    return Done(Reminded(reminded), {"reminded": reminded})


def remove_invitation(_: Call, given: InvitationInput, view: SessionView) -> None:
    """Remove an invitation: its link lets nobody join any more. Whoever has joined goes on."""
    inviting.remove(view.session, given.invitation_id, deps=container.invitation_deps())


def _invited_again(call: Call, kept: dict[str, Any], view: SessionView) -> InvitedList:
    stored = {it.id: it for it in container.invitations().all(view.session.id) if not it.removed}
    made = [
        inviting.Invited(it.email, status, it.id, has_link=not is_private(view.session, it))
        for named, status in kept["invited"]
        if (it := stored.get(named))
    ]
    return InvitedList([_invited(call, view.session, it) for it in made])


def _resent_again(call: Call, kept: dict[str, Any], view: SessionView) -> Invitation:
    return _found(call, view.session, kept["invitation_id"])


def _reminded_again(_: Call, kept: dict[str, Any], __: SessionView) -> Reminded:
    return Reminded(kept["reminded"])


def _found(call: Call, session: Session, invitation_id: str) -> Invitation:
    return _shown(call, session, inviting.find_person(session, invitation_id, deps=container.invitation_deps()))


def personal_url(call: Call, session_id: str, invitation_id: str) -> str:
    """The personal link of an invitation as its host passes it on."""
    named = LinkedInvitation(invitation_id, by_hand=True)
    return invitation_url(call.public_url, session_id, named, container.deployment_secret())


def _invited(call: Call, session: Session, of: inviting.Invited) -> Invited:
    is_by_hand = of.has_link and (of.outcome == "suppressed" or not container.has_mail())
    url = personal_url(call, session.id, of.invitation_id) if is_by_hand and of.invitation_id else None
    return Invited(of.invitation_id, of.email, of.outcome, url)


def _shown(call: Call, session: Session, of: Progress) -> Invitation:
    invitation, thread = of.invitation, of.thread
    is_hidden = is_private(session, invitation)
    is_by_hand = not is_hidden and (not container.has_mail() or of.state in ("not_sent", "bounced", "stopped"))
    return Invitation(
        invitation.id,
        invitation.email,
        invitation.name,
        of.state,
        is_hidden,
        personal_url(call, session.id, invitation.id) if is_by_hand else None,
        thread.id if thread else None,
        moment_or_null(invitation.sent_at),
        moment_or_null(tell_reminded(session, invitation)),
        moment_or_null(tell_opened(session, invitation)),
        moment_or_null(thread.created_at if thread else None),
        moment_or_null(thread.concluded_at if thread else None),
    )


OPERATIONS = (
    Operation(
        invite_people,
        "editor",
        InvitePeople,
        InvitedList,
        reads=session_with(),
        again=Repeat(_invited_again),
        creates=True,
        fails=(Conflict, Unprocessable),
    ),
    Operation(list_invitations, "editor", ListInvitations, InvitationList, reads=session_with(), settled=False),
    Operation(
        resend_invitation,
        "editor",
        InvitationInput,
        Invitation,
        reads=session_with(),
        again=Repeat(_resent_again),
        fails=(RateLimited,),
        settled=False,
    ),
    Operation(remind_invited, "editor", SessionInput, Reminded, reads=session_with(), again=Repeat(_reminded_again)),
    Operation(remove_invitation, "editor", InvitationInput, reads=session_with()),
)
