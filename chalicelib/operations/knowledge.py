"""What a session came to know, and what the sessions of a project came to know together."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.clock import ON_DEMAND_SECONDS
from chalicelib.errors import Conflict, Unavailable
from chalicelib.model import Quote, SessionView
from chalicelib.model import knowledge as stored
from chalicelib.model.knowledge import ClaimCategory
from chalicelib.operations.fields import Count, MessageId, SessionInput
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.subject import session_with
from chalicelib.services.access.rate_limits import require_suggestion_pace
from chalicelib.services.usage.budget import meter_for
from chalicelib.store.sessions import FOR_ASK

Evidence = Annotated[
    list[MessageId],
    Meta(
        description="The ids of messages that it rests on: of participants who are part of the results and may be quoted.",
        examples=[["e4a1b2c3-5d6e-4f70-8a9b-0c1d2e3f4a5b"]],
    ),
]


class KnowledgeDecision(Output):
    """What people agreed on."""

    label: Annotated[str, Meta(description="What it is about, in a few words.", examples=["Later buses"])]
    summary: Annotated[str, Meta(description="What was agreed on.", examples=["Buses run until midnight."])]
    evidence: Evidence


class KnowledgeAction(Output):
    """What is to be done."""

    description: Annotated[str, Meta(description="What is to be done.", examples=["Ask the operator for a later bus."])]
    evidence: Evidence
    owner: (
        Annotated[str, Meta(description="By whom, where somebody said that.", examples=["the works council"])]
        | UnsetType
    ) = UNSET
    due: Annotated[str, Meta(description="Until when, where somebody said that.", examples=["by June"])] | UnsetType = (
        UNSET
    )


class KnowledgeTension(Output):
    """What cannot all be had."""

    summary: Annotated[str, Meta(description="What it is about.", examples=["Streets are for parking or for people."])]
    sides: Annotated[
        list[str],
        Meta(min_length=2, description="Each side.", examples=[["Shops need parking.", "Children need room."]]),
    ]
    evidence: Evidence


class KnowledgeClaim(Output):
    """One thing that the conversations carry."""

    category: Annotated[ClaimCategory, Meta(description="What kind of thing it is.", examples=["observation"])]
    text: Annotated[
        str, Meta(description="What it says.", examples=["The last bus leaves before the late shift ends."])
    ]
    evidence: Evidence
    strength: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="The share of the participants whose words it rests on, as code counts them.",
            examples=[0.4],
        ),
    ]


class KnowledgeMetadata(Output, rename="camel"):
    """How it came about."""

    generated_at: Annotated[int, Meta(description="When, in seconds since 1970.", examples=[1767225600])]
    model: Annotated[str, Meta(description="The language model.", examples=["claude-sonnet-5-5"])]
    version: Annotated[Literal[1], Meta(description="The version of this form.", examples=[1])]


class SessionKnowledge(Output):
    """What a session came to know."""

    decisions: Annotated[list[KnowledgeDecision], Meta(description="What people agreed on.")]
    actions: Annotated[list[KnowledgeAction], Meta(description="What is to be done.")]
    tensions: Annotated[list[KnowledgeTension], Meta(description="What cannot all be had.")]
    claims: Annotated[list[KnowledgeClaim], Meta(description="Single things that the conversations carry.")]
    gaps: Annotated[
        list[str], Meta(description="What nobody spoke to.", examples=[["Nobody said what a later bus may cost."]])
    ]
    metadata: Annotated[KnowledgeMetadata, Meta(description="How it came about.")]


class KnowledgeOutcome(Output):
    """What came of asking for knowledge."""

    status: Annotated[
        Literal["generated", "skipped"], Meta(description="Whether any was generated now.", examples=["generated"])
    ]
    knowledge: Annotated[SessionKnowledge | None, Meta(description="What there is then; null where there is none.")]
    reason: (
        Annotated[
            str, Meta(description="Why none was generated.", examples=["Nothing has changed since it was generated"])
        ]
        | UnsetType
    ) = UNSET


class StoredKnowledge(Output):
    """What a session came to know, as it was generated last."""

    knowledge: Annotated[SessionKnowledge | None, Meta(description="Null where none was generated, or it is offline.")]
    current: Annotated[bool, Meta(description="Whether it is of the summary that is there.", examples=[True])]
    dropped: Annotated[
        Count,
        Meta(
            description="How much the model named that rested on nothing, or claimed what is not known.", examples=[0]
        ),
    ]


def generate_knowledge(call: Call, _: SessionInput, view: SessionView) -> Done:
    """Have a language model collect decisions, actions, tensions and claims of a session, each with the messages that it rests on.

    Code finds these messages, and drops what rests on none. 400 without a summary. It is skipped, and says why, where nothing has
    changed since the last time, and on a server without a language model. 503 where the model fails or the money is spent.
    """
    from chalicelib.services.results.knowledge import generate_knowledge as generate

    model, items = container.model_of(view.session), container.knowledge()
    require_suggestion_pace(call.user_id, guards=container.guards(), secret=container.deployment_secret(), now=call.now)
    found = generate(
        view,
        items.of_each([view.session.id]).get(view.session.id),
        model=meter_for(view, model) if model.understands else model,
        deps=container.ask_deps(),
        items=items,
        deadline=container.clock().deadline(ON_DEMAND_SECONDS),
        now=call.now,
    )
    kept = {"reason": found.reason}
    return Done(_outcome(found.knowledge, found.reason), kept)


def get_knowledge(_: Call, __: SessionInput, view: SessionView) -> StoredKnowledge:
    """What a session came to know, as it was generated last. It goes with the summary where somebody is taken out."""
    found = container.knowledge().of_each([view.session.id]).get(view.session.id)
    if found is None:
        return StoredKnowledge(None, False, 0)
    is_current = view.summary is not None and found.summary_at == view.summary.generated_at
    return StoredKnowledge(show_knowledge(found), is_current, found.dropped)


def _generated_again(_: Call, kept: dict[str, Any], view: SessionView) -> KnowledgeOutcome:
    found = container.knowledge().of_each([view.session.id]).get(view.session.id)
    return _outcome(found, kept["reason"])


def _outcome(of: stored.Knowledge | None, reason: str) -> KnowledgeOutcome:
    shown = show_knowledge(of) if of else None
    return KnowledgeOutcome("skipped" if reason else "generated", shown, reason or UNSET)


def show_knowledge(of: stored.Knowledge) -> SessionKnowledge:
    """Knowledge as it is told."""
    return SessionKnowledge(
        [KnowledgeDecision(it.label, it.summary, ids_of(it.evidence)) for it in of.decisions],
        [KnowledgeAction(it.description, ids_of(it.evidence), it.owner or UNSET, it.due or UNSET) for it in of.actions],
        [KnowledgeTension(it.summary, list(it.sides), ids_of(it.evidence)) for it in of.tensions],
        [KnowledgeClaim(it.category, it.text, ids_of(it.evidence), _strength(it, of)) for it in of.claims],
        list(of.gaps),
        KnowledgeMetadata(int(of.generated_at.timestamp()), of.model, 1),
    )


def ids_of(evidence: Iterable[Quote]) -> list[str]:
    """The ids of the messages that something rests on."""
    return [it.message_id for it in evidence]


def _strength(claim: stored.Claim, of: stored.Knowledge) -> float:
    return round(min(1.0, claim.people / of.participants), 2) if of.participants else 0.0


OPERATIONS = (
    Operation(
        generate_knowledge,
        "editor",
        SessionInput,
        KnowledgeOutcome,
        reads=session_with(FOR_ASK),
        again=Repeat(_generated_again, session_with(FOR_ASK), "editor"),
        fails=(Unavailable, Conflict),
    ),
    Operation(get_knowledge, "viewer", SessionInput, StoredKnowledge, reads=session_with(FOR_ASK)),
)
