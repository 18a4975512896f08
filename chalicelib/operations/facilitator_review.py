"""A review of how the facilitator leads the conversations of a session, by a language model; stored nowhere."""

from typing import Annotated

from msgspec import Meta

from chalicelib import container
from chalicelib.clock import ON_DEMAND_SECONDS
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import require_model
from chalicelib.model import SessionView
from chalicelib.operations.fields import Count, MessageId, SessionInput, ThreadId
from chalicelib.operations.operation import Call, Operation, Output, Repeat
from chalicelib.operations.subject import session_with
from chalicelib.services.access.rate_limits import require_suggestion_pace
from chalicelib.services.usage.budget import meter_for
from chalicelib.store.sessions import FOR_PROMPT_VERSIONS


class ReviewEvidence(Output):
    """Where a habit of the facilitator is seen."""

    quote: Annotated[
        str,
        Meta(description="Words of a participant, cut from the message.", examples=["I just said that."]),
    ]
    before: Annotated[
        str,
        Meta(
            description="What the facilitator said just before, cut from its message; of a long one the end.",
            examples=["What keeps you from coming in?"],
        ),
    ]
    message_id: Annotated[MessageId, Meta(description="The id of the participant's message.")]
    participant_id: Annotated[ThreadId, Meta(description="Whose conversation it is in.")]


class ReviewFinding(Output):
    """A habit of the facilitator that is seen in several conversations, and a rule that would mend it."""

    title: Annotated[
        str, Meta(description="The habit, in a few words.", examples=["Asks again for what was just said"])
    ]
    evidence: Annotated[list[ReviewEvidence], Meta(description="Where it is seen: in two conversations at least.")]
    threads: Annotated[int, Meta(ge=2, description="In how many conversations that is.", examples=[2])]
    rule: Annotated[
        str,
        Meta(
            description="What the facilitator is to do instead, ready to be put at the end of the prompt. PATCH the session with it, and "
            "with `prompt_origin: review`, to use it.",
            examples=["Before you ask, look whether the person has answered it already."],
        ),
    ]


class FacilitatorReview(Output):
    """What a review found, and what it was of."""

    findings: Annotated[list[ReviewFinding], Meta(description="At most four; none where nothing was found.")]
    read: Annotated[
        list[str],
        Meta(
            description="The ids of the participants whose conversations were read: at most twelve, those rated 1 to 3 first, the lowest "
            "first, then the newest.",
            examples=[["7d9e8f10-3b5c-4d6e-8a7b-9c0d1e2f3a4b"]],
        ),
    ]
    eligible: Annotated[
        Count,
        Meta(
            description="How many conversations in the results have three messages of the participant, which it takes."
        ),
    ]


def review_facilitator(call: Call, _: SessionInput, view: SessionView) -> FacilitatorReview:
    """Review how the facilitator leads the conversations of a session.

    A language model reads some of them, and what it finds stands where two conversations show it, with what was said and what was asked
    before, both as they are stored. Nothing is stored or changed by it. 400 where fewer than two conversations have three messages of the
    participant; 503 where the model fails, where the money is spent, and on a server without a model.
    """
    from chalicelib.services.results import facilitator_review  # which only this asks for

    model = container.model_of(view.session)
    require_model(model, "A review needs")
    require_suggestion_pace(call.user_id, guards=container.guards(), secret=container.deployment_secret(), now=call.now)
    found = facilitator_review.review_facilitator(
        view,
        conversations=container.conversations(),
        model=meter_for(view, model),
        deadline=container.clock().deadline(ON_DEMAND_SECONDS),
    )
    findings = [
        ReviewFinding(
            finding.title,
            [ReviewEvidence(it.quote, it.before, it.message_id, it.thread_id) for it in finding.evidence],
            finding.threads,
            finding.rule,
        )
        for finding in found.findings
    ]
    return FacilitatorReview(findings, list(found.read), found.eligible)


OPERATIONS = (
    Operation(
        review_facilitator,
        "editor",
        SessionInput,
        FacilitatorReview,
        reads=session_with(FOR_PROMPT_VERSIONS),
        again=Repeat.never("A review is stored nowhere: ask for another one without this Idempotency-Key"),
        fails=(Unavailable,),
    ),
)
