"""What was removed, and when: of people who are gone from a session, and of a session that is gone itself."""

from typing import Annotated

from msgspec import Meta

from chalicelib.errors import NotFound
from chalicelib.model import SessionView
from chalicelib.model.deletions import DeletedBy, DeletionRecord
from chalicelib.model.lifetimes import BACKUP_DAYS
from chalicelib.operations.fields import SessionInput, Time, Uuid, moment, moment_or_null
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.subject import session_with
from chalicelib.store import deletion_records

MOST = 200  # the last of a session


class Deletion(Output):
    """One deletion. It tells nothing of what was removed but how much, and nothing of whose it was."""

    id: Annotated[
        Uuid,
        Meta(
            description="The id of the record, which is nobody's; of a session, the session's.",
            examples=["1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"],
        ),
    ]
    by: Annotated[
        DeletedBy,
        Meta(
            description="Who wanted it: the `participant`, a `host`, the `retention` of the session, or the `operator` of the server."
        ),
    ]
    asked_at: Annotated[Time, Meta(description="When it was asked for: from then on nobody was shown any of it.")]
    finished_at: Annotated[Time | None, Meta(description="When nothing of it was left; null while a job removes it.")]
    removed: Annotated[
        dict[str, int],
        Meta(
            description="How much was removed, by the names that exports have; of a session, once it is counted.",
            examples=[{"thread": 1, "form": 1, "messages": 14, "digest": 1}],
        ),
    ]
    in_backups_until: Annotated[
        Time,
        Meta(
            description=f"Until when at the latest the operator could bring it back from a backup: {BACKUP_DAYS} days after its end."
        ),
    ]


class DeletionList(Output):
    """The people who were removed from a session."""

    data: Annotated[list[Deletion], Meta(description=f"The last {MOST} deletions, the last one first.")]


def list_deletions(_: Call, __: SessionInput, view: SessionView) -> DeletionList:
    """What was removed of people who are gone from a session, and when."""
    return DeletionList([show_deletion(it) for it in deletion_records.of_people(view.session.id)[:MOST]])


def get_session_deletion(call: Call, given: SessionInput) -> Deletion:
    """What was removed with a session that is gone. Its owner may ask, and who deleted it, for as long as backups have it."""
    found = deletion_records.of_session(given.session_id, call.user_id, call.now)
    if found is None:
        raise NotFound("Session not found")
    return show_deletion(found)


def show_deletion(of: DeletionRecord) -> Deletion:
    """Gives a record as it is told."""
    asked, finished = moment(of.asked_at), moment_or_null(of.finished_at)
    return Deletion(of.id, of.by, asked, finished, dict(of.removed), moment(of.in_backups_until))


OPERATIONS = (
    Operation(list_deletions, "viewer", SessionInput, DeletionList, reads=session_with()),
    Operation(get_session_deletion, "user", SessionInput, Deletion, settled=False),
)
