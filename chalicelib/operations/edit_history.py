"""The history of a session's texts. `create_session` and `edit_session` write it; an earlier text comes back by `edit_session`."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib import container
from chalicelib.model import EditSource, PromptOrigin, Revision, SessionView
from chalicelib.operations.fields import Count, Limit, Offset, SessionInput, Time, Uuid, moment_or_null
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.subject import session_with
from chalicelib.store.sessions import FOR_EDIT_HISTORY

Field = Literal[
    "topic",
    "goal",
    "critical",
    "context",
    "private_context",
    "prompt",
    "summary_prompt",
    "platform_guidelines_override",
    "welcome_message",
    "meta_description",
    "host_name",
    "why",
]


class EditRevision(Output):
    """What a text of a session was from a time on."""

    id: Annotated[str, Meta(description="Its id: the field and a number that grows.", examples=["goal-2"])]
    field: Annotated[
        Field, Meta(description="Which text; `host_name` and `why` are those of `branding`.", examples=["goal"])
    ]
    value: Annotated[
        str | None,
        Meta(
            description="What it became; null where it was taken away.",
            examples=["Decide what to change about the office next year"],
        ),
    ]
    source: Annotated[
        EditSource,
        Meta(
            description="How that came about: with the session, by an edit, or, of the prompt, written from the brief, for another "
            "template or by a review of the facilitator. `earlier` is what the text was before its history began.",
            examples=["manual_edit"],
        ),
    ]
    created_at: Annotated[Time | None, Meta(description="When; null where nobody knows.")]
    created_by: Annotated[Uuid | None, Meta(description="The user whose edit it was; null: nobody's.", examples=[None])]
    created_by_name: Annotated[str | None, Meta(description="The name of that user.", examples=["Ana"])]
    origin: Annotated[
        PromptOrigin | None,
        Meta(description="Of a prompt, how it came about as its versions tell it; else null.", examples=[None]),
    ]


class EditCount(Output):
    """How much history a text has."""

    count: Annotated[Count, Meta(description="How many revisions are kept; of each text the newest 50 are.")]
    last_edited: Annotated[Time | None, Meta(description="When the newest came about; null where nobody knows.")]


class EditHistory(Output):
    """A page of the history, and how much there is of each text."""

    revisions: Annotated[list[EditRevision], Meta(description="The revisions, the newest first.")]
    counts: Annotated[
        dict[str, EditCount],
        Meta(
            description="By the field, how many revisions are kept. Texts without any are not named.",
            examples=[{"goal": {"count": 2, "last_edited": "2026-03-01T12:04:41.000712Z"}}],
        ),
    ]


class ListEdits(SessionInput):
    """Names a session, and what of its history to list."""

    field: Annotated[Field, Meta(description="The text whose history to list; without it, of all.")] | None = None
    limit: Limit = 20
    offset: Offset = 0


def list_edits(_: Call, given: ListEdits, view: SessionView) -> EditHistory:
    """The history of the session's texts: what each became, when and by whom, the newest first.

    Of each text the newest 50 revisions are kept; older versions of the prompt are listed under `/prompts`. To bring one back, PATCH
    the session with its value, or with `prompt_version`. What a draft's texts were while somebody was typing is kept every five minutes.
    """
    from chalicelib.services.sessions import edit_history  # which only this asks for

    found = edit_history.list_history(view, given.field, given.limit, given.offset, sessions=container.sessions())
    names = container.accounts().names_of({by for it in found.revisions if (by := it.created_by)})
    counts = {name: EditCount(it.count, moment_or_null(it.last_edited)) for name, it in found.counts.items()}
    return EditHistory([_shown(it, names) for it in found.revisions], counts)


def _shown(of: Revision, names: dict[str, str | None]) -> EditRevision:
    return EditRevision(
        f"{of.field}-{of.number}",
        msgspec.convert(of.field, Field),
        of.value,
        of.source,
        moment_or_null(of.created_at),
        of.created_by,
        names.get(of.created_by or ""),
        of.origin,
    )


OPERATIONS = (Operation(list_edits, "editor", ListEdits, EditHistory, reads=session_with(FOR_EDIT_HISTORY)),)
