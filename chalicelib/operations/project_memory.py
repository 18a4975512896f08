"""The memory of a project: exactly what its new sessions begin with, and where that comes from."""

from typing import Annotated

from msgspec import Meta

from chalicelib import container
from chalicelib.model import STANCES
from chalicelib.model.memory import ConclusionKind
from chalicelib.model.projects import ProjectView
from chalicelib.operations.fields import Count, SessionId, Time, moment
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.project_output import ProjectInput
from chalicelib.operations.results import Stances
from chalicelib.operations.subject import ProjectRead


class MemoryPoint(Output):
    """Something that at least three people of a concluded session speak of."""

    kind: Annotated[
        ConclusionKind,
        Meta(
            description="`settled` where nearly all who take a side take the same one, `tension` where groups of three and more take "
            "either, else `theme`.",
            examples=["settled"],
        ),
    ]
    label: Annotated[
        str | None,
        Meta(description="Its name; null where that could be one person's words.", examples=["Longer breaks"]),
    ]
    text: Annotated[
        str | None,
        Meta(
            description="What people hold, in words that are nobody's; null where none are left.",
            examples=["People want a longer break at noon."],
        ),
    ]
    participants: Annotated[Count, Meta(description="How many people speak of it, three at least.")]
    stances: Annotated[
        Stances | None, Meta(description="Where they stand; null where that would tell of fewer than three.")
    ]
    session_id: Annotated[SessionId, Meta(description="The session that came to it.")]
    session_topic: Annotated[str, Meta(description="What that session is called.", examples=["Canteen 2026"])]


class ProjectMemory(Output):
    """What new sessions of a project begin with."""

    inherit: Annotated[
        bool, Meta(description="Whether new sessions begin with it; an editor sets that.", examples=[True])
    ]
    in_use: Annotated[
        bool,
        Meta(
            description="Whether a session that began now would have it: that is wanted, and a session of three people or more has ended.",
            examples=[True],
        ),
    ]
    text: Annotated[
        str,
        Meta(
            description="The block exactly as facilitators of new sessions are given it, at most 6,000 characters; empty without any.",
            examples=['<settled label="Longer breaks">People want a longer break at noon.</settled>'],
        ),
    ]
    points: Annotated[list[MemoryPoint], Meta(description="What it is made of, in its order.")]
    version: Annotated[
        str | None,
        Meta(
            description="Names this state of it; null without any. A session keeps what it began with.",
            examples=["b5d4045c3f466fa9"],
        ),
    ]
    updated_at: Annotated[Time | None, Meta(description="When the last of it came to be; null without any.")]


def get_project_memory(call: Call, _: ProjectInput, view: ProjectView) -> ProjectMemory:
    """What new sessions of the project begin with: what its concluded sessions came to, of which at least three people speak.

    It is in nobody's words, without quotes, and without anybody who wants nothing passed on, was taken out, or tested. The
    facilitator asks with it, and tells nothing of it. Where somebody is removed, it goes from here, and from the sessions that have it.
    """
    from chalicelib.services.projects.memory import read_memory
    from chalicelib.services.prompts.project_memory import render_memory

    memory = read_memory([view.project.id], call.now, deps=container.memory_deps())
    sessions = container.sessions().find_each(memory.session_ids) if memory.points else {}
    points = [
        MemoryPoint(
            kind=it.point.kind,
            label=it.point.label or None,
            text=it.point.text or None,
            participants=it.point.participants,
            stances=Stances(*(it.point.stances.get(name, 0) for name in STANCES)) if it.point.stances else None,
            session_id=it.session_id,
            session_topic=sessions[it.session_id].topic,
        )
        for it in memory.points
        if it.session_id in sessions
    ]
    return ProjectMemory(
        inherit=view.project.inherit,
        in_use=view.project.inherit and bool(points),
        text=render_memory(memory),
        points=points,
        version=memory.version if points else None,
        updated_at=moment(memory.updated_at) if memory.updated_at else None,
    )


OPERATIONS = (Operation(get_project_memory, "viewer", ProjectInput, ProjectMemory, reads=ProjectRead()),)
