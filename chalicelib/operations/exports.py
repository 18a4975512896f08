"""What can be done to take a session away: its conversations, and what was made of them, as files."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import Forbidden, TooLarge
from chalicelib.model import SessionView
from chalicelib.operations.answer_size import fits
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.operation import Call, File, Operation
from chalicelib.operations.subject import session_with
from chalicelib.services.access.sizes import ANSWER_BYTES
from chalicelib.services.results.exports.selection import Format, Readers, Selection, complete_selection, read_parts

_MOST_NAMED = 40_000  # characters: a thousand ids


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
            description="Which parts, with commas between: `design`, `responses`, `transcripts`, `summary`, `insights`. A `csv` has "
            "`responses`, a row a person, or `transcripts`, a row a message. Without it: all of a `json`, the responses of a `csv`, "
            "the summary of a document.",
            examples=["responses,transcripts"],
        ),
    ] = ""
    participants: Annotated[
        str,
        Meta(
            max_length=_MOST_NAMED,
            description="Only these people: each by its `participant_id`, with commas between.",
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
            "person, and of fewer than five people nothing. What viewers take away is for `others`."
        ),
    ] = "members"


def export_session(_: Call, asked: Selection, view: SessionView) -> File:
    """A session as a file to take away; whose words these are is said in it, and for what they may be used.

    Viewers take away summary and insights, editors all of it.
    """
    from chalicelib.services.results.exports.rendering import render_export

    selection = complete_selection(asked, view)
    found = render_export(view.session.id, selection, deps=container.insight_deps(), at_most=ANSWER_BYTES)
    if found is None or not fits(found.text):
        size = f"{ANSWER_BYTES // 1_000_000} MB"
        raise TooLarge(
            f"The export is over {size}, more than one answer can carry: ask for fewer parts or participants"
        )
    return File(found.content_type, found.name, found.text)


def _asked(_: Call, given: ExportSession) -> Selection:
    """Puts the input into the words of the rules. Raises Invalid for a part that is none."""
    named = tuple(dict.fromkeys(filter(None, map(str.strip, given.participants.lower().split(",")))))
    everybody = given.include is not UNSET
    return Selection(given.format, read_parts(given.parts), named, everybody, given.readers)


OPERATIONS = (
    Operation(
        export_session, "viewer", ExportSession, File, reads=session_with(), check=_asked, fails=(Forbidden, TooLarge)
    ),
)
