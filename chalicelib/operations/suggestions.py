"""Texts for a field of a session's brief, suggested by a language model while a host designs the session."""

from typing import Annotated

from msgspec import Meta

from chalicelib import container
from chalicelib.clock import ON_DEMAND_SECONDS
from chalicelib.errors import Invalid, Unavailable
from chalicelib.llm.interface import require_model
from chalicelib.model import SuggestedField
from chalicelib.operations.field_limits import limit_of
from chalicelib.operations.fields import Text5k, Text100k
from chalicelib.operations.operation import Call, Input, Operation, Output, Repeat
from chalicelib.operations.session_fields import TOPIC_LIMIT, Language, TemplateRef
from chalicelib.services.access.rate_limits import require_suggestion_pace


class SuggestTexts(Input):
    """A field of the brief, and what is entered so far."""

    field: Annotated[
        SuggestedField,
        Meta(description="The field to suggest texts for.", examples=["critical"]),
    ]
    goal: Annotated[
        Text5k, Meta(description="The goal so far.", examples=["Decide what to change about the office next year"])
    ] = ""
    critical: Annotated[Text5k, Meta(description="What is critical, so far.", examples=[""])] = ""
    context: Annotated[Text100k, Meta(description="The background so far; of a long one the beginning is read.")] = ""
    topic: Annotated[
        str, Meta(max_length=TOPIC_LIMIT, description="The session's title so far.", examples=["Our office"])
    ] = ""
    template_id: TemplateRef | None = None
    language: (
        Annotated[Language, Meta(description="The language to suggest in; without one, that of what is entered.")]
        | None
    ) = None


class Suggestions(Output):
    """Texts for the field, each ready to be used."""

    suggestions: Annotated[
        list[str],
        Meta(
            min_length=1,
            max_length=3,
            description="One to three texts. Nothing of them is stored.",
            examples=[["What keeps people from coming in", "What would make the way to the office worth it"]],
        ),
    ]


def suggest_texts(call: Call, given: SuggestTexts) -> Suggestions:
    """Suggest texts for a field of a session's brief, made by a language model of what is entered so far.

    Nothing is stored. 503 where the model fails, where the day's money is spent, and on a server without a model.
    """
    from chalicelib.services.sessions import suggestions  # which only this asks for
    from chalicelib.services.templates.own import choose_template

    named, deps = given.template_id, container.template_deps()
    template = choose_template(named, call.user_id, deps=deps) if named else None
    entered = suggestions.Entered(
        given.goal, given.critical, given.context, given.topic, template, given.language or ""
    )
    if entered.is_empty:
        raise Invalid("goal is required, or critical, context, topic or template_id: suggestions are made of them")
    model = container.model_of_user(call.user_id)
    require_model(model, "Suggestions need")
    require_suggestion_pace(call.user_id, guards=container.guards(), secret=container.deployment_secret(), now=call.now)
    deadline = container.clock().deadline(ON_DEMAND_SECONDS)
    limit = limit_of(given.field)
    found = suggestions.suggest(given.field, entered, limit, call.user_id, model=model, deadline=deadline)
    return Suggestions(found)


OPERATIONS = (
    Operation(
        suggest_texts,
        "user",
        SuggestTexts,
        Suggestions,
        again=Repeat.never("Suggestions are stored nowhere: ask for others without this Idempotency-Key"),
        fails=(Unavailable,),
    ),
)
