"""What can be done with the similarity of a session's people: read how alike they are. Nobody is named, and no pairs are."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from chalicelib import container
from chalicelib.model import Point, SessionView, Stance
from chalicelib.operations.fields import Count, MessageId, SessionInput, ThreadId
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.recap import PointText, QuotedWords
from chalicelib.operations.scratchpad import Label, Stances, ThemeId
from chalicelib.operations.subject import session_with
from chalicelib.store.sessions import FOR_THEMES

if TYPE_CHECKING:
    from chalicelib.services.results import similarity as found

Share = Annotated[float, Meta(ge=0, le=1, examples=[0.42])]
Coordinate = Annotated[float, Meta(ge=-1, le=1, examples=[0.3])]
Holders = Annotated[Count, Meta(description="How many people take this stance.", examples=[7])]


class Statement(Output):
    """A side that people take on a theme, as one of them holds it."""

    text: PointText
    quote: QuotedWords
    participant_id: Annotated[ThreadId, Meta(description="Whose words these are, in whose conversation they stand.")]
    message_id: Annotated[MessageId, Meta(description="The id of the message that says so.")]
    theme_id: ThemeId
    label: Label
    stance: Annotated[Stance, Meta(description="The side.", examples=["for"])]
    participants: Holders
    opposed: Annotated[Count, Meta(description="How many people take the opposite side.", examples=[1])]
    similarity: Annotated[
        float,
        Meta(
            ge=-1,
            le=1,
            description="The mean cosine of this side alone to everybody but the one who says it: 1 where all say this and nothing else, "
            "0 where nobody else speaks of it, less where more people are of the opposite side.",
            examples=[0.31],
        ),
    ]


class SharedTheme(Output):
    """What people of a group have in common."""

    theme_id: ThemeId
    label: Label
    stance: Annotated[Stance, Meta(description="How they stand to it.", examples=["for"])]
    participants: Holders


class DividingTheme(Output):
    """A theme on which a group stands elsewhere than everybody else."""

    theme_id: ThemeId
    label: Label
    here: Annotated[Stances, Meta(description="How many of the group take which side.")]
    elsewhere: Annotated[Stances, Meta(description="How many of the others take which side.")]


class Group(Output):
    """People who are like each other; at least three."""

    size: Annotated[Count, Meta(description="How many people are in it.", examples=[9])]
    cohesion: Annotated[Share, Meta(description="How alike they are: the mean cosine of all pairs in it.")]
    themes: Annotated[
        list[SharedTheme], Meta(description="What at least a third of them share, the most of them first.")
    ]
    differs: Annotated[
        list[DividingTheme], Meta(description="What divides them from everybody else, the most dividing first.")
    ]


class Dot(Output):
    """People at one place of the map."""

    x: Annotated[Coordinate, Meta(description="How far to the right.")]
    y: Annotated[Coordinate, Meta(description="How far up.")]
    group: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="Their group, by its place in the list; null where they are in none.", examples=[0]),
    ]
    people: Annotated[int, Meta(ge=1, description="How many they are.", examples=[1])]


class Similarity(Output):
    """How alike people are in what they speak of and where they stand."""

    status: Annotated[
        Literal["ready", "few", "no_sides"],
        Meta(
            description="`few`: fewer than four people speak of a theme; `no_sides`: nobody is for or against anything, as where no "
            "language model reads the conversations. Nothing is compared then."
        ),
    ]
    total: Annotated[Count, Meta(description="How many people said something that was read.", examples=[24])]
    participants: Annotated[
        Count, Meta(description="How many of them speak of a theme, and were compared.", examples=[23])
    ]
    cohesion: Annotated[
        Share | None,
        Meta(
            description="How alike all are: the mean cosine of all pairs, 0 where it is less. Each person is a vector of length 1 with two "
            "coordinates a theme: the side (for 1, against -1), and whether somebody speaks of it without taking one."
        ),
    ]
    statements: Annotated[
        list[Statement], Meta(description="Up to five sides that most people share, the most widely shared first.")
    ]
    least_shared: Annotated[
        list[Statement], Meta(description="Up to five others that fewest share, the one most people are against first.")
    ]
    groups: Annotated[
        list[Group],
        Meta(
            description="The groups that people form, the largest first. One where they form none that chance does not form, too."
        ),
    ]
    ungrouped: Annotated[
        Count, Meta(description="How many people are in no group: theirs had fewer than three.", examples=[1])
    ]
    map: Annotated[
        list[Dot],
        Meta(description="Everybody on a map: who is close together is alike. Its directions say nothing."),
    ]
    map_share: Annotated[
        Share | None, Meta(description="How much of the differences between people the map shows.", examples=[0.37])
    ]


def get_similarity(_: Call, __: SessionInput, view: SessionView) -> Similarity:
    """How alike people are, the groups that they form, and the statements that most and fewest of them share."""
    return read_similarity(view)


def read_similarity(view: SessionView) -> Similarity:
    """Gives how alike the people of a session are, which is read with FOR_THEMES."""
    from chalicelib.services.results.similarity import compare_people, place_dots, read_words

    deps, session_id = container.synthesis_deps(), view.session.id
    registry = deps.themes.get(session_id, view.synthesis)
    compared = compare_people(view, deps.conversations.heads(session_id), registry)
    if compared.readiness != "ready":
        return Similarity(compared.readiness, compared.total, 0, None, [], [], [], 0, [], None)
    positions = (*compared.most, *compared.fewest)
    words = read_words(session_id, positions, registry, compared.unquotable)
    grouped = sum(len(group.people) for group in compared.groups)
    return Similarity(
        compared.readiness,
        compared.total,
        compared.compared,
        compared.cohesion,
        _statements(compared.most, words),
        _statements(compared.fewest, words),
        [_group(group) for group in compared.groups],
        compared.compared - grouped,
        [Dot(it.x, it.y, it.group, it.people) for it in place_dots(compared)],
        compared.shown,
    )


def _statements(positions: "Sequence[found.Position]", words: Mapping[tuple[str, str], Point]) -> list[Statement]:
    return [_statement(it, said) for it in positions if (said := words.get((it.theme.id, it.stance)))]


def _statement(of: "found.Position", said: Point) -> Statement:
    words, counts = (said.text, said.quote, of.author, said.message_id), (len(of.people), len(of.opposed))
    return Statement(*words, of.theme.id, of.theme.label, of.stance, *counts, of.similarity)


def _group(of: "found.Group") -> Group:
    from chalicelib.services.synthesis.aggregate import count_stances

    shared = [SharedTheme(it.theme.id, it.theme.label, it.stance, len(it.people)) for it in of.shared]
    dividing = [
        DividingTheme(
            it.theme.id, it.theme.label, count_stances(it.here.values()), count_stances(it.elsewhere.values())
        )
        for it in of.dividing
    ]
    return Group(len(of.people), of.cohesion, shared, dividing)


OPERATIONS = (Operation(get_similarity, "viewer", SessionInput, Similarity, reads=session_with(FOR_THEMES)),)
