"""The session that follows up another one, as a language model proposes it."""

from typing import Annotated

from msgspec import Meta

from chalicelib import container
from chalicelib.clock import ON_DEMAND_SECONDS
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import require_model
from chalicelib.model import SessionView
from chalicelib.operations.fields import SessionInput, Uuid
from chalicelib.operations.operation import Call, Operation, Output, Repeat
from chalicelib.operations.session_fields import Critical, Goal, Topic
from chalicelib.operations.session_output import join_url
from chalicelib.operations.subject import session_with
from chalicelib.services.access.rate_limits import require_suggestion_pace
from chalicelib.store.sessions import FOR_BRIEF


class FollowUpProposal(Output):
    """What a session that follows up this one could be: what `POST /sessions` takes, with `follow_up_of`. Nothing is stored."""

    topic: Topic
    goal: Goal
    critical: Critical
    context: Annotated[
        str,
        Meta(
            max_length=100_000,
            description="SESSION.md of what others than members may read, with nobody's own words: what the next facilitator is to "
            "know. Where fewer than five people took part, there are no results in it.",
            examples=["# Our office"],
        ),
    ]
    template_id: Annotated[Uuid | None, Meta(description="The template that fits it, if one does.", examples=[None])]


def propose_follow_up(call: Call, _: SessionInput, view: SessionView) -> FollowUpProposal:
    """Propose a session that takes up what this one left open.

    A language model makes it of the open questions and tensions in the summary, in the session's language. Nothing that points at
    one person is in it, and nothing is stored: create a draft with it to use it. 400 without a summary; 503 where the model fails, where
    the caller's money of the day is spent, and on a server without a model.
    """
    from chalicelib.services.results import follow_up  # which only this asks for

    follow_up.require_results(view)
    model = container.model_of(view.session)
    require_model(model, "A follow-up needs")
    require_suggestion_pace(call.user_id, guards=container.guards(), secret=container.deployment_secret(), now=call.now)
    deadline, url = container.clock().deadline(ON_DEMAND_SECONDS), join_url(call.public_url, view.session.id)
    found = follow_up.propose(view, url, call.user_id, model=model, deadline=deadline)
    template_id = found.template.id if found.template else None
    return FollowUpProposal(found.topic, found.goal, found.critical, found.context, template_id)


OPERATIONS = (
    Operation(
        propose_follow_up,
        "viewer",
        SessionInput,
        FollowUpProposal,
        reads=session_with(FOR_BRIEF),
        again=Repeat.never("A proposal is stored nowhere: ask for another one without this Idempotency-Key"),
        fails=(Unavailable,),
    ),
)
