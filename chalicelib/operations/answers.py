"""What can be read of people's answers in the form and in widgets: all of them counted, and those to one question, one by one."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import SessionView
from chalicelib.operations.fields import (
    Count,
    Limit,
    Offset,
    Pagination,
    QuestionId,
    SessionId,
    SessionInput,
    ThreadId,
)
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.subject import session_with
from chalicelib.store import keys

if TYPE_CHECKING:
    from chalicelib.services.results.counted import Group
    from chalicelib.services.results.form_answers import QuestionAnswers
    from chalicelib.services.results.widget_answers import WidgetAnswers

PAGE = 50
MOST_WIDGETS = 500  # in one answer

WidgetId = Annotated[
    str, Meta(description="The id of the widget, which `of` of a slice takes.", examples=["w3f0b7c526a1d"])
]
Label = Annotated[str, Meta(description="The option, value or word.", examples=["Weekly"])]


class AnswerCount(Output):
    """How many people have something in common."""

    label: Label
    participants: Annotated[Count, Meta(description="How many people; each counts once.")]


class AnsweredQuestion(Output):
    """The answers to a question of the form."""

    question_id: Annotated[QuestionId, Meta(description="The id of the question.")]
    text: Annotated[str, Meta(description="The question.", examples=["How often do you come in?"])]
    kind: Annotated[
        Literal["choices", "values", "words"],
        Meta(
            description="What `counts` has: the `choices` of a question with options, in their order, and last those that are offered no "
            "more; the `values` of a text of which there are at most eight; else the `words` that two people at least used.",
            examples=["choices"],
        ),
    ]
    multiple: Annotated[bool, Meta(description="Whether one person may have chosen several.", examples=[False])]
    asked: Annotated[bool, Meta(description="Whether the form has the question now.", examples=[True])]
    counts: Annotated[list[AnswerCount], Meta(description="What was answered, and by how many.")]
    answered: Annotated[Count, Meta(description="How many people gave an answer.")]
    left_out: Annotated[Count, Meta(description="How many people gave none.", examples=[0])]
    slices_by: Annotated[
        bool,
        Meta(description="Whether `by` of a slice takes this question: it has few different answers.", examples=[True]),
    ]


class WidgetSpread(Output):
    """Where the values on a scale lie."""

    median: Annotated[float, Meta(description="As many values are above it as below.", examples=[4.0])]
    lower_quartile: Annotated[float, Meta(description="The median of the lower half.", examples=[3.0])]
    upper_quartile: Annotated[float, Meta(description="The median of the upper half.", examples=[5.0])]
    min_label: Annotated[str, Meta(description="What the lowest number means.", examples=["not at all"])]
    max_label: Annotated[str, Meta(description="What the highest number means.", examples=["very"])]


class RankedItem(Output):
    """An item of a ranking."""

    label: Annotated[str, Meta(description="The item.", examples=["Quiet rooms"])]
    average_rank: Annotated[float, Meta(description="Its average place; 1 is first.", examples=[1.5])]


class AnsweredWidget(Output):
    """The answers in a widget. Those of several people are together where type, question and choices are the same."""

    id: WidgetId
    type: Annotated[
        Literal["SingleSelect", "MultiSelect", "RatingScale", "RankingList"],
        Meta(description="What kind of widget it is.", examples=["SingleSelect"]),
    ]
    label: Annotated[str, Meta(description="What it asks.", examples=["What keeps you away?"])]
    counts: Annotated[
        list[AnswerCount],
        Meta(
            description="Each choice or value in its order, and how many chose it; of a ranking, how many put it first."
        ),
    ]
    spread: Annotated[WidgetSpread | None, Meta(description="Of a scale: where the values lie.")]
    ranks: Annotated[
        list[RankedItem], Meta(description="Of a ranking: its items by their average place, the best first.")
    ]
    answered: Annotated[Count, Meta(description="How many people gave a value; of several of theirs the last counts.")]
    in_words: Annotated[Count, Meta(description="How many people wrote something else.", examples=[0])]
    silent: Annotated[Count, Meta(description="How many people wrote nothing more after it was shown.", examples=[0])]


class Answers(Output):
    """What people answered. Test runs and people who are left out of the results are not counted."""

    session_id: Annotated[SessionId, Meta(description="The id of the session.")]
    participants: Annotated[Count, Meta(description="How many people count.")]
    questions: Annotated[
        list[AnsweredQuestion],
        Meta(
            description="The questions of the form in its order, then those that it had before; none that asks for a name or an "
            "e-mail address."
        ),
    ]
    widgets: Annotated[
        list[AnsweredWidget],
        Meta(
            description=f"The widgets, those that most people answered first; at most {MOST_WIDGETS}, as a model may word the same "
            "question anew for everybody."
        ),
    ]
    widgets_total: Annotated[Count, Meta(description="How many widgets there are in all.")]


class AnswerText(Output):
    """What one person answered."""

    participant_id: Annotated[ThreadId, Meta(description="The id of the participant's thread.")]
    participant_name: Annotated[str | None, Meta(description="The name that was given.", examples=["Ada"])]
    answer: Annotated[str, Meta(description="What was entered; chosen options in a row.", examples=["Weekly"])]
    quotable: Annotated[bool, Meta(description="Whether they let themselves be quoted.", examples=[True])]


class AnswerTexts(Output):
    """A page of the answers to a question."""

    data: Annotated[list[AnswerText], Meta(description="The answers, by when people joined.")]
    pagination: Annotated[Pagination, Meta(description="Which part of all answers this is.")]


class ListAnswerTexts(SessionInput):
    """Which answers to list."""

    question_id: Annotated[str, Meta(description="The id of a question that was answered.", max_length=200)]
    limit: Limit = PAGE
    offset: Offset = 0


def get_answers(_: Call, __: SessionInput, view: SessionView) -> Answers:
    """What people answered in the form and in widgets, counted."""
    from chalicelib.services.results.answers import read_answers

    found = read_answers(view, participants=container.participants())
    return Answers(
        view.session.id,
        len(found.counted),
        [_question(it) for it in found.questions],
        [_widget(it) for it in found.widgets[:MOST_WIDGETS]],
        len(found.widgets),
    )


def list_answer_texts(_: Call, given: ListAnswerTexts, view: SessionView) -> AnswerTexts:
    """The answers to one question of the form, as they were entered. Those to questions for a name or an address are in responses alone."""
    from chalicelib.services.results.answers import read_answers

    found = read_answers(view, participants=container.participants(), with_widgets=False)
    question = next((it for it in found.questions if it.id == given.question_id), None)
    if question is None:
        raise NotFound("There are no answers to such a question in this session")
    people = [head for head in found.counted.values() if head.id in question.given]
    people.sort(key=lambda it: (it.created_at, it.id))
    page = people[given.offset :][: given.limit]
    return AnswerTexts(
        [AnswerText(head.id, head.name, question.given[head.id], head.quotable) for head in page],
        Pagination(len(people), given.limit, given.offset),
    )


def _counts(groups: "tuple[Group, ...]") -> list[AnswerCount]:
    return [AnswerCount(it.label, it.count) for it in groups if it.label]


def _question(of: "QuestionAnswers") -> AnsweredQuestion:
    return AnsweredQuestion(
        of.id,
        of.text,
        of.kind,
        of.is_multiple,
        of.is_asked,
        _counts(of.groups),
        of.answered,
        of.left_out,
        bool(of.dividing),
    )


def _widget(of: "WidgetAnswers") -> AnsweredWidget:
    lie = of.spread
    return AnsweredWidget(
        of.id,
        of.type,
        of.label,
        _counts(of.groups),
        WidgetSpread(lie.median, lie.lower, lie.upper, lie.low, lie.high) if lie else None,
        [RankedItem(it.label, it.average) for it in of.ranks],
        len(of.answered),
        of.in_words,
        of.silent,
    )


OPERATIONS = (
    Operation(get_answers, "viewer", SessionInput, Answers, reads=session_with((keys.QUESTIONS,))),
    Operation(
        list_answer_texts,
        "viewer",
        ListAnswerTexts,
        AnswerTexts,
        reads=session_with((keys.QUESTIONS,)),
        fails=(NotFound,),
    ),
)
