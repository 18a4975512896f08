"""The fields of the pre-session form: as participants fill them in, and as hosts see beforehand how that will be."""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.model import Question, QuestionRole
from chalicelib.services.participants.form import (
    ANSWER_LIMIT,
    DEFAULT_QUESTIONS,
    NAME_LIMIT,
    AnswerRefused,
    Given,
    format_answer,
)
from chalicelib.services.participants.question_roles import role_of
from chalicelib.web.kit.texts import Texts

FIELD_PREFIX = "a-"  # of a field's name, before the id of its question
_OWN = dict(zip((question.id for question in DEFAULT_QUESTIONS), ("question_name", "question_email"), strict=True))

RADIO_OPTIONS = 6  # more than these are easier to find in a list that opens


class Field(Struct, frozen=True):
    """A question as a form field; `complaints` are what a script says of it before it is sent.

    `entered` is what stands in it, `chosen` of its options; `misfit` what was entered and is none of them.
    """

    question: Question
    name: str
    text: str
    kind: str
    entered: str
    chosen: tuple[str, ...]
    misfit: str
    error: str | None
    limit: int
    autocomplete: str | None
    complaints: Mapping[str, str]


def field_name(question_id: str) -> str:
    """Returns the name of the field for a question; behind a dot and a number, those of the options of one with several."""
    return FIELD_PREFIX + question_id


def make_field(question: Question, given: Given, error: str | None, texts: Texts) -> Field:
    """Returns the field for a question, with what is entered in it and what is wrong with that."""
    role, text = role_of(question), question_text(question, texts)
    entered, is_choice = format_answer(given), question.type == "Options"
    named = (entered,) if isinstance(given, str) else given
    chosen = tuple(option for option in question.options if option in named) if is_choice else ()
    rules = {"required": question.required, "email": question.type == "Email", "too_long": not is_choice}
    limit = NAME_LIMIT if role == "name" else ANSWER_LIMIT
    return Field(
        question=question,
        name=field_name(question.id),
        text=text,
        kind=_kind(question, role),
        entered=entered,
        chosen=chosen,
        misfit=entered if is_choice and len(chosen) < len([*filter(None, named)]) else "",
        error=error,
        limit=limit,
        autocomplete=None if role == "other" else role,
        complaints={
            rule.replace("_", "-"): texts(f"refused_{rule}", question=text, count=limit)
            for rule, holds in rules.items()
            if holds
        },
    )


def explain_refusal(refused: AnswerRefused, texts: Texts) -> str:
    """Returns a sentence on what is wrong with an answer."""
    question = refused.question
    options = ", ".join(question.options)
    return texts(
        f"refused_{refused.rule}", question=question_text(question, texts), count=refused.limit, options=options
    )


def question_text(question: Question, texts: Texts) -> str:
    """Returns a question as it is shown: the two that a page asks on its own are in the page's language."""
    own = _OWN.get(question.id)
    return texts(own) if own else question.text


def _kind(question: Question, role: QuestionRole) -> str:
    """Returns which field a question has. One line only has what has no lines; whatever else is pasted keeps its own."""
    if question.type == "Options":
        return "checkbox" if question.multiple else "radio" if len(question.options) <= RADIO_OPTIONS else "select"
    return "long" if question.long else "text" if role == "other" else "line"
