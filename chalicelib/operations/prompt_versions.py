"""The versions of a session's facilitation prompt. `edit_session` adds them; nothing takes one away but the session's end."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, convert

from chalicelib import container
from chalicelib.model import PromptOrigin, SessionView
from chalicelib.operations.fields import Count, Limit, Offset, Pagination, SessionInput, Time, Uuid, moment_or_null
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.session_fields import GeneratedFrom
from chalicelib.operations.subject import session_with
from chalicelib.services.sessions.host_prompt import list_drifted
from chalicelib.store.sessions import FOR_PROMPT_VERSIONS

if TYPE_CHECKING:
    from chalicelib.services.sessions.prompt_versions import ListedVersion

PromptSource = Literal["topic", "goal", "critical", "context", "template_id"]


class PromptVersion(Output):
    """A version of the facilitation prompt. A conversation keeps the one that it began under."""

    version: Annotated[
        int, Meta(ge=0, description="Its number; 0 is the basic prompt, which follows the brief.", examples=[2])
    ]
    origin: Annotated[
        PromptOrigin,
        Meta(
            description="How it came about: by the host's hand, tailored to the brief, revised as the host said in words, restored from "
            "an earlier version, by a review, from a template, or basic: what is there for all, or "
            "was put together of prepared questions where there is no language model.",
            examples=["revised"],
        ),
    ]
    summary: Annotated[
        str | None,
        Meta(
            description="What it does, in a sentence or two.",
            examples=["Goes from the last day in the office to what keeps people away, and to the first change."],
        ),
    ]
    text: Annotated[str, Meta(description="The prompt.", examples=["Ask what keeps people from coming in."])]
    generated_from: Annotated[
        GeneratedFrom | None,
        Meta(description="What it was written from; of the context, the first 20,000 characters.", examples=[None]),
    ]
    template_id: Annotated[
        Uuid | None, Meta(description="The template that it was written from, too.", examples=[None])
    ]
    created_at: Annotated[Time | None, Meta(description="When it was made; null for those from before that was kept.")]
    created_by: Annotated[
        Uuid | None, Meta(description="The user who wrote or chose its text; null: nobody did.", examples=[None])
    ]
    created_by_name: Annotated[str | None, Meta(description="The name of that user.", examples=["Ana"])]
    current: Annotated[bool, Meta(description="Whether new conversations begin under it.", examples=[True])]
    threads: Annotated[Count, Meta(description="How many conversations began under it.")]


class PromptVersions(Output):
    """A page of the versions of a session's prompt."""

    data: Annotated[list[PromptVersion], Meta(description="The versions, the newest first.")]
    harmonica_md: Annotated[
        str | None,
        Meta(
            description="The HARMONICA.md of whoever created the session, as it was then: it stands in front of every version, and stays.",
            examples=["# Who we are\n\nA school kitchen for 300 children."],
        ),
    ]
    pagination: Annotated[Pagination, Meta(description="Which part of the list this is.")]
    drift: Annotated[
        list[PromptSource],
        Meta(
            description="What of the brief is another now than what the current prompt was written from; empty where nothing is, or "
            "where it was written by hand alone.",
            examples=[["goal"]],
        ),
    ]


class ListPromptVersions(SessionInput):
    """Names a session, and which of its versions to list."""

    limit: Limit = 20
    offset: Offset = 0


def list_prompt_versions(_: Call, given: ListPromptVersions, view: SessionView) -> PromptVersions:
    """The versions of the facilitation prompt, the newest first, and how many conversations began under each."""
    from chalicelib.services.sessions import prompt_versions  # which only this asks for

    page = prompt_versions.list_versions(
        view, given.limit, given.offset, sessions=container.sessions(), conversations=container.conversations()
    )
    names = container.accounts().names_of({by for it in page.versions if (by := it.prompt.created_by)})
    return PromptVersions(
        [_shown(it, names) for it in page.versions],
        view.harmonica_md,
        Pagination(page.total, given.limit, given.offset),
        convert(list_drifted(view), list[PromptSource]),
    )


def _shown(listed: "ListedVersion", names: dict[str, str | None]) -> PromptVersion:
    prompt = listed.prompt
    return PromptVersion(
        prompt.version,
        prompt.origin,
        prompt.summary,
        prompt.text,
        convert(prompt.generated_from, GeneratedFrom | None),
        prompt.template_id,
        moment_or_null(prompt.created_at),
        prompt.created_by,
        names.get(prompt.created_by or ""),
        listed.is_current,
        listed.threads,
    )


OPERATIONS = (
    Operation(
        list_prompt_versions,
        "viewer",
        ListPromptVersions,
        PromptVersions,
        reads=session_with(FOR_PROMPT_VERSIONS),
    ),
)
