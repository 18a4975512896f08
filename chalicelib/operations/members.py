"""The members of sessions and projects: who they are, and what they may."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from chalicelib import container
from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.model import Role, SessionView
from chalicelib.model.member_invitations import Subject
from chalicelib.model.projects import Member as StoredMember
from chalicelib.model.projects import ProjectView
from chalicelib.operations.fields import SessionInput, Time, Uuid, moment_or_null
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.project_output import ProjectInput
from chalicelib.operations.subject import ProjectRead, session_with
from chalicelib.services.access import membership
from chalicelib.services.access.membership import ListedMember
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.notifications.ownership import take_offer_back, tell_of_offer

UserId = Annotated[Uuid, Meta(description="The user's id.", examples=["0c9d8e7f-1a2b-4c3d-9e4f-5a6b7c8d9e0f"])]
GivenRole = Annotated[
    Role,
    Meta(
        description="The role to give. `owner`, sent by the owner, offers a member to become it; sent by that member for themselves, "
        "it accepts, and who was the owner is an admin then. Any other role takes an offer back, or declines it.",
        examples=["editor"],
    ),
]


class Member(Output):
    """Somebody with a role."""

    user_id: UserId
    name: Annotated[str | None, Meta(description="The user's name.", examples=["Ana"])]
    email: Annotated[
        str | None,
        Meta(description="The user's address; null for who may not change roles.", examples=["ana@example.com"]),
    ]
    role: Annotated[Role, Meta(description="The role.", examples=["editor"])]
    added_at: Annotated[Time | None, Meta(description="Since when; null where nobody kept that.")]
    offered_at: Annotated[
        Time | None,
        Meta(description="Since when they may accept to become the owner; null: they may not.", examples=[None]),
    ]


class SessionMember(Member):
    """Somebody with a role in a session, of their own or by a project."""

    own_role: Annotated[
        Role | None,
        Meta(description="The role that they have in the session itself; `role` is the highest.", examples=["editor"]),
    ]
    project_ids: Annotated[
        list[Uuid], Meta(description="The projects of the session by which they have a role.", examples=[[]])
    ]


class MemberList(Output):
    """Who has a role in a project."""

    data: Annotated[list[Member], Meta(description="The members, the highest roles first.")]


class SessionMemberList(Output):
    """Who has a role in a session."""

    data: Annotated[list[SessionMember], Meta(description="The members, the highest roles first.")]


class ProjectMemberInput(ProjectInput):
    """Names a member of a project."""

    user_id: UserId


class ChangeProjectMember(ProjectMemberInput):
    """A role for a member of a project."""

    role: GivenRole


class SessionMemberInput(SessionInput):
    """Names a member of a session."""

    user_id: UserId


class ChangeSessionMember(SessionMemberInput):
    """A role for a member of a session."""

    role: GivenRole


def list_project_members(_: Call, __: ProjectInput, view: ProjectView) -> MemberList:
    """Who has a role in a project."""
    members = membership.list_project_members(view.project, projects=container.projects())
    return MemberList([Member(**it) for it in _shown(members, view.role)])


def change_project_member(call: Call, given: ChangeProjectMember, view: ProjectView) -> Member:
    """Give a member of a project another role, or hand the project over.

    Admins and the owner change roles; everybody may lower their own. Nobody gives a role above their own.
    """
    changed = membership.change_project_role(
        view, call.user_id, given.user_id.lower(), given.role, projects=container.projects(), now=call.now
    )
    tell_of_offer(_project(view), call.user_id, changed, call.now, deps=container.notification_deps())
    (shown,) = _shown([changed], view.role)
    return Member(**shown)


def remove_project_member(call: Call, given: ProjectMemberInput, view: ProjectView) -> None:
    """Take a member's role in a project away, and with it what it gave in sessions, at once. Everybody may leave, but the owner."""
    membership.remove_project_member(view, call.user_id, given.user_id.lower(), projects=container.projects())
    take_offer_back(_project(view), given.user_id.lower(), deps=container.notification_deps())


def list_session_members(_: Call, __: SessionInput, view: SessionView) -> SessionMemberList:
    """Who has a role in a session, of their own or by a project that it is in."""
    found = membership.list_session_members(view.session, members=container.members(), projects=container.projects())
    shown = _shown([it.member for it in found], view.role)
    by_id = {it.member.user_id: it for it in found}
    return SessionMemberList([_session_member(it, by_id[str(it["user_id"])]) for it in shown])


def change_session_member(call: Call, given: ChangeSessionMember, view: SessionView) -> Member:
    """Give a member of a session another role there, or hand the session over.

    Admins and the owner change roles; everybody may lower their own. Nobody gives a role above their own.
    """
    changed = membership.change_session_role(
        view, call.user_id, given.user_id.lower(), given.role, members=container.members(), now=call.now
    )
    tell_of_offer(_session(view), call.user_id, changed, call.now, deps=container.notification_deps())
    (shown,) = _shown([changed], view.role)
    return Member(**shown)


def remove_session_member(call: Call, given: SessionMemberInput, view: SessionView) -> None:
    """Take a member's own role in a session away. What they may by a project that the session is in stays."""
    members, conversations = container.members(), container.conversations()
    membership.remove_session_member(
        view, call.user_id, given.user_id.lower(), members=members, conversations=conversations
    )
    take_offer_back(_session(view), given.user_id.lower(), deps=container.notification_deps())


def _project(view: ProjectView) -> Subject:
    return Subject("project", view.project.id)


def _session(view: SessionView) -> Subject:
    return Subject("session", view.session.id)


def _shown(members: Sequence[StoredMember], role: Role | None) -> list[dict[str, Any]]:
    """What is told of members to somebody with this role, by the names of the fields; an account that is gone has no name."""
    people = container.accounts().people({member.user_id for member in members})
    with_address = is_at_least(role, "admin")
    shown: list[dict[str, Any]] = []
    for member in sorted(members, key=_rank):
        user = people.get(member.user_id)
        shown.append(
            {
                "user_id": member.user_id,
                "name": user.name if user else None,
                "email": user.email if user and with_address else None,
                "role": member.role,
                "added_at": moment_or_null(member.added_at),
                "offered_at": moment_or_null(member.offered_at),
            }
        )
    return shown


def _rank(member: StoredMember) -> tuple[int, str]:
    return ("owner", "admin", "editor", "viewer").index(member.role), member.user_id


def _session_member(shown: dict[str, Any], of: ListedMember) -> SessionMember:
    return SessionMember(**shown, own_role=of.own_role, project_ids=list(of.project_ids))


_CHANGING = (Conflict, Forbidden, NotFound)

OPERATIONS = (
    Operation(list_project_members, "viewer", ProjectInput, MemberList, reads=ProjectRead()),
    Operation(change_project_member, "viewer", ChangeProjectMember, Member, reads=ProjectRead(), fails=_CHANGING),
    Operation(remove_project_member, "viewer", ProjectMemberInput, reads=ProjectRead(), fails=(*_CHANGING, Invalid)),
    Operation(list_session_members, "viewer", SessionInput, SessionMemberList, reads=session_with()),
    Operation(change_session_member, "viewer", ChangeSessionMember, Member, reads=session_with(), fails=_CHANGING),
    Operation(remove_session_member, "viewer", SessionMemberInput, reads=session_with(), fails=(*_CHANGING, Invalid)),
)
