"""What the sessions of a project came to know, rolled up in five groups."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.model.projects import ProjectView
from chalicelib.operations.fields import Count, SessionId, Time, moment
from chalicelib.operations.knowledge import Evidence, ids_of
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.project_output import ProjectInput
from chalicelib.operations.subject import ProjectRead
from chalicelib.services.access.rate_limits import require_suggestion_pace

if TYPE_CHECKING:
    from chalicelib.services.projects.knowledge import Known as Stored


class KnownIn(Output):
    """A session that something is from."""

    session_id: Annotated[SessionId, Meta(description="The session.")]
    session_topic: Annotated[str, Meta(description="What it is called.", examples=["Canteen 2026"])]
    evidence: Evidence


class Known(Output):
    """Something that sessions came to know."""

    label: Annotated[str | None, Meta(description="Its name; null where it has none.", examples=["Later buses"])]
    text: Annotated[str | None, Meta(description="What it says.", examples=["Buses run until midnight."])]
    recurring: Annotated[bool, Meta(description="Whether several sessions name it alike.", examples=[False])]
    sessions: Annotated[list[KnownIn], Meta(description="The sessions that it is from, the oldest first.")]


_List = Annotated[
    list[Known], Meta(description="The last 200, in the order of the sessions, which no later one changes.")
]


class ProjectKnowledge(Output):
    """What the sessions of a project came to know, in five groups."""

    decisions: _List
    tensions: _List
    actions: _List
    open_questions: _List
    themes: Annotated[list[Known], Meta(description="Of which three people speak at least, in the same order.")]
    status: Annotated[
        Literal["none", "partial", "running", "failed", "complete"],
        Meta(
            description="How far it is: `complete` where each session with a summary has knowledge, `running` for a quarter of an hour "
            "after it was asked for, `failed` where some is missing after that.",
            examples=["complete"],
        ),
    ]
    sessions: Annotated[Count, Meta(description="How many sessions have a summary.")]
    known: Annotated[Count, Meta(description="How many of them have knowledge.")]
    generated_at: Annotated[Time | None, Meta(description="When the last of it was generated; null without any.")]


class KnowledgeAsked(Output):
    """What was asked for."""

    status: Annotated[
        Literal["running", "skipped"], Meta(description="Whether jobs are at work now.", examples=["running"])
    ]
    sessions: Annotated[Count, Meta(description="For how many sessions.")]
    reason: (
        Annotated[str, Meta(description="Why nothing was asked for.", examples=["Nothing is missing"])] | UnsetType
    ) = UNSET


def gather_project_knowledge(call: Call, _: ProjectInput, view: ProjectView) -> Done:
    """Have knowledge generated of each session of the project that has a summary and none, by jobs; a hundred at a time.

    What each session came to know is paid for by it, as where it is asked for there. A session whose knowledge is there is left as it is.
    """
    from chalicelib.services.projects.knowledge import ask_for_knowledge
    from chalicelib.services.results.knowledge import NO_MODEL

    require_suggestion_pace(call.user_id, guards=container.guards(), secret=container.deployment_secret(), now=call.now)
    asked, reason = 0, NO_MODEL
    if container.model().understands:
        asked = ask_for_knowledge(view.project, call.now, deps=container.roll_up_deps(), jobs=container.jobs())
        reason = "" if asked else "Nothing is missing"
    kept = {"sessions": asked, "reason": reason}
    return Done(_asked(call, kept, view), kept)


def _asked(_: Call, kept: dict[str, Any], __: ProjectView) -> KnowledgeAsked:
    status: Literal["running", "skipped"] = "skipped" if kept["reason"] else "running"
    return KnowledgeAsked(status, kept["sessions"], kept["reason"] or UNSET)


def get_project_knowledge(call: Call, _: ProjectInput, view: ProjectView) -> ProjectKnowledge:
    """What the sessions of a project came to know.

    It is put together by code from what is stored of each, so asking again moves nothing, and whatever is withdrawn in a session is gone
    here at once.
    """
    from chalicelib.services.projects import knowledge

    found = knowledge.roll_up(view.project, call.now, deps=container.roll_up_deps())
    groups = {group: [_show(it) for it in found.groups[group]] for group in knowledge.GROUPS}
    return ProjectKnowledge(
        **groups,
        status=found.progress,
        sessions=found.sessions,
        known=found.known,
        generated_at=moment(found.generated_at) if found.generated_at else None,
    )


def _show(it: "Stored") -> Known:
    sources = [KnownIn(of.session.id, of.session.topic, ids_of(of.evidence)) for of in it.sources]
    return Known(it.label or None, it.text or None, len(sources) > 1, sources)


OPERATIONS = (
    Operation(
        gather_project_knowledge,
        "editor",
        ProjectInput,
        KnowledgeAsked,
        reads=ProjectRead(),
        again=Repeat(_asked, ProjectRead(), "editor"),
        fails=(Unavailable,),
    ),
    Operation(get_project_knowledge, "viewer", ProjectInput, ProjectKnowledge, reads=ProjectRead()),
)
