"""Inviting people to be members of sessions and projects: by mail, and where none goes to them, by a link to pass on by hand."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from chalicelib import container
from chalicelib.errors import Conflict, NotFound, RateLimited, Unavailable, Unprocessable
from chalicelib.model import SessionView
from chalicelib.model.member_invitations import GivenRole, MailState, MemberInvitation
from chalicelib.operations.fields import SessionInput, Time, Uuid, moment
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat, Run
from chalicelib.operations.project_output import ProjectInput
from chalicelib.operations.subject import ProjectRead, Read, session_with
from chalicelib.services.member_invitations import inviting
from chalicelib.services.member_invitations.inviting import ADDRESSES, Place, Wanted
from chalicelib.services.member_invitations.links import member_invitation_url
from chalicelib.text.language import choose_own_language

MESSAGE_LIMIT, ADDRESS_LIMIT = 1_000, 500

InvitationId = Annotated[
    Uuid, Meta(description="The id of the invitation.", examples=["5d0c3f0a-9a51-4c0b-8a46-0f3f7d1c2b3a"])
]
Email = Annotated[str, Meta(description="The address that it is for.", examples=["ada@example.com"])]
Role = Annotated[GivenRole, Meta(description="The role that it gives.", examples=["editor"])]
ExpiresAt = Annotated[Time, Meta(description="Until when it can be accepted.")]
_URL = (
    "The link, this once, where no mail brings it: to be passed on by hand. Whoever has it sees what it is about; to accept takes an "
    "account of the address. Null where a mail goes out, and where the same request came before."
)


class InvitedMember(Output):
    """What came of one address."""

    id: Annotated[InvitationId | None, Meta(description="The id of the invitation; null where there is none.")]
    email: Email
    role: Role
    status: Annotated[
        Literal["sent", "no_mail", "member", "refused"],
        Meta(
            description="`sent`: a mail is on its way; `no_mail`: none goes there, pass on `url`; `member`: the address has a role there "
            "already; `refused`: it is no e-mail address, or has as many invitations as it can have.",
            examples=["sent"],
        ),
    ]
    url: Annotated[
        str | None, Meta(description=_URL, examples=["https://harmonica.example.com/invitation?t=s.3f0b7c52-…"])
    ]
    expires_at: ExpiresAt | None


class InvitedMemberList(Output):
    """What came of each address."""

    data: Annotated[
        list[InvitedMember],
        Meta(
            description="The addresses in their order, each once; a repeated request is told of those alone that have an open invitation."
        ),
    ]


class MemberInvitationOutput(Output):
    """Somebody who is invited to be a member, and has not answered."""

    id: InvitationId
    email: Email
    role: Role
    mail: Annotated[
        MailState,
        Meta(
            description="`waiting`: it is on its way; `sent`; `no_mail`: none is sent here; `held`: the address has got as many as it gets "
            "on a day; `undeliverable`: no mail arrives there; `stopped`: whoever reads there wants no more. Where none goes, sending "
            "it again gives a link.",
            examples=["sent"],
        ),
    ]
    message: Annotated[str | None, Meta(description="What the mail says besides.", examples=["Glad to have you."])]
    invited_by: Annotated[
        Uuid, Meta(description="The id of the user who invites.", examples=["0c9d8e7f-1a2b-4c3d-9e4f-5a6b7c8d9e0f"])
    ]
    holds: Annotated[
        bool,
        Meta(
            description="Whether it lets anybody in: not where whoever made it may not invite any more. Whoever sends it again makes it "
            "theirs.",
            examples=[True],
        ),
    ]
    created_at: Annotated[Time, Meta(description="When it was made.")]
    expires_at: ExpiresAt


class MemberInvitationList(Output):
    """Who is invited and has not answered."""

    data: Annotated[list[MemberInvitationOutput], Meta(description="The invitations, the first one first.")]


class ResentInvitation(MemberInvitationOutput):
    """An invitation that was sent again."""

    url: Annotated[
        str | None, Meta(description=_URL, examples=["https://harmonica.example.com/invitation?t=s.3f0b7c52-…"])
    ]


Emails = Annotated[
    tuple[
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=ADDRESS_LIMIT,
                description="An e-mail address, by itself or behind a name.",
                examples=["ada@example.com"],
            ),
        ],
        ...,
    ],
    Meta(
        min_length=1,
        max_length=ADDRESSES,
        description="The addresses, whatever their case. One that is invited already has the new invitation in place of the other.",
    ),
]
Message = Annotated[str, Meta(max_length=MESSAGE_LIMIT, description="What the mail says besides, in the host's words.")]
MailLanguage = Annotated[
    Literal["en", "de", "es", "fr", "ar", "zh-Hans", "zh-Hant"],
    Meta(description="The language of the mail; else the session's, or English."),
]
WantedRole = Annotated[GivenRole, Meta(description="The role to give.", examples=["editor"])]


class InviteToSession(SessionInput):
    """Whom to invite to be members of a session, and as what."""

    emails: Emails
    role: WantedRole = "viewer"
    message: Message | None = None
    language: MailLanguage | None = None


class InviteToProject(ProjectInput):
    """Whom to invite to be members of a project, and as what."""

    emails: Emails
    role: WantedRole = "viewer"
    message: Message | None = None
    language: MailLanguage | None = None


class SessionInvitationInput(SessionInput):
    """Names an invitation to a session."""

    invitation_id: InvitationId


class ProjectInvitationInput(ProjectInput):
    """Names an invitation to a project."""

    invitation_id: InvitationId


def invite_to_session(call: Call, given: InviteToSession, place: Place) -> Done:
    """Invite people to be members of a session, for fourteen days; by a mail, where mails are sent. 422 beyond 50 open ones.

    They need no account: an invitation lets its address open one, also where nobody else may.
    """
    return _invite(call, given, place)


def invite_to_project(call: Call, given: InviteToProject, place: Place) -> Done:
    """Invite people to be members of a project, and so of its sessions, for fourteen days. 422 beyond 50 open ones."""
    return _invite(call, given, place)


def list_session_invitations(call: Call, _: SessionInput, place: Place) -> MemberInvitationList:
    """Who is invited to be a member of a session, and has not answered."""
    return _list(call, place)


def list_project_invitations(call: Call, _: ProjectInput, place: Place) -> MemberInvitationList:
    """Who is invited to be a member of a project, and has not answered."""
    return _list(call, place)


def resend_session_invitation(call: Call, given: SessionInvitationInput, place: Place) -> Done:
    """Send an invitation to a session again, with a new link and fourteen more days; the earlier link ends."""
    return _resend(call, given.invitation_id, place)


def resend_project_invitation(call: Call, given: ProjectInvitationInput, place: Place) -> Done:
    """Send an invitation to a project again, with a new link and fourteen more days; the earlier link ends."""
    return _resend(call, given.invitation_id, place)


def withdraw_session_invitation(call: Call, given: SessionInvitationInput, place: Place) -> None:
    """Take an invitation to a session back. Who has accepted it stays a member."""
    _withdraw(call, given.invitation_id, place)


def withdraw_project_invitation(call: Call, given: ProjectInvitationInput, place: Place) -> None:
    """Take an invitation to a project back. Who has accepted it stays a member."""
    _withdraw(call, given.invitation_id, place)


def _invite(call: Call, given: InviteToSession | InviteToProject, place: Place) -> Done:
    wanted = Wanted(given.emails, given.role, given.message or None, given.language or _language_of(place))
    made = inviting.invite_members(
        place, wanted, user_id=call.user_id, deps=container.inviting_deps(), now=call.now, new_id=call.new_id
    )
    told = [
        InvitedMember(
            it.invitation.id if it.invitation else None,
            it.email,
            it.role,
            it.outcome,
            _url(call, place, it.invitation, it.token),
            moment(it.invitation.expires_at) if it.invitation else None,
        )
        for it in made
    ]
    return Done(InvitedMemberList(told), {"invited": [it.invitation.id for it in made if it.invitation]})


def _language_of(place: Place) -> str:
    if isinstance(place, SessionView):
        return choose_own_language(place.session.language, f"{place.session.topic}. {place.session.goal}")
    return choose_own_language(None, f"{place.project.title}. {place.project.description or ''}")


def _invited_again(call: Call, kept: dict[str, Any], place: Place) -> InvitedMemberList:
    stored = container.member_invitations().of(inviting.subject_of(place)).open(call.now)
    return InvitedMemberList(
        [
            InvitedMember(
                it.id,
                it.email,
                it.role,
                "sent" if it.mail in ("waiting", "sent") else "no_mail",
                None,
                moment(it.expires_at),
            )
            for it in stored
            if it.id in kept["invited"]
        ]
    )


def _list(call: Call, place: Place) -> MemberInvitationList:
    found = inviting.list_member_invitations(place, deps=container.inviting_deps(), now=call.now)
    return MemberInvitationList([MemberInvitationOutput(**_shown(it, holds=holds)) for it, holds in found])


def _resend(call: Call, invitation_id: str, place: Place) -> Done:
    deps = container.inviting_deps()
    again, token = inviting.resend_member_invitation(
        place, invitation_id.lower(), user_id=call.user_id, deps=deps, now=call.now
    )
    shown = ResentInvitation(**_shown(again, holds=True), url=_url(call, place, again, token))
    return Done(shown, {"invitation_id": again.id})


def _resent_again(call: Call, kept: dict[str, Any], place: Place) -> ResentInvitation:
    found = inviting.list_member_invitations(place, deps=container.inviting_deps(), now=call.now)
    for it, holds in found:
        if it.id == kept["invitation_id"]:
            return ResentInvitation(**_shown(it, holds=holds), url=None)
    raise NotFound("Invitation not found")


def _withdraw(call: Call, invitation_id: str, place: Place) -> None:
    inviting.withdraw_member_invitation(place, invitation_id.lower(), deps=container.inviting_deps(), now=call.now)


def _url(call: Call, place: Place, invitation: MemberInvitation | None, token: str) -> str | None:
    if invitation is None or not token:
        return None
    return member_invitation_url(call.public_url, inviting.subject_of(place), invitation.id, token)


def _shown(of: MemberInvitation, *, holds: bool) -> dict[str, Any]:
    return {
        "id": of.id,
        "email": of.email,
        "role": of.role,
        "mail": of.mail,
        "message": of.message,
        "invited_by": of.invited_by,
        "holds": holds,
        "created_at": moment(of.created_at),
        "expires_at": moment(of.expires_at),
    }


_MAKING = (Conflict, RateLimited, Unavailable, Unprocessable)
_AGAIN, _RESENT = Repeat(_invited_again), Repeat(_resent_again)


def _operations(
    reads: Read, named: type[Struct], one: type[Struct], invited: type[Struct], *runs: Run
) -> tuple[Operation, ...]:
    """Gives what admins do about the invitations of a session or a project, as those `runs` do it: invite, list, send again, take back."""
    invite, listing, resend, withdraw = runs
    return (
        Operation(invite, "admin", invited, InvitedMemberList, reads=reads, again=_AGAIN, creates=True, fails=_MAKING),
        Operation(listing, "admin", named, MemberInvitationList, reads=reads, settled=False),
        Operation(resend, "admin", one, ResentInvitation, reads=reads, again=_RESENT, fails=_MAKING, settled=False),
        Operation(withdraw, "admin", one, reads=reads, fails=(Conflict, NotFound)),
    )


OPERATIONS = (
    *_operations(
        session_with(),
        SessionInput,
        SessionInvitationInput,
        InviteToSession,
        invite_to_session,
        list_session_invitations,
        resend_session_invitation,
        withdraw_session_invitation,
    ),
    *_operations(
        ProjectRead(),
        ProjectInput,
        ProjectInvitationInput,
        InviteToProject,
        invite_to_project,
        list_project_invitations,
        resend_project_invitation,
        withdraw_project_invitation,
    ),
)
