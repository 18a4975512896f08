"""What is told of projects and their members; and the fields that set it."""

from typing import Annotated, Any

from msgspec import Meta

from chalicelib.model import Role
from chalicelib.model.projects import DEPTH, MEMBERS_A_PROJECT, ProjectStatus, ProjectView
from chalicelib.operations.fields import Count, Pagination, Time, Uuid, moment
from chalicelib.operations.operation import Input, Output

ProjectId = Annotated[
    str, Meta(extra_json_schema={"format": "uuid"}, examples=["5b1c9a74-0e2d-4f6b-8a3c-7d9e1f2a3b4c"])
]
Title = Annotated[str, Meta(min_length=1, max_length=200, description="What it is called.", examples=["Canteen 2026"])]
Description = Annotated[
    str, Meta(max_length=2_000, description="What it is about.", examples=["All that we ask on food."])
]
Location = Annotated[str, Meta(max_length=200, description="Where it takes place.", examples=["Leeds"])]
Color = Annotated[
    str,
    Meta(pattern="^#[0-9a-fA-F]{6}$", description="The colour of its banner, like #0b6156.", examples=["#0b6156"]),
]
ParentId = Annotated[
    str,
    Meta(
        max_length=200,
        description=f"The project that it lies within, at most {DEPTH} deep. That is for order alone: it gives nobody a role.",
        examples=[None],
    ),
]
Inherit = Annotated[
    bool,
    Meta(
        description="Whether new sessions of it begin with what its concluded ones came to: the project's memory.",
        examples=[True],
    ),
]
ShownRole = Annotated[Role, Meta(description="The caller's role in it.", examples=["owner"])]


class ProjectInput(Input):
    """Names a project."""

    project_id: Annotated[ProjectId, Meta(description="The id of the project.")]


class Project(Output):
    """A project: sessions that belong together. A role in it holds in each of them."""

    id: Annotated[ProjectId, Meta(description="The id of the project.")]
    title: Title
    description: Description | None
    status: Annotated[
        ProjectStatus, Meta(description="An archived one is set aside; nothing else is different.", examples=["active"])
    ]
    is_public: Annotated[
        bool, Meta(description="Whether anybody may see it; nobody may who has no role.", examples=[False])
    ]
    created_at: Annotated[Time, Meta(description="When it was made.")]
    updated_at: Annotated[Time, Meta(description="When it was last changed; which sessions are in it does not count.")]
    location: Location | None
    color: Annotated[str | None, Meta(description="The colour of its banner.", examples=["#0b6156"])]
    parent_id: Annotated[
        Uuid | None, Meta(description="The project that it lies within; null for none.", examples=[None])
    ]
    inherit: Inherit
    session_count: Annotated[Count, Meta(description="How many sessions are in it.")]
    member_count: Annotated[
        Count, Meta(description=f"How many people have a role in it, at most {MEMBERS_A_PROJECT}.", examples=[3])
    ]
    role: ShownRole


class ProjectWithSessions(Project):
    """A project, and which sessions are in it."""

    session_ids: Annotated[list[Uuid], Meta(description="The sessions that are in it.", examples=[[]])]


class ProjectList(Output):
    """A page of projects."""

    data: Annotated[list[Project], Meta(description="The projects, the one that changed last first.")]
    pagination: Annotated[Pagination, Meta(description="Which part of the list this is.")]


def show_project(view: ProjectView) -> Project:
    """A project as its members see it."""
    return Project(**shown(view))


def shown(view: ProjectView) -> dict[str, Any]:
    """What is told of a project, by the names of the fields."""
    of = view.project
    same = ("id", "title", "description", "status", "is_public", "location", "color", "parent_id", "inherit")
    return {
        **{name: getattr(of, name) for name in same},
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
        "session_count": of.sessions,
        "member_count": of.members,
        "role": view.role or "viewer",
    }
