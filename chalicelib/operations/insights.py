"""What can be done with the insights of a session: what its host notes, and answers that were kept, each with quotes from what was said."""

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib import container
from chalicelib.errors import Conflict
from chalicelib.model import SessionView
from chalicelib.model.insights import InsightSource
from chalicelib.operations.fields import (
    Count,
    Limit,
    MessageId,
    Moment,
    Offset,
    Pagination,
    SessionInput,
    ThreadId,
    Time,
    Uuid,
    moment,
)
from chalicelib.operations.operation import Call, Changes, Done, Operation, Output, Repeat
from chalicelib.operations.results import Quote
from chalicelib.operations.subject import session_with

if TYPE_CHECKING:
    from chalicelib.services.results.insights import ClaimedQuote, ListedInsight

TITLE_LIMIT, CONTENT_LIMIT, QUOTES_LIMIT, QUOTE_LIMIT = 200, 20_000, 20, 400

InsightId = Annotated[
    str, Meta(description="The id of the insight.", examples=["2b6d0f4c-8a1e-4c3d-9f70-5e1a2b3c4d5e"])
]
Title = Annotated[str, Meta(max_length=TITLE_LIMIT, description="A heading.", examples=["Why people stay at home"])]
Words = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CONTENT_LIMIT,
        description="The text, in markdown.",
        examples=["Noise is named **before** distance."],
    ),
]
Visible = Annotated[
    bool,
    Meta(
        description="Whether those who may read the section `insights` of the results are shown it, as far as the rules for quotes "
        "allow. Members always are. An answer that was kept is for members alone.",
        examples=[False],
    ),
]
Source = Annotated[
    InsightSource, Meta(description="Whether it was written, or is an answer that was kept.", examples=["note"])
]


class InsightQuote(Quote):
    """Words of a participant in an insight."""

    participant_id: Annotated[ThreadId, Meta(description="The `participant_id` of whoever said it.")]


class Insight(Output):
    """A note, or an answer that was kept."""

    id: InsightId
    title: Annotated[Title | None, Meta(description="A heading; null for none.")]
    content: Annotated[
        str,
        Meta(
            description="The text, in markdown; `[…]` stands in the place of words that are gone with their person.",
            examples=["Noise is named **before** distance."],
        ),
    ]
    source: Source
    quotes: Annotated[list[InsightQuote], Meta(description="The quotes that stand.")]
    lost_quotes: Annotated[
        Count,
        Meta(
            description="How many quotes are gone, since their people were taken out, were removed, or are not to be quoted.",
            examples=[0],
        ),
    ]
    position: Annotated[Count, Meta(description="Its place among all insights, from 0.", examples=[0])]
    visible: Visible
    created_by: Annotated[
        Uuid, Meta(description="The user who made it.", examples=["9d2f6a10-4b3c-4e5d-8f60-1a2b3c4d5e6f"])
    ]
    created_by_name: Annotated[str | None, Meta(description="The name of that user.", examples=["Ana"])]
    created_at: Annotated[Time, Meta(description="When it was made.")]
    updated_at: Annotated[Time, Meta(description="When it was last changed; moving it is no change.")]


class InsightList(Output):
    """A page of the insights of a session."""

    data: Annotated[list[Insight], Meta(description="The insights, in the order that their host gave them.")]
    pagination: Annotated[Pagination, Meta(description="Which part of the list this is.")]


class ListInsights(SessionInput):
    """Names a session, and which of its insights to list."""

    limit: Limit = 20
    offset: Offset = 0


class NewQuote(Struct):
    """Words of a participant, to be found in what was said."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=QUOTE_LIMIT,
            description="The words, as they were said; white space may differ.",
            examples=["It is too loud to concentrate"],
        ),
    ]
    message_id: (
        Annotated[
            MessageId,
            Meta(description="The message that has them; without it, the first one with these words is found."),
        ]
        | None
    ) = None
    participant_id: (
        Annotated[
            str,
            Meta(
                description="Whose message it is, where that is known: `message_id` is found sooner then. Only a hint."
            ),
        ]
        | UnsetType
    ) = UNSET


_Quotes = Annotated[
    tuple[NewQuote, ...],
    Meta(max_length=QUOTES_LIMIT, description="Quotes of people who are part of the results."),
]
_Position = Annotated[
    int, Meta(ge=0, le=199, description="The place among all insights, from 0, that it is moved to.", examples=[0])
]


class AddInsight(SessionInput):
    """A new insight."""

    content: Words
    title: Title | None = None
    source: Source = "note"
    quotes: _Quotes = ()
    visible: Visible = False


class InsightInput(SessionInput):
    """Names an insight of a session."""

    insight_id: InsightId


class EditInsight(InsightInput, Changes):
    """What is to change of an insight; what is absent stays."""

    title: Title | UnsetType | None = UNSET
    content: Words | UnsetType = UNSET
    quotes: _Quotes | UnsetType = UNSET
    visible: Visible | UnsetType = UNSET
    position: _Position | UnsetType = UNSET
    unchanged_since: (
        Annotated[
            Moment,
            Meta(
                description="The `updated_at` of the insight that the changes were made from: where somebody has changed it since, "
                "nothing is changed, and the answer is 409."
            ),
        ]
        | UnsetType
    ) = UNSET


def list_insights(_: Call, given: ListInsights, view: SessionView) -> InsightList:
    """What hosts noted of a session, and answers that they kept, in their order.

    A quote goes with its person: whoever is taken out of the results takes it along, and brings it back when taken in again.
    """
    from chalicelib.services.results import insights  # which only this resource asks for

    page = insights.list_insights(view.session.id, given.limit, given.offset, deps=container.insight_deps())
    names = container.accounts().names_of({it.insight.created_by for it in page.insights})
    return InsightList([_shown(it, names) for it in page.insights], Pagination(page.total, given.limit, given.offset))


def add_insight(call: Call, given: AddInsight, view: SessionView) -> Done:
    """Add an insight behind all others.

    Each quote is cut from what somebody said who is part of the results: 400 names one that is not. A session has at most 200: 422.
    """
    from chalicelib.services.results import insights

    new_id = call.new_id()
    new = insights.NewInsight(
        given.title or None, given.content, given.source, tuple(map(_claimed, given.quotes)), given.visible
    )
    insights.add_insight(
        view.session.id, new, new_id=new_id, user_id=call.user_id, now=call.now, deps=container.insight_deps()
    )
    return Done(_find(view.session.id, new_id), {"insight_id": new_id})


def edit_insight(call: Call, given: EditInsight, view: SessionView) -> Insight:
    """Change what the body names of an insight, or move it; gives it as it is then.

    A text that has more marks `[…]` than the insight has now was made of an older reading: 409.
    """
    from chalicelib.services.results import insights

    session_id, deps = view.session.id, container.insight_deps()
    named = {"title": given.title or None, "content": given.content, "visible": given.visible}
    changes = {name: value for name, value in named.items() if getattr(given, name) is not UNSET}
    quotes = None if given.quotes is UNSET else [_claimed(it) for it in given.quotes]
    insights.edit_insight(
        session_id,
        given.insight_id,
        changes,
        quotes,
        unchanged_since=given.unchanged_since or None,
        now=call.now,
        deps=deps,
    )
    if given.position is not UNSET:
        deps.insights.move(session_id, given.insight_id, given.position)
    return _find(session_id, given.insight_id)


def delete_insight(_: Call, given: InsightInput, view: SessionView) -> None:
    """Remove an insight for good."""
    container.insight_deps().insights.remove(view.session.id, given.insight_id)


def _added_again(_: Call, kept: dict[str, Any], view: SessionView) -> Insight:
    return _find(view.session.id, kept["insight_id"])


def _find(session_id: str, insight_id: str) -> Insight:
    from chalicelib.services.results.insights import find_insight

    found = find_insight(session_id, insight_id, deps=container.insight_deps())
    return _shown(found, container.accounts().names_of({found.insight.created_by}))


def _claimed(quote: NewQuote) -> "ClaimedQuote":
    from chalicelib.services.results.insights import ClaimedQuote

    return ClaimedQuote(quote.text, quote.message_id, quote.participant_id or None)


def _shown(listed: "ListedInsight", names: dict[str, str | None]) -> Insight:
    of = listed.insight
    return Insight(
        of.id,
        of.title,
        of.content,
        of.source,
        [InsightQuote(it.text, it.message_id, it.thread_id) for it in of.quotes],
        listed.lost,
        listed.position,
        of.visible,
        of.created_by,
        names.get(of.created_by),
        moment(of.created_at),
        moment(of.edited_at),
    )


OPERATIONS = (
    Operation(list_insights, "viewer", ListInsights, InsightList, reads=session_with()),
    Operation(
        add_insight,
        "editor",
        AddInsight,
        Insight,
        reads=session_with(),
        again=Repeat(_added_again),
        creates=True,
        fails=(Conflict,),
    ),
    Operation(edit_insight, "editor", EditInsight, Insight, reads=session_with(), fails=(Conflict,)),
    Operation(delete_insight, "editor", InsightInput, reads=session_with(), fails=(Conflict,)),
)
