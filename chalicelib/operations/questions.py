"""Questions of the pre-session form, as answers of the API show them."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from chalicelib.model import Question as AskedQuestion
from chalicelib.operations import session_fields as fields
from chalicelib.operations.fields import QuestionId
from chalicelib.operations.operation import Output
from chalicelib.services.participants.question_roles import role_of


class Question(Output):
    """A field of the pre-session form."""

    id: Annotated[QuestionId, Meta(description="The id that answers name.")]
    text: fields.QuestionText
    position: Annotated[int, Meta(ge=0, description="Its place in the form, from 0.", examples=[0])]
    type: fields.QuestionType
    required: fields.IsRequired
    options: Annotated[
        list[str], Meta(description="What there is to choose from.", examples=[["Daily", "Weekly", "Hardly ever"]])
    ]
    role: fields.QuestionRole
    multiple: fields.IsMultiple
    long: fields.IsLong


def show_questions(asked: Iterable[AskedQuestion]) -> list[Question]:
    """Gives the questions as they are shown, with the role that each has, or is taken to have."""
    return [
        Question(it.id, it.text, it.position, it.type, it.required, list(it.options), role_of(it), it.multiple, it.long)
        for it in asked
    ]
