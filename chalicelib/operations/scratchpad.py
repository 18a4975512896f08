"""What can be done with a session's scratchpad: read it, and bring it up to date."""

from typing import Annotated, Any, Literal

from msgspec import Meta
from msgspec.structs import asdict

from chalicelib import container
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import Note, SessionView, Stance
from chalicelib.operations.fields import Count, MessageId, SessionId, SessionInput, Time, moment
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.subject import session_with
from chalicelib.store.sessions import FOR_SCRATCHPAD

ThemeId = Annotated[str, Meta(description="The id of the theme, which stays for ever.", examples=["t1"])]
Label = Annotated[str, Meta(description="What it is about, in a few words.", examples=["Noise"])]
People = Annotated[Count, Meta(description="How many people speak of it; each counts once.", examples=[4])]
Stances = Annotated[
    dict[Stance, Count],
    Meta(
        description="How many participants take which side; each counts once.",
        examples=[{"for": 0, "against": 4, "mixed": 0, "neutral": 0}],
    ),
]


class ScratchpadProgress(Output):
    """How far a scratchpad is."""

    status: Annotated[
        Literal["completed", "partial", "no_data", "exists", "empty"],
        Meta(description="Whether all is in it, some, or nothing was there to be taken in."),
    ]
    themes: Annotated[Count, Meta(description="The themes in it.", examples=[1])]
    participants: Annotated[Count, Meta(description="The people whose words are in it.")]
    batches_processed: Annotated[Count, Meta(description="The batches of threads that were taken in.", examples=[1])]
    batches_total: Annotated[Count, Meta(description="The batches that there are.", examples=[1])]


class ScratchpadTheme(Output):
    """What is noted of a theme."""

    id: ThemeId
    label: Label
    description: Annotated[
        str, Meta(description="What it is, in a sentence.", examples=["How loud the open space is."])
    ]
    participants: People
    stances: Stances
    evidence: Annotated[list[MessageId], Meta(description="Ids of messages that say so.")]


class ScratchpadOutcome(Output):
    """A theme on which nearly all agree, or that divides people."""

    theme_id: ThemeId
    label: Label
    participants: People
    stances: Stances


class CoveredQuestion(Output):
    """A question of the host's that at least half of the participants spoke to."""

    question: Annotated[str, Meta(description="The question.", examples=["What keeps you from coming in?"])]
    participants: Annotated[Count, Meta(description="How many people spoke to it.")]


class Scratchpad(Output):
    """The notes over all conversations."""

    session_id: Annotated[SessionId, Meta(description="The id of the session.")]
    themes: Annotated[
        list[ScratchpadTheme], Meta(description="As many as there is room for, the most widely carried theme first.")
    ]
    consensus: Annotated[list[ScratchpadOutcome], Meta(description="Themes on which nearly all agree.")]
    tensions: Annotated[list[ScratchpadOutcome], Meta(description="Themes that divide people.")]
    covered_questions: Annotated[list[CoveredQuestion], Meta(description="Questions that have been spoken to.")]
    themes_total: Annotated[Count, Meta(description="How many themes there are in all.", examples=[1])]
    participants: Annotated[Count, Meta(description="How many people it was made from.", examples=[4])]
    updated_at: Annotated[Time, Meta(description="When it was brought up to date.")]


class UpdateScratchpad(SessionInput):
    """How to bring a scratchpad up to date."""

    mode: Annotated[
        Literal["seed", "update", "status"],
        Meta(
            description="`seed` takes all that was said and goes on where an earlier call stopped, `update` what is new, "
            "`status` does no work."
        ),
    ] = "seed"


def get_scratchpad(_: Call, __: SessionInput, view: SessionView) -> Scratchpad:
    """The notes over all conversations; there are none before somebody spoke in a session with cross-pollination."""
    pad = view.scratchpad
    if pad is None or not pad.messages:
        raise NotFound("This session has no scratchpad yet")
    notes = {note.id: note for note in pad.notes}
    return Scratchpad(
        session_id=view.session.id,
        themes=[
            ScratchpadTheme(it.id, it.label, it.description, it.participants, dict(it.stances), list(it.evidence))
            for it in pad.notes
        ],
        consensus=[_outcome(notes[theme_id]) for theme_id in pad.consensus],
        tensions=[_outcome(notes[theme_id]) for theme_id in pad.tensions],
        covered_questions=[CoveredQuestion(it.question, it.participants) for it in pad.covered],
        themes_total=pad.themes,
        participants=pad.participants,
        updated_at=moment(pad.updated_at),
    )


def update_scratchpad(_: Call, given: UpdateScratchpad, view: SessionView) -> Done:
    """Bring the scratchpad up to date, in batches within the time of a request; call again while it is `partial`."""
    from chalicelib.services.synthesis import scratchpad_on_demand

    deps = container.synthesis_deps()
    progress = asdict(scratchpad_on_demand.update_scratchpad(view.session.id, given.mode, deps=deps))
    return Done(ScratchpadProgress(**progress), progress)


def _progress_again(_: Call, kept: dict[str, Any], __: SessionView) -> ScratchpadProgress:
    return ScratchpadProgress(**kept)


def _outcome(of: Note) -> ScratchpadOutcome:
    return ScratchpadOutcome(of.id, of.label, of.participants, dict(of.stances))


OPERATIONS = (
    Operation(get_scratchpad, "viewer", SessionInput, Scratchpad, reads=session_with(FOR_SCRATCHPAD)),
    Operation(
        update_scratchpad,
        "editor",
        UpdateScratchpad,
        ScratchpadProgress,
        reads=session_with(),
        again=Repeat(_progress_again),
        fails=(Unavailable,),
    ),
)
