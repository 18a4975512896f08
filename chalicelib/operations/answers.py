"""What can be read of people's answers in the form and in widgets: all counted, texts one by one, slices, and who stands where."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, convert

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import SessionView, Stance
from chalicelib.operations.fields import (
    Count,
    Limit,
    MessageId,
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
from chalicelib.store.sessions import FOR_RESULTS, FOR_THEMES

if TYPE_CHECKING:
    from chalicelib.services.results.counted import Group
    from chalicelib.services.results.form_answers import QuestionAnswers
    from chalicelib.services.results.slices import Row
    from chalicelib.services.results.stances import PersonWithStance
    from chalicelib.services.results.widget_answers import WidgetAnswers

PAGE = 50

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
    widgets: Annotated[list[AnsweredWidget], Meta(description="The widgets, those that most people answered first.")]


class AnswerText(Output):
    """What one person answered."""

    participant_id: Annotated[ThreadId, Meta(description="The id of the participant's thread.")]
    participant_name: Annotated[str | None, Meta(description="The name that was given.", examples=["Ada"])]
    answer: Annotated[str, Meta(description="What was entered; chosen options in a row.", examples=["Weekly"])]


class AnswerTexts(Output):
    """A page of the answers to a question."""

    data: Annotated[list[AnswerText], Meta(description="The answers, by when people joined.")]
    pagination: Annotated[Pagination, Meta(description="Which part of all answers this is.")]


class ListAnswerTexts(SessionInput):
    """Which answers to list."""

    question_id: Annotated[str, Meta(description="The id of a question that was answered.", max_length=200)]
    limit: Limit = PAGE
    offset: Offset = 0


class SliceColumn(Output):
    """What the people of a column have in common."""

    label: Annotated[str, Meta(description="The theme, stance, choice or band of a scale.", examples=["for"])]
    id: Annotated[str | None, Meta(description="The id of the theme, or the stance.", examples=["for"])]
    rest: Annotated[bool, Meta(description="Whether these are all who are in no other column.", examples=[False])]


class SliceRow(Output):
    """A group of people, by what they answered."""

    answers: Annotated[
        list[str],
        Meta(
            description="The answers that they gave: several where groups of fewer than ten people are put together.",
            examples=[["Nights"]],
        ),
    ]
    rest: Annotated[bool, Meta(description="Whether people who gave no answer are among them.", examples=[False])]
    participants: Annotated[int | None, Meta(description="How many people; null for fewer than five.", examples=[12])]
    counts: Annotated[
        list[Annotated[int, Meta(ge=5)] | None],
        Meta(
            description="How many of them are in each column, in order. Null is fewer than five, nobody included, or a number by which "
            "such a one could be worked out from the totals.",
            examples=[[7, 5]],
        ),
    ]


class Slice(Output):
    """What people say or chose, told apart by what they answered in the form; only those who said something are in it."""

    session_id: Annotated[SessionId, Meta(description="The id of the session.")]
    kind: Annotated[
        Literal["themes", "stances", "choices", "scale", "first"],
        Meta(
            description="What the columns are: all themes, stances on one, choices of a widget, bands of a scale, or what people put first "
            "in a ranking.",
            examples=["stances"],
        ),
    ]
    of: Annotated[
        str, Meta(description="What the theme or the widget is called; empty of all themes.", examples=["Noise"])
    ]
    by: Annotated[str, Meta(description="The question of the form.", examples=["Which shift do you work?"])]
    exclusive: Annotated[
        bool, Meta(description="Whether each person is in one column; else in as many as apply.", examples=[True])
    ]
    columns: Annotated[list[SliceColumn], Meta(description="What is counted.")]
    rows: Annotated[list[SliceRow], Meta(description="The groups, in the order of the options; everybody is in one.")]
    whole: Annotated[SliceRow, Meta(description="Everybody who said something.")]


class ReadSlice(SessionInput):
    """Which slice to read."""

    of: Annotated[
        str,
        Meta(
            description="`themes` for all themes, or the id of a theme or a widget.",
            examples=["themes"],
            max_length=200,
        ),
    ] = "themes"
    by: Annotated[
        str,
        Meta(description="The id of a question of the form that `slices_by` is said of. It is needed.", max_length=200),
    ] = ""


class StancePoint(Output):
    """What somebody said of a theme."""

    text: Annotated[str, Meta(description="The point, in short.", examples=["Noise keeps them at home."])]
    quote: Annotated[str, Meta(description="Their own words, cut from the message.", examples=["It is too loud."])]
    stance: Annotated[Stance, Meta(description="Where this stands.", examples=["against"])]
    message_id: Annotated[MessageId, Meta(description="The id of the message that says so.")]


class PersonStance(Output):
    """Somebody who speaks of a theme."""

    participant_id: Annotated[ThreadId, Meta(description="The id of the participant's thread.")]
    participant_name: Annotated[str | None, Meta(description="The name that was given.", examples=["Ada"])]
    stance: Annotated[
        Stance, Meta(description="Where they stand; both for and against is mixed.", examples=["against"])
    ]
    points: Annotated[
        list[StancePoint], Meta(description="What they said of it; what is of the stance asked for first.")
    ]


class PeopleByStance(Output):
    """A page of the people who speak of a theme."""

    theme_id: Annotated[str, Meta(description="The id of the theme.", examples=["t1"])]
    theme: Annotated[str, Meta(description="What it is called.", examples=["Noise"])]
    data: Annotated[list[PersonStance], Meta(description="The people, by when they first spoke.")]
    pagination: Annotated[Pagination, Meta(description="Which part of all of them this is.")]


class ListStances(SessionInput):
    """Whose stances to list."""

    theme_id: Annotated[str, Meta(description="The id of a theme.", examples=["t1"], max_length=200)]
    stance: Annotated[Stance, Meta(description="Only people with this stance.")] | UnsetType = UNSET
    summed_up: Annotated[
        bool,
        Meta(description="Whether all counts that the summary gathers under this theme, as in its number of people."),
    ] = False
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
        [_widget(it) for it in found.widgets],
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
        [AnswerText(head.id, head.name, question.given[head.id]) for head in page],
        Pagination(len(people), given.limit, given.offset),
    )


def get_slice(_: Call, given: ReadSlice, view: SessionView) -> Slice:
    """What people say of themes or chose in a widget, told apart by what they answered in the form; never a number under five."""
    from chalicelib.services.results.answers import read_answers
    from chalicelib.services.results.slices import make_slice
    from chalicelib.services.results.stances import read_stances

    found = read_answers(view, participants=container.participants())
    registry, stances = read_stances(view, found.heads, themes=container.synthesis_deps().themes)
    made = make_slice(given.of, given.by, found, stances, registry)
    return Slice(
        view.session.id,
        made.kind,
        made.label,
        made.by,
        made.parts,
        [SliceColumn(it.label, it.id or None, it.rest) for it in made.columns],
        [_row(it) for it in made.rows],
        _row(made.whole),
    )


def list_stances(_: Call, given: ListStances, view: SessionView) -> PeopleByStance:
    """Who speaks of a theme, where they stand, and what they said of it."""
    from chalicelib.services.results.stances import list_people

    deps = container.synthesis_deps()
    found = list_people(
        view,
        given.theme_id,
        None if given.stance is UNSET else given.stance,
        given.limit,
        given.offset,
        as_summed_up=given.summed_up,
        conversations=deps.conversations,
        themes=deps.themes,
    )
    people = [_person(it) for it in found.people]
    return PeopleByStance(found.theme.id, found.label, people, Pagination(found.total, given.limit, given.offset))


def _counts(groups: "tuple[Group, ...]") -> list[AnswerCount]:
    return [AnswerCount(it.label, it.count) for it in groups]


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


def _row(of: "Row") -> SliceRow:
    return SliceRow(list(of.answers), of.rest, of.people, list(of.cells))


def _person(of: "PersonWithStance") -> PersonStance:
    points = [StancePoint(it.text, it.quote, convert(it.stance, Stance), it.message_id) for it in of.points]
    return PersonStance(of.thread.id, of.thread.name, convert(of.stance, Stance), points)


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
    Operation(get_slice, "viewer", ReadSlice, Slice, reads=session_with((keys.QUESTIONS, *FOR_THEMES))),
    Operation(
        list_stances,
        "viewer",
        ListStances,
        PeopleByStance,
        reads=session_with({*FOR_THEMES, *FOR_RESULTS}),
        fails=(NotFound,),
    ),
)
