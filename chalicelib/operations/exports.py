"""What can be done to take a session away: its conversations, and what was made of them, as files."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.model import SessionView
from chalicelib.operations.answer_size import fits
from chalicelib.operations.fields import SessionInput, Time, moment_or_null
from chalicelib.operations.operation import Call, Done, File, Operation, Output
from chalicelib.operations.subject import session_with
from chalicelib.services.access.sizes import ANSWER_BYTES
from chalicelib.services.results.exports.selection import Format, Readers, Selection, complete_selection, read_parts
from chalicelib.store import keys

if TYPE_CHECKING:
    from chalicelib.services.results.exports.large import OfferedExport

ExportId = Annotated[str, Meta(extra_json_schema={"format": "uuid"}, examples=["5e1a2b3c-4d5e-4f70-8a9b-0c1d2e3f4a5b"])]
Status = Literal["pending", "ready", "failed"]
MOST_NAMED = 100  # people: as many as an address has room for
_ID_LENGTH = 37  # with the comma behind


class ExportSession(SessionInput):
    """What to take away of a session, and as what."""

    format: Annotated[
        Format,
        Meta(
            description="`json`: everything as it is stored; `csv`: a table; `md` and `html`: documents to read, the page to print, too."
        ),
    ] = "json"
    parts: Annotated[
        str,
        Meta(
            max_length=200,
            description="Which parts, with commas between: `design`, `responses`, `transcripts`, `summary`, `insights`. A `csv` has "
            "`responses`, a row a person, or `transcripts`, a row a message. Without it: all of a `json`, the responses of a `csv`, "
            "the summary of a document.",
            examples=["responses,transcripts"],
        ),
    ] = ""
    participants: Annotated[
        str,
        Meta(
            max_length=MOST_NAMED * _ID_LENGTH,
            description="Only these people, a hundred at most: each by its `participant_id`, with commas between. They have responses "
            "and transcripts (of a `json` and a document both, without `parts`); summary and insights are of everybody.",
        ),
    ] = ""
    include: (
        Annotated[
            Literal["all"], Meta(description="Give people who were taken out of the results, too, and test runs.")
        ]
        | UnsetType
    ) = UNSET
    readers: Annotated[
        Readers,
        Meta(
            description="Who is to read a document: `members` of the session, or `others`, who are told nothing that points at one "
            "person, and of fewer than five people nothing. A document that a viewer takes away is for `others`."
        ),
    ] = "members"


class LargeExport(Output):
    """An export that is more than one answer can carry."""

    id: Annotated[ExportId, Meta(description="The id of the export.")]
    status: Annotated[
        Status,
        Meta(
            description="Whether it is being made, or there; `failed` where it did not come within half an hour: ask for it again.",
            examples=["ready"],
        ),
    ]
    url: Annotated[
        str | None,
        Meta(
            description="Where to fetch the file, once it is there; for five minutes: ask again for another one.",
            examples=["https://exports.example.com/…"],
        ),
    ]
    expires_at: Annotated[
        Time | None,
        Meta(
            description="When the file goes: a day after it was made. It goes before that with the session, and when somebody is "
            "taken out of the results or removed."
        ),
    ]


class ExportInput(SessionInput):
    """Names a large export of a session."""

    export_id: Annotated[ExportId, Meta(description="The `id` of a `LargeExport`.")]


def export_session(_: Call, asked: Selection, view: SessionView) -> File | Done:
    """A session as a file to take away; whose words these are is said in it, and for what they may be used.

    Viewers take away summary and insights, editors all of it. What is more than one answer can carry is made by a job, and there for
    a day: 202, and again until it is `ready`. What was made within the last ten minutes is not made again.
    """
    from chalicelib.services.results.exports.large import ask_for_large, find_large
    from chalicelib.services.results.exports.rendering import render_export

    session_id, epoch, deps = view.session.id, view.synthesis.epoch, container.export_deps()
    selection = complete_selection(asked, view)
    if known := find_large(session_id, selection, epoch, deps=deps):
        return Done(_large(known), goes_on=True)
    found = render_export(session_id, selection, deps=deps.insights, at_most=ANSWER_BYTES)
    if found is None or not fits(found.text):
        return Done(_large(ask_for_large(session_id, selection, epoch, deps=deps)), goes_on=True)
    return File(found.content_type, found.name, found.text)


def get_export(_: Call, given: ExportInput, view: SessionView) -> LargeExport:
    """How far a large export is, and where to fetch its file."""
    from chalicelib.services.results.exports.large import open_large

    return _large(open_large(view, given.export_id, deps=container.export_deps()))


def _large(of: "OfferedExport") -> LargeExport:
    status: Status = "ready" if of.url else "failed" if of.is_lost else "pending"
    return LargeExport(of.id, status, of.url, moment_or_null(of.ends_at))


def _asked(_: Call, given: ExportSession) -> Selection:
    """Puts the input into the words of the rules. Raises Invalid for a part that is none."""
    named = tuple(dict.fromkeys(filter(None, map(str.strip, given.participants.lower().split(",")))))
    everybody = given.include is not UNSET
    return Selection(given.format, read_parts(given.parts), named, everybody, given.readers)


_READ = session_with((keys.SYNTHESIS,))

OPERATIONS = (
    Operation(
        export_session,
        "viewer",
        ExportSession,
        File,
        reads=_READ,
        check=_asked,
        goes_on=True,
        meanwhile=LargeExport,
    ),
    Operation(get_export, "viewer", ExportInput, LargeExport, reads=_READ, settled=False),
)
