"""Who may give, change and take away roles, in a session or a project alike.

Admins and owners do; nobody gives a role above their own, and whoever is a member may lower their role or leave. There is one owner,
who stays it until somebody has accepted to be it: the owner offers that, and whoever accepts makes the other an admin.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, Forbidden, NotFound, Refused
from chalicelib.model import Role, Session, SessionView
from chalicelib.model.projects import Member, Project, ProjectView
from chalicelib.model.sessions import highest, is_at_least, lowest
from chalicelib.services.participants.scopes import user_of
from chalicelib.store.members import Members
from chalicelib.store.projects import Projects

if TYPE_CHECKING:
    from chalicelib.store.conversations import Conversations

IN_SESSION = "You don't have access to this session"
IN_PROJECT = "You don't have access to this project"
_MOVED = "Somebody else is changing this member right now; try again"
Step = Literal["change", "offer", "accept"]
_STAYS = "the owner stays the owner until somebody else has accepted to be it"


def judge_change(actor_id: str, actor_role: Role, target: Member, role: Role, forbidden: str) -> Step:
    """What it is to give a member this role. Raises Forbidden where the actor may not, Invalid where it cannot be."""
    is_self = actor_id == target.user_id
    if role == "owner":
        if is_self and (target.offered_at or target.role == "owner"):
            return "accept"
        if is_self or actor_role != "owner":
            raise Forbidden(forbidden)
        return "offer"
    if target.role == "owner":
        _require_admin(actor_role, forbidden)
        raise Refused("owner_stays", f"role: {_STAYS}")
    if not (is_self and is_at_least(target.role, role)):
        _require_admin(actor_role, forbidden)
    return "change"


def require_removal(actor_id: str, actor_role: Role, target: Member, forbidden: str) -> None:
    """Raises Forbidden unless the actor may take this member's role away, Invalid for the owner."""
    if actor_id != target.user_id:
        _require_admin(actor_role, forbidden)
    if target.role == "owner":
        raise Refused("owner_stays", f"user_id: {_STAYS}")


def _require_admin(role: Role, forbidden: str) -> None:
    if not is_at_least(role, "admin"):
        raise Forbidden(forbidden)


class ListedMember(Struct, frozen=True):
    """Somebody with a role in a session, the highest of their own and those that its projects give."""

    member: Member
    own_role: Role | None
    project_ids: tuple[str, ...] = ()


def list_project_members(project: Project, *, projects: Projects) -> list[Member]:
    """The members of a project."""
    return [_as_offered(member, project.owner_id) for member in projects.members(project.id)]


def list_session_members(session: Session, *, members: Members, projects: Projects) -> list[ListedMember]:
    """Everybody with a role in a session. Each of its projects costs a read."""
    own = [_as_offered(member, session.owner_id) for member in members.list(session.id)]
    found = {member.user_id: ListedMember(member, member.role) for member in own}
    for project_id, most in sorted(session.projects.items()):
        for member in projects.members(project_id):
            role, known = lowest(member.role, most), found.get(member.user_id)
            if known is None:
                found[member.user_id] = ListedMember(Member(member.user_id, role), None, (project_id,))
                continue
            raised = replace(known.member, role=highest(known.member.role, role))
            found[member.user_id] = replace(known, member=raised, project_ids=(*known.project_ids, project_id))
    return list(found.values())


def change_project_role(
    view: ProjectView, actor_id: str, user_id: str, role: Role, *, projects: Projects, now: datetime
) -> Member:
    """Give a member of a project this role, offer them to be its owner, or accept that; gives them as they are then."""
    project = view.project
    target = _as_offered(_found(projects.member(project.id, user_id)), project.owner_id)
    step = judge_change(actor_id, view.role or "viewer", target, role, IN_PROJECT)
    if target.role == role and not target.offered_at:
        return target
    match step:
        case "offer":
            _require_stored(projects.offer(project.id, user_id, project.owner_id, now))
            return replace(target, offered_at=now)
        case "accept":
            _require_stored(projects.hand_over(project, target, now))
        case "change":
            _require_stored(projects.change_role(project.id, target, role))
    return replace(target, role=role, offered_at=None)


def remove_project_member(view: ProjectView, actor_id: str, user_id: str, *, projects: Projects) -> None:
    """Take a member's role in a project away."""
    target = _found(projects.member(view.project.id, user_id))
    require_removal(actor_id, view.role or "viewer", target, IN_PROJECT)
    _require_stored(projects.remove_member(view.project.id, target))


def change_session_role(
    view: SessionView, actor_id: str, user_id: str, role: Role, *, members: Members, now: datetime
) -> Member:
    """The same in a session. Its owner is one of its members; whoever has that role by a project hands nothing over."""
    session = view.session
    target = _as_offered(_found(members.find(session.id, user_id)), session.owner_id)
    actor_role = view.role if actor_id == session.owner_id or view.role != "owner" else "admin"
    step = judge_change(actor_id, actor_role or "viewer", target, role, IN_SESSION)
    if target.role == role and not target.offered_at:
        return target
    match step:
        case "offer":
            _require_stage_models(session)
            _require_stored(members.offer(session.id, user_id, session.owner_id, now))
            return replace(target, offered_at=now)
        case "accept":
            _require_stage_models(session)
            _require_stored(members.hand_over(session, target, now))
        case "change":
            _require_stored(members.change_role(session.id, target, role))
    return replace(target, role=role, offered_at=None)


def remove_session_member(
    view: SessionView, actor_id: str, user_id: str, *, members: Members, conversations: "Conversations"
) -> None:
    """Take a member's own role in a session away."""
    target = _found(members.find(view.session.id, user_id))
    require_removal(actor_id, view.role or "viewer", target, IN_SESSION)
    end_session_role(view.session, target, members=members, conversations=conversations)


def end_session_role(session: Session, member: Member, *, members: Members, conversations: "Conversations") -> None:
    """End a member's own role in a session, whoever may want that. What they said there is still found when their account goes. Raises
    Conflict where they are not what was read any more."""
    threads = sum(user_of(head.scope) == member.user_id for head in conversations.heads(session.id))
    _require_stored(members.remove(session, member, threads))


def _found(member: Member | None) -> Member:
    if member is None:
        raise NotFound("There is no such member")
    return member


def _as_offered(member: Member, owner_id: str) -> Member:
    """A member without an offer of ownership that somebody made who is not the owner any more."""
    return member if member.offered_by == owner_id else replace(member, offered_at=None)


def _require_stored(done: bool) -> None:
    if not done:
        raise Conflict(_MOVED)


def _require_stage_models(session: Session) -> None:
    """Whose provider sees the words was promised to participants, and another owner's is another one."""
    if session.models == "account":
        told = "role owner: the session answers on its owner's own models; set models to stage first"
        raise Refused("own_models", told)
