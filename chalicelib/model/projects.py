"""Records of projects: sessions that belong together, and the people who have a role in all of them."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.model.sessions import Role

ProjectStatus = Literal["active", "archived", "deleted"]
DEPTH = 3  # of projects within each other
# All roles in a project end in one transaction, which has a hundred writes: the project's own, and one a member.
MEMBERS_A_PROJECT = 99
MEMBERS_A_SESSION = 100
# All that somebody has a role in is in one item, which every request of theirs reads.
PROJECTS_A_USER = 200
PROJECTS_A_SESSION = 20
MOST_BY_PROJECT: Role = "admin"  # in its sessions: each has one owner


class Project(Struct, frozen=True):
    """A project as it is stored. `parent_id` is the one that it lies within; that is for order alone, and gives no rights.

    With `inherit`, new sessions of it begin with what its concluded ones came to. `sessions` and `members` count. `revision` grows with
    each change of who is a member, or of a member's role; `nesting_revision` with each project that comes to lie within it, however deep.
    """

    id: str
    owner_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    status: ProjectStatus = "active"
    is_public: bool = False
    location: str | None = None
    color: str | None = None
    parent_id: str | None = None
    inherit: bool = True
    knowledge_asked_at: datetime | None = None  # when that of its sessions was asked for last
    sessions: int = 0
    members: int = 1
    revision: int = 0
    nesting_revision: int = 0


class ProjectView(Struct, frozen=True):
    """A project, and the role that somebody has in it."""

    project: Project
    role: Role | None = None


class Member(Struct, frozen=True):
    """Somebody with a role in a session or a project. Since `offered_at` they may become its owner, while `offered_by` is that."""

    user_id: str
    role: Role
    added_at: datetime | None = None
    offered_at: datetime | None = None
    offered_by: str | None = None
