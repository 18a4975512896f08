"""What groups of people say, by what they answered in the form; and who stands where on a theme, and why."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, convert

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import SessionView, Stance
from chalicelib.operations.fields import Limit, MessageId, Offset, Pagination, SessionId, SessionInput, ThreadId
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.subject import session_with
from chalicelib.store import keys
from chalicelib.store.sessions import FOR_RESULTS, FOR_THEMES

if TYPE_CHECKING:
    from chalicelib.services.results.slices import Row
    from chalicelib.services.results.stances import PersonWithStance

PAGE = 50


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


def _row(of: "Row") -> SliceRow:
    return SliceRow(list(of.answers), of.rest, of.people, list(of.cells))


def _person(of: "PersonWithStance") -> PersonStance:
    points = [StancePoint(it.text, it.quote, convert(it.stance, Stance), it.message_id) for it in of.points]
    return PersonStance(of.thread.id, of.thread.name, convert(of.stance, Stance), points)


OPERATIONS = (
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
