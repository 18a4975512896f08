"""Records of deletions: what was removed, when, and at whose wish in kind. Nothing of what it said, and nothing that tells whose it was."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from chalicelib.model.lifetimes import BACKUP_DAYS

# By then a deletion has come to its end: the sweep asks for it again every few minutes, and an alarm tells of one that fails.
_LONGEST = timedelta(days=1)

# Who wanted it: the person themselves, a host of the session, the days for which a session is kept, or whoever runs the application.
DeletedBy = Literal["participant", "host", "retention", "operator"]


class DeletionRecord(Struct, frozen=True):
    """One deletion, of a person or of a session. Its `id` is random for a person, and for a session the session's.

    `removed` counts what was there by the names that exports call it; a session's is empty until its job has counted it. It is over
    at `finished_at`.
    """

    id: str
    by: DeletedBy
    asked_at: datetime
    removed: Mapping[str, int]
    finished_at: datetime | None = None

    @property
    def in_backups_until(self) -> datetime:
        """Until when at the latest a backup can bring it back."""
        return (self.finished_at or self.asked_at + _LONGEST) + timedelta(days=BACKUP_DAYS)
