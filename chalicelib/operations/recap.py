"""What can be done with the recap of a session: read it, a page of people at a time."""

from typing import TYPE_CHECKING, Annotated

from msgspec import UNSET, Meta, UnsetType, convert

from chalicelib import container
from chalicelib.model import SessionView, Stance
from chalicelib.model.synthesis import Kind
from chalicelib.operations.fields import Count, Limit, MessageId, SessionInput, ThreadId
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.scratchpad import Label, People, Stances, ThemeId
from chalicelib.operations.subject import session_with
from chalicelib.store.sessions import FOR_THEMES

if TYPE_CHECKING:
    from chalicelib.services.results.recap import CommonTheme as FoundTheme
    from chalicelib.services.results.recap import PersonRecap

PAGE = 50
PointText = Annotated[
    str, Meta(description="What the person holds, in a sentence.", examples=["Noise makes it hard to concentrate."])
]

QuotedWords = Annotated[
    str, Meta(description="The words that say so; empty where none were found.", examples=["It is too loud to think."])
]


class RecapPoint(Output):
    """One thing that a person holds."""

    text: PointText
    quote: QuotedWords
    theme_id: Annotated[str | None, Meta(description="The theme that it belongs to, if any.", examples=["t1"])]
    stance: Annotated[Stance, Meta(description="Towards that theme.", examples=["against"])]
    message_id: Annotated[MessageId, Meta(description="The id of the message that says so.")]
    kind: Annotated[
        Kind | None,
        Meta(description="What it is; null in what was read before kinds were told apart.", examples=["view"]),
    ]
    group: Annotated[
        str | None,
        Meta(description="How the person stands to the matter, in words that fit many.", examples=["always on site"]),
    ]


class RecapParticipant(Output):
    """What one person said, in short."""

    participant_id: Annotated[ThreadId, Meta(description="The id of the participant's thread.")]
    name: Annotated[str | None, Meta(description="The name that was given.", examples=["Ada"])]
    gist: Annotated[
        str | None,
        Meta(
            description="All of it in a sentence of a language model's; null where it wrote none.",
            examples=["Comes in rarely, because it is too loud to concentrate."],
        ),
    ]
    points: Annotated[list[RecapPoint], Meta(description="What the person holds, as it was said.")]
    up_to_date: Annotated[
        bool, Meta(description="Whether all that the person said so far was read for this.", examples=[True])
    ]
    test: Annotated[bool, Meta(description="Whether this is a test run that was included by hand.", examples=[False])]


class CommonTheme(Output):
    """A theme that at least two people speak of."""

    id: ThemeId
    label: Label
    participants: People
    stances: Stances


class UniquePoint(Output):
    """A point whose theme nobody else in the session speaks of, or that belongs to none."""

    text: PointText
    participant_id: Annotated[ThreadId, Meta(description="Who holds it.")]
    message_id: Annotated[MessageId, Meta(description="The id of the message that says so.")]


class Recap(Output):
    """The recap of a session: a page of its people, by their first message, and the themes that they have in common."""

    participants: Annotated[list[RecapParticipant], Meta(description="A page of the people who said something.")]
    themes: Annotated[
        list[CommonTheme],
        Meta(description="What at least two people in the session speak of, the most widely carried theme first."),
    ]
    unique: Annotated[
        list[UniquePoint],
        Meta(description="Of the people on this page, the points that nobody else in the session shares."),
    ]
    total: Annotated[Count, Meta(description="How many people in the session said something; test runs are nobody.")]
    verbatim: Annotated[
        bool,
        Meta(
            description="Whether no language model read this: points are answers word for word, themes are questions, and nothing is "
            "known of stances, of gists or of what is unique.",
            examples=[False],
        ),
    ]
    next_cursor: Annotated[str | None, Meta(description="Where to go on, while there are more people.")] | UnsetType = (
        UNSET
    )


class ReadRecap(SessionInput):
    """Names a session, and which of its people to tell of."""

    limit: Limit = PAGE
    cursor: Annotated[str, Meta(description="The `next_cursor` of the page before.")] | UnsetType = UNSET


def get_recap(_: Call, given: ReadRecap, view: SessionView) -> Recap:
    """What each person said in short, what several speak of, and what nobody else brought up; made of what was read already."""
    return read_recap(given, view)


def read_recap(given: ReadRecap, view: SessionView) -> Recap:
    """Gives a page of the recap of a session, read with FOR_THEMES. Raises Invalid for a cursor of no earlier answer."""
    from chalicelib.services.results.recap import make_recap

    deps = container.synthesis_deps()
    found = make_recap(
        view,
        given.limit,
        None if given.cursor is UNSET else given.cursor,
        conversations=deps.conversations,
        themes=deps.themes,
    )
    return Recap(
        [_participant(person) for person in found.people],
        [_theme(theme) for theme in found.themes],
        [UniquePoint(point.text, thread_id, point.message_id) for thread_id, point in found.unique],
        found.total,
        found.verbatim,
        found.next_cursor or UNSET,
    )


def _participant(of: "PersonRecap") -> RecapParticipant:
    return RecapParticipant(
        of.thread.id,
        of.thread.name,
        (of.digest.gist if of.digest else "") or None,
        [
            RecapPoint(
                point.text,
                point.quote,
                theme_id,
                convert(point.stance, Stance),
                point.message_id,
                convert(point.kind, Kind) if point.kind else None,
                point.group or None,
            )
            for point, theme_id in of.points
        ],
        not of.thread.is_stale,
        of.thread.test,
    )


def _theme(of: "FoundTheme") -> CommonTheme:
    return CommonTheme(of.id, of.label, of.participants, dict(of.stances))


OPERATIONS = (Operation(get_recap, "viewer", ReadRecap, Recap, reads=session_with(FOR_THEMES)),)
