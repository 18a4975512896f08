"""A facilitation prompt on demand, proposed to the host and not stored."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType, convert, field
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import ON_DEMAND_SECONDS
from chalicelib.errors import Invalid, Unavailable
from chalicelib.llm.interface import require_model
from chalicelib.model import SessionView
from chalicelib.operations.fields import ID_LIMIT, SessionInput, Uuid
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.session_fields import GeneratedFrom
from chalicelib.operations.subject import session_with
from chalicelib.services.sessions.host_prompt import find_version
from chalicelib.services.templates import find_template, template_of
from chalicelib.services.templates.own import choose_template, kept_of
from chalicelib.services.usage.budget import meter_for
from chalicelib.store.sessions import FOR_PROMPT, FOR_PROMPT_VERSIONS

_EXAMPLE = """# Opening
Welcome the person and say that this is about working in our office.

# Questions
1. When did you last come in, and what for?
   Probe: What made it worth the way, or not.
2. What keeps you from coming in?
   Probe: The last time that happened.

# Closing
Name what keeps them away and what they would change first."""


class Proposal(Output):
    """A facilitation prompt that was written and not stored."""

    facilitation_prompt: Annotated[str, Meta(description="The prompt.", examples=[_EXAMPLE])]
    prompt_summary: Annotated[
        str,
        Meta(
            description="What it does, in a sentence or two.",
            examples=["Goes from the last day in the office to what keeps people away, and to the first change."],
        ),
    ]
    template_id: Annotated[
        Uuid | None, Meta(description="The template that it was written from, too.", examples=[None])
    ]


class PromptProposal(Proposal):
    """A facilitation prompt that was written from the brief, and not stored."""

    cross_pollination_default: Annotated[
        bool | None, Meta(description="Whether that template suggests cross-pollination.", examples=[None])
    ]
    prompt_generated_from: Annotated[GeneratedFrom, Meta(description="What it was written from.")]


class RevisedPrompt(Proposal):
    """A changed facilitation prompt, not stored."""

    prompt_generated_from: Annotated[
        GeneratedFrom | None,
        Meta(description="What the prompt before was written from; null where it was written by hand."),
    ]


class RevisePrompt(SessionInput):
    """Says what is to change of a prompt."""

    instructions: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=5_000,
            description="What is to be different in the prompt, in words.",
            examples=["Ask about working from home first, and leave out the last question."],
        ),
    ]
    version: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=999_999,
                description="The version to change; without it, the current one. 0 is the basic prompt.",
            ),
        ]
        | UnsetType
    ) = UNSET


class ProposePrompt(SessionInput):
    """Names a session, and a template that it might change to."""

    template_id: (
        Annotated[
            str,
            Meta(description="The template to write it from in place of the session's own: its id or its slug."),
            Meta(min_length=1, max_length=ID_LIMIT),
        ]
        | UnsetType
    ) = field(default=UNSET, name="templateId")


def propose_prompt(call: Call, given: dict[str, Any], view: SessionView) -> Done:
    """Propose a facilitation prompt written from the session's brief and template.

    Nothing is stored: PATCH the session with it to use it. So the same Idempotency-Key gives another proposal.
    """
    return Done(_proposal(call, view, given), given)


def revise_prompt(_: Call, given: RevisePrompt, view: SessionView) -> RevisedPrompt:
    """Propose the facilitation prompt with changes that are asked for in words; all else in it stays.

    Nothing is stored: PATCH the session with it, and with `prompt_origin: revised`, to use it. 503 where the model fails, where the
    money is spent, and on a server without a model.
    """
    from chalicelib.services.facilitation import revised_prompt  # which only this asks for
    from chalicelib.services.sessions.prompt_versions import basic_version, current_version

    model = container.model_of(view.session)
    require_model(model, "Changing a prompt in words needs")
    if given.version is UNSET:
        before = current_version(view)
    elif given.version == 0:
        before = basic_version(view)
    else:
        before = find_version(view, given.version, sessions=container.sessions(), field="version")
    meter, deadline = meter_for(view, model), container.clock().deadline(ON_DEMAND_SECONDS)
    written = revised_prompt.revise_prompt(before.text, given.instructions, view, model=meter, deadline=deadline)
    return RevisedPrompt(
        facilitation_prompt=written.text,
        prompt_summary=written.summary,
        template_id=before.template_id,
        prompt_generated_from=convert(before.generated_from, GeneratedFrom | None),
    )


def _checked(_: Call, given: ProposePrompt) -> dict[str, Any]:
    """Returns what is to be another than the session has it; whose a template is takes a read, which comes after the session's."""
    named = given.template_id
    if named is UNSET:
        return {}
    template = find_template(named)
    return {"template_id": template.id if template else named.lower()}


def _choose(view: SessionView, named: str, user_id: str) -> SessionView:
    """Returns the session as it would be from another template. Raises Invalid for one there is not."""
    kept = view.template
    if find_template(named) is None and named != view.session.template_id:
        try:
            kept = kept_of(choose_template(named, user_id, deps=container.template_deps()))
        except Invalid as error:
            raise Invalid(f"templateId {named!r} does not exist") from error
    return replace(view, template=kept, session=replace(view.session, template_id=named))


def _proposal(call: Call, view: SessionView, other: Mapping[str, Any]) -> PromptProposal:
    if named := other.get("template_id"):
        view = _choose(view, named, call.user_id)
    deadline = container.clock().deadline(ON_DEMAND_SECONDS)
    from chalicelib.services.facilitation.tailored_prompt import write_prompt  # which only this asks for

    written = write_prompt(view, model=meter_for(view, container.model_of(view.session)), deadline=deadline)
    template = template_of(view)
    return PromptProposal(
        facilitation_prompt=written.text,
        prompt_summary=written.summary,
        template_id=view.session.template_id,
        cross_pollination_default=template.cross_pollination_default if template else None,
        prompt_generated_from=convert(written.generated_from, GeneratedFrom),
    )


def _another(call: Call, kept: dict[str, Any], view: SessionView) -> PromptProposal:
    return _proposal(call, view, kept)


OPERATIONS = (
    Operation(
        propose_prompt,
        "editor",
        ProposePrompt,
        PromptProposal,
        reads=session_with(FOR_PROMPT),
        check=_checked,
        again=Repeat(_another),
        fails=(Unavailable,),
    ),
    Operation(
        revise_prompt,
        "editor",
        RevisePrompt,
        RevisedPrompt,
        reads=session_with(FOR_PROMPT_VERSIONS),
        again=Repeat.never("A proposal is stored nowhere: ask for another one without this Idempotency-Key"),
        fails=(Unavailable,),
    ),
)
