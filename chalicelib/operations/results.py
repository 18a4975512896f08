"""What can be done with a session's results: read the summary and the brief, and have the summary rewritten."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from chalicelib import container
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import STANCES, SessionView, Stance
from chalicelib.model import Proposal as StoredProposal
from chalicelib.model import Quote as StoredQuote
from chalicelib.model import Theme as StoredTheme
from chalicelib.operations.fields import Count, MessageId, SessionId, SessionInput, Time, moment_or_null
from chalicelib.operations.operation import Call, Done, Markdown, Operation, Output, Repeat
from chalicelib.operations.session_output import SummaryStatus
from chalicelib.operations.sessions import read_current
from chalicelib.operations.subject import session_with
from chalicelib.services.sessions.listing import update_cards
from chalicelib.services.synthesis.state import summary_status
from chalicelib.services.synthesis.stored_results import list_quotes, read_brief
from chalicelib.store.sessions import FOR_RESULTS


class Quote(Output):
    """Words of a participant."""

    text: Annotated[
        str,
        Meta(
            description="The words, cut from the message; white space may be folded.",
            examples=["It is too loud to concentrate."],
        ),
    ]
    message_id: Annotated[MessageId, Meta(description="The id of the message.")]


class Stances(Output, rename={"favour": "for"}):
    """How many of the participants who speak of a theme stand where; each counts once."""

    favour: Annotated[Count, Meta(description="Who are for it.", examples=[0])]
    against: Annotated[Count, Meta(description="Who are against it.")]
    mixed: Annotated[Count, Meta(description="Who are for it in part.", examples=[0])]
    neutral: Annotated[Count, Meta(description="Who say neither.", examples=[0])]


class Theme(Output):
    """What participants speak of."""

    id: Annotated[str, Meta(description="The id, which stays the theme's own in later summaries.", examples=["t1"])]
    label: Annotated[str, Meta(description="What it is about, in a few words.", examples=["Noise"])]
    statement: Annotated[
        str, Meta(description="What people say of it.", examples=["Noise keeps people from coming in."])
    ]
    participants: Annotated[Count, Meta(description="How many people speak of it; each counts once.")]
    stances: Annotated[Stances, Meta(description="Where they stand.")]
    quotes: Annotated[list[Quote], Meta(description="Words of theirs.")]


class Proposal(Output):
    """A measure that participants propose."""

    text: Annotated[str, Meta(description="The measure.", examples=["A room in which nobody makes calls."])]
    condition: Annotated[
        str, Meta(description="Under which condition people would go along; empty where nobody set one.", examples=[""])
    ]
    participants: Annotated[
        Count, Meta(description="How many people are for or against it by what the summary names of theirs.")
    ]
    stances: Annotated[Stances, Meta(description="Where they stand.")]


class Summary(Output):
    """The summary, and how current it is."""

    session_id: Annotated[SessionId, Meta(description="The id of the session.")]
    summary: Annotated[
        str | None,
        Meta(
            description="The summary, in markdown.",
            examples=["## What people said\n\nNoise keeps two of two participants from coming in."],
        ),
    ]
    generated_at: Annotated[Time | None, Meta(description="When it was written.")]
    status: SummaryStatus
    themes: Annotated[list[Theme], Meta(description="What people speak of, the most widely carried theme first.")]
    quotes: Annotated[list[Quote], Meta(description="All quotes in it, those of the themes included.")]
    proposals: Annotated[list[Proposal], Meta(description="What people propose, what most people speak of first.")]
    withheld_messages: Annotated[
        Count, Meta(description="How many messages are left out, since the language model declined to read them.")
    ]


def get_summary(call: Call, _: SessionInput, view: SessionView) -> Summary:
    """The summary, and how current it is; where it lacks something, it is written from now on."""
    return _summary(read_current(view, call.now))


def write_summary(_: Call, __: SessionInput, view: SessionView) -> Done:
    """Rewrite the summary now; 202 where that takes longer than a request may, and goes on."""
    from chalicelib.services.synthesis.on_demand import summarise_now

    session_id = view.session.id
    if not summarise_now(session_id, deps=container.synthesis_deps()):
        return Done(_to_come(session_id), {"written": False}, goes_on=True)
    # The caller's list shows the change at once; the queue would take seconds.
    now = container.clock().now()
    update_cards(session_id, sessions=container.sessions(), cards=container.cards(), now=now)
    return Done(_summary(container.sessions().view(session_id, FOR_RESULTS)), {"written": True})


def get_brief(call: Call, _: SessionInput, view: SessionView) -> Markdown:
    """The brief, as markdown."""
    brief = read_brief(read_current(view, call.now), call.now)
    if brief is None:
        raise NotFound("This session has no brief yet; it follows the first summary")
    return Markdown(brief)


def _written_again(_: Call, kept: dict[str, Any], view: SessionView) -> Summary:
    return _summary(view) if kept["written"] else _to_come(view.session.id)


def _summary(view: SessionView) -> Summary:
    of = view.summary
    return Summary(
        session_id=view.session.id,
        summary=of.markdown if of else None,
        generated_at=moment_or_null(of.generated_at if of else None),
        status=summary_status(view, container.clock().now()),
        themes=[show_theme(theme) for theme in (of.themes if of else ())],
        quotes=[show_quote(quote) for quote in (list_quotes(of) if of else ())],
        proposals=[_show_proposal(it) for it in (of.proposals if of else ())],
        withheld_messages=of.withheld_messages if of else 0,
    )


def _to_come(session_id: str) -> Summary:
    """Gives a summary that takes longer than a request may."""
    return Summary(session_id, None, None, "updating", [], [], [], 0)


def _show_proposal(of: StoredProposal) -> Proposal:
    return Proposal(of.text, of.condition, of.participants, _show_stances(of.stances))


def _show_stances(of: Mapping[Stance, int]) -> Stances:
    return Stances(*(of.get(stance, 0) for stance in STANCES))


def show_theme(of: StoredTheme) -> Theme:
    """Gives a theme as answers show it."""
    statement = " ".join(filter(None, (of.statement, of.gathered)))
    return Theme(
        of.id,
        of.label,
        statement,
        of.participants,
        _show_stances(of.stances),
        [show_quote(quote) for quote in of.quotes],
    )


def show_quote(of: StoredQuote) -> Quote:
    """Gives a quote as answers show it."""
    return Quote(of.text, of.message_id)


OPERATIONS = (
    Operation(get_summary, "viewer", SessionInput, Summary, reads=session_with(FOR_RESULTS)),
    Operation(
        write_summary,
        "editor",
        SessionInput,
        Summary,
        reads=session_with(),
        again=Repeat(_written_again, session_with(FOR_RESULTS)),
        goes_on=True,
        fails=(Unavailable,),
    ),
    Operation(get_brief, "viewer", SessionInput, Markdown, reads=session_with(FOR_RESULTS)),
)
