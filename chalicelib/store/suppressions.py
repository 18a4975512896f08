"""Addresses that are not to be written to, at all or about a session or a project, by their hashes, and those that were within a day."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.expressions.update import Action

from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.projects import check_project
from chalicelib.store.session_items import SessionItem
from chalicelib.store.tables import Account, Guard, ProjectPart, SessionPart
from chalicelib.store.transact import Transaction

# Why: there is no such mailbox, its owner called a mail spam, or pressed the button that stops all mails.
Reason = Literal["bounce", "complaint", "stopped"]
UNDELIVERABLE: Collection[str] = ("bounce", "complaint")  # no mail arrives there, or none is read
DAY = timedelta(days=1)
_IN_ONE_READ = 100


class SuppressedItem(Account):
    """`suppressed#<hash>`: an address that is not to be written to, and why."""

    reason = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()


class StoppedItem(SessionPart):
    """`stopped#<hash>`: an address that is not to be written to about this session, whatever becomes of whoever reads there."""

    created_at = UTCDateTimeAttribute()


class StoppedInProjectItem(ProjectPart):
    """`stopped#<hash>`: the same of a project."""

    created_at = UTCDateTimeAttribute()


class MailDayItem(Guard):
    """`mail_day#<hash>`: an address that was written to within a day, by the mail `holder`."""

    holder = UnicodeAttribute()


class Suppressions:
    """Repository of addresses that are not to be written to. An address is known by its hash only."""

    def add(self, address_hash: str, reason: Reason, now: datetime) -> None:
        """Store that this address is not to be written to. A reason that is there stays, unless its reader gave it."""
        item = SuppressedItem(keys.suppressed(address_hash), reason=reason, created_at=now)
        new = SuppressedItem.pk.does_not_exist() | (SuppressedItem.reason == "stopped")
        holds(lambda: database.put(item, new))

    def remove(self, address_hash: str) -> bool:
        """Let this address be written to again; False where it was not suppressed."""
        item = SuppressedItem(keys.suppressed(address_hash))
        return holds(lambda: database.delete(item, SuppressedItem.pk.exists()))

    def find(self, address_hash: str) -> str | None:
        """Why this address is not to be written to; None where it may be."""
        item = database.get(SuppressedItem, keys.suppressed(address_hash))
        return item.reason if item else None

    def find_each(self, address_hashes: Collection[str]) -> dict[str, str]:
        """The reasons of those that are not to be written to, by hash. One BatchGetItem for each hundred."""
        names, found = [keys.suppressed(it) for it in dict.fromkeys(address_hashes)], dict[str, str]()
        for first in range(0, len(names), _IN_ONE_READ):
            part = [(SuppressedItem, name, None) for name in names[first : first + _IN_ONE_READ]]
            for name, raw in database.get_many(part).items():
                found[name.removeprefix(keys.SUPPRESSED)] = SuppressedItem.from_raw_data(raw).reason
        return found

    def stop(self, session_id: str, address_hash: str, now: datetime) -> None:
        """Store that this address is not to be written to about a session; where that is gone, nobody writes about it."""
        item = StoppedItem(session_id, keys.stopped(address_hash), created_at=now)

        def build(write: Transaction) -> None:
            write.check(SessionItem(session_id, keys.SESSION), SessionItem.topic.exists())
            write.save(item)

        holds(lambda: database.transact(build))

    def stop_in_project(self, project_id: str, address_hash: str, now: datetime) -> None:
        """The same about a project."""
        item = StoppedInProjectItem(project_id, keys.stopped(address_hash), created_at=now)

        def build(write: Transaction) -> None:
            check_project(write, project_id)
            write.save(item)

        holds(lambda: database.transact(build))

    def has_stopped(self, subject_id: str, address_hash: str, *, of_project: bool = False) -> bool:
        """Whether this address is not to be written to about a session, or a project."""
        return bool(database.get_many([(_part(of_project), subject_id, keys.stopped(address_hash))]))

    def stopped_in(self, subject_id: str, *, of_project: bool = False) -> set[str]:
        """The hashes of all that are not to be written to about a session, or a project."""
        part = _part(of_project)
        found = database.query(part, subject_id, keys.STOPPED, keys.AFTER_STOPPED, keys_only=True)
        return {raw[keys.PART]["S"].removeprefix(keys.STOPPED) for raw in found}

    def take_day(self, address_hash: str, holder: str, now: datetime) -> bool:
        """Take the one mail that this address may get in 24 hours; False where another one took it. The same may again: the answer
        to its first try can get lost."""
        item, at = MailDayItem(keys.mail_day(address_hash)), int(now.timestamp())
        actions: list[Action] = [MailDayItem.holder.set(holder)]
        actions.append(MailDayItem.expires_at.set(at + int(DAY.total_seconds())))
        free = MailDayItem.id.does_not_exist() | (MailDayItem.expires_at <= at) | (MailDayItem.holder == holder)
        return holds(lambda: database.update(item, actions, free))


def _part(of_project: bool) -> type[ProjectPart] | type[SessionPart]:
    return ProjectPart if of_project else SessionPart
