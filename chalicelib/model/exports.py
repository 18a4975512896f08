"""Records of what hosts take away: of a session, or of all that they have."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

KEPT = timedelta(days=1)  # a file; the bucket removes it a little later
_FRESH = timedelta(minutes=10)  # a file is what is asked for, although something may have been said since
_LOST = timedelta(minutes=30)  # a job that has not come to an end by then is asked for again


class LargeExport(Struct, frozen=True):
    """An export that a job writes: what was `selected` of a session, when it was asked for and made.

    `epoch` is that of the synthesis when it was asked for: it grows with everybody who is taken out of the results, or in again,
    and who is removed. The file is nobody's any more then.
    """

    id: str
    selected: dict[str, Any]
    asked_at: datetime
    epoch: int
    made_at: datetime | None = None

    @property
    def is_made(self) -> bool:
        """Whether its file is there."""
        return self.made_at is not None

    @property
    def ends_at(self) -> datetime | None:
        """When its file goes."""
        return self.made_at + KEPT if self.made_at else None

    def serves(self, epoch: int, now: datetime) -> bool:
        """Whether it is what somebody is given who asks for the same now."""
        if self.epoch != epoch:
            return False
        return now < self.made_at + _FRESH if self.made_at else not self.is_lost(now)

    def is_lost(self, now: datetime) -> bool:
        """Whether its job came to no end."""
        return not self.is_made and now >= self.asked_at + _LOST

    def is_over(self, now: datetime) -> bool:
        """Whether its file is gone, or never came."""
        return now >= (self.made_at or self.asked_at) + KEPT


class AccountExport(Struct, frozen=True):
    """An export of all that an account has, which a job writes file by file: of so many `sessions` it has come through `done`, the
    last of them `after`. Sessions are in the order of their ids.

    Each run of the job is one of its `tries`, and the file that it writes has the number of that. `parts` are those that count, in
    order: of two runs at once, one.
    """

    id: str
    asked_at: datetime
    sessions: int = 0
    done: int = 0
    after: str = ""
    tries: int = 0
    parts: tuple[int, ...] = ()
    made_at: datetime | None = None
    moved_at: datetime | None = None  # when its job last came on

    @property
    def files(self) -> int:
        """How many files are there."""
        return len(self.parts)

    @property
    def is_made(self) -> bool:
        """Whether all of its files are there."""
        return self.made_at is not None

    @property
    def ends_at(self) -> datetime | None:
        """When its files go."""
        return self.made_at + KEPT if self.made_at else None

    def is_lost(self, now: datetime) -> bool:
        """Whether its job comes to no end."""
        return not self.is_made and now >= (self.moved_at or self.asked_at) + _LOST

    def is_over(self, now: datetime) -> bool:
        """Whether its files are gone, or never came."""
        return now >= (self.made_at or self.moved_at or self.asked_at) + KEPT
