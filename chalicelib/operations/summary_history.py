"""The last summaries of a session, and what changed from one to another. Taking somebody out of the results takes all of them away."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import STANCES, SessionView
from chalicelib.model import Summary as StoredSummary
from chalicelib.operations.fields import Count, SessionInput, Time, moment
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.results import Quote, Stances, Theme, show_quote, show_theme
from chalicelib.operations.subject import session_with
from chalicelib.services.results.summary_changes import SummaryChanges, ThemeChange, compare_summaries
from chalicelib.services.synthesis.stored_results import list_quotes
from chalicelib.store.sessions import FOR_RESULTS

Number = Annotated[
    int,
    Meta(
        ge=0,
        le=10**9,
        description="Its number: they are counted from one, anew after somebody was taken out of the results.",
        examples=[2],
    ),
]
Since = Annotated[
    int,
    Meta(
        ge=0,
        le=10**9,
        description="The number of an earlier one to compare it with. Without it, the one before it.",
    ),
]
People = Annotated[Count, Meta(description="How many people it is of.")]
Messages = Annotated[Count, Meta(description="How many messages it is of.")]


class SummaryVersion(Output):
    """One of the last summaries."""

    number: Number
    generated_at: Annotated[Time, Meta(description="When it was written.")]
    current: Annotated[bool, Meta(description="Whether it is the summary as it is now.", examples=[True])]
    participants: People
    messages: Messages
    theme_count: Annotated[Count, Meta(description="How many themes it has.")]


class SummaryVersions(Output):
    """The last summaries."""

    data: Annotated[list[SummaryVersion], Meta(description="The summaries that are kept, the newest first.")]


class ChangedTheme(Output):
    """What became of a theme from one summary to the next."""

    id: Annotated[str, Meta(description="The id, which stays the theme's own.", examples=["t1"])]
    label: Annotated[str, Meta(description="What it is about, in a few words.", examples=["Noise"])]
    change: Annotated[
        Literal["new", "gone", "grown", "shrunk", "moved", "same"],
        Meta(
            description="Whether it is new, no theme of its own any more, of more people, of fewer, or of as many who stand elsewhere.",
            examples=["grown"],
        ),
    ]
    participants_before: Annotated[Count, Meta(description="How many people spoke of it.")]
    participants: Annotated[Count, Meta(description="How many do now.")]
    stances_before: Annotated[Stances, Meta(description="Where they stood.")]
    stances: Annotated[Stances, Meta(description="Where they stand now.")]


class ChangedText(Output):
    """A piece of the prose of both summaries, or of one."""

    kind: Annotated[Literal["same", "removed", "added"], Meta(description="Whether both have it.", examples=["added"])]
    text: Annotated[str, Meta(description="The words.", examples=["Noise keeps people from coming in."])]


class Changes(Output):
    """What changed since an earlier summary."""

    since: Number
    since_generated_at: Annotated[Time, Meta(description="When that one was written.")]
    participants: Annotated[int, Meta(description="How many more people this one is of.", examples=[1])]
    messages: Annotated[int, Meta(description="How many more messages.", examples=[4])]
    themes: Annotated[list[ChangedTheme], Meta(description="The themes of both.")]
    prose: Annotated[
        list[ChangedText],
        Meta(description="What both say in sentences of their own, compared word by word, in the order of reading."),
    ]


class KeptSummary(SummaryVersion):
    """One of the last summaries with all that it says, and what changed since an earlier one."""

    summary: Annotated[str, Meta(description="The summary, in markdown.", examples=["## What people said\n\n…"])]
    themes: Annotated[list[Theme], Meta(description="What people speak of, the most widely carried theme first.")]
    quotes: Annotated[list[Quote], Meta(description="All quotes in it, those of the themes included.")]
    changes: Annotated[Changes | None, Meta(description="What changed; null where no earlier one is kept.")]


class GetSummaryVersion(SessionInput):
    """Names a session, one of its last summaries, and what to compare that with."""

    number: Number
    since: Since | UnsetType = UNSET


def list_summaries(_: Call, __: SessionInput, view: SessionView) -> SummaryVersions:
    """The last twenty summaries, the newest first, the current one among them.

    Where somebody is taken out of the results, or removed, all of them are gone at once: nothing of theirs is kept in any.
    """
    return SummaryVersions([SummaryVersion(**_facts(it, view)) for it in _read_kept(view)])


def get_summary_version(_: Call, given: GetSummaryVersion, view: SessionView) -> KeptSummary:
    """One of the last summaries, and what changed in it since an earlier one: themes, who stands where, and the prose."""
    kept = _read_kept(view)
    found = next((it for it in kept if it.number == given.number), None)
    if found is None:
        raise NotFound("There is no such summary of this session, or it is not kept any more")
    if given.since is UNSET:
        other = next((it for it in kept if it.number < found.number), None)
    elif (other := next((it for it in kept if it.number == given.since < found.number), None)) is None:
        raise NotFound(
            "There is no earlier summary of this session with the number in since, or it is not kept any more"
        )
    return KeptSummary(
        **_facts(found, view),
        summary=found.markdown,
        themes=[show_theme(it) for it in found.themes],
        quotes=[show_quote(it) for it in list_quotes(found)],
        changes=_show_changes(compare_summaries(other, found)) if other else None,
    )


def _read_kept(view: SessionView) -> list[StoredSummary]:
    return container.summaries().kept(view.session.id)


def _facts(of: StoredSummary, view: SessionView) -> dict[str, Any]:
    return {
        "number": of.number,
        "generated_at": moment(of.generated_at),
        "current": view.summary is not None and view.summary.generated_at == of.generated_at,
        "participants": of.participants,
        "messages": of.messages,
        "theme_count": len(of.themes),
    }


def _show_changes(of: SummaryChanges) -> Changes:
    return Changes(
        of.before.number,
        moment(of.before.generated_at),
        of.participants,
        of.messages,
        [_show_theme(it) for it in of.themes],
        [ChangedText(it.kind, it.text) for it in of.prose],
    )


def _show_theme(of: ThemeChange) -> ChangedTheme:
    before, after = (Stances(*(it[stance] for stance in STANCES)) for it in (of.stances_before, of.stances_after))
    return ChangedTheme(of.id, of.label, of.change, of.before, of.after, before, after)


OPERATIONS = (
    Operation(list_summaries, "viewer", SessionInput, SummaryVersions, reads=session_with(FOR_RESULTS)),
    Operation(
        get_summary_version,
        "viewer",
        GetSummaryVersion,
        KeptSummary,
        reads=session_with(FOR_RESULTS),
        fails=(NotFound,),
    ),
)
