"""Removing sessions for good (tables `sessions` and `conversations`). A person is removed by `removal.py`; what belongs to
either is in `item_kinds/`.

First, in one transaction, everything that lets anybody see the session or add to it; what is left then belongs to
nothing, and is removed page by page. A marker says so until it is done.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from pynamodb.models import Model

from chalicelib.model.deletions import DeletionRecord
from chalicelib.store import announcement_marks, database, deletion_records, due, item_kinds, keys, ties
from chalicelib.store.database import Raw, holds
from chalicelib.store.due_kinds import DELETION, DELETION_UNTOLD
from chalicelib.store.session_items import DeletionItem, SessionItem
from chalicelib.store.tables import Account, ConversationPart, Guard, SessionPart
from chalicelib.store.transact import Transaction
from chalicelib.store.user_items import DeletedItem

_FIRST, _LAST = " ", "~"  # around every part
_PAGE = 100
_LEFT_BY_JOB = item_kinds.of_session("last", "")

_REMEMBERED = timedelta(hours=25)  # longer than any request that is sent again gives the ids of its first try

Leftover = tuple[type[Model], list[Raw]]


class Deletions:
    """Repository of what is to be removed."""

    def begin(
        self,
        session_id: str,
        user_id: str,
        record: DeletionRecord,
        readers: Collection[str],
        seen: datetime | None = None,
    ) -> bool:
        """End a session's existence, and have the rest of it removed; False where there is no such session any more, or none that
        was last changed when it was `seen`. The record of that is for these readers.

        Without its tallies nobody joins or speaks, without `synthesis` nothing is summarised. For a day its id is
        remembered: a request to create it whose answer was lost may come again.
        """
        now = record.asked_at
        marker = due.mark(DELETION, session_id, at=now)
        told = deletion_records.item_of_session(session_id, record, readers)
        remembered = DeletedItem(keys.deleted(session_id), expires_at=int((now + _REMEMBERED).timestamp()))
        there = {keys.SESSION: SessionItem.updated_at == seen if seen else SessionItem.topic.exists()}

        def build(write: Transaction) -> None:
            for part in item_kinds.of_session("at once", user_id):
                write.delete(SessionPart(session_id, part), condition=there.get(part))
            write.save(marker)
            write.save(remembered)
            write.save(told)

        return holds(lambda: database.transact(build))

    def resume(self, session_id: str, until: datetime) -> bool:
        """Take up a removal, with a new date for when it is overdue; False where there is nothing to remove."""
        actions = [DeletionItem.due_at.set(until)]
        marker = DeletionItem(session_id, keys.DELETION)
        return holds(lambda: database.update(marker, actions, DeletionItem.due_kind.exists()))

    def wait_for_groups(self, session_id: str) -> None:
        """Note that only groups are left to be told: when that is done, the sweep finds, and nothing was missed."""
        marker, kind = DeletionItem(session_id, keys.DELETION), DELETION_UNTOLD.shard(session_id)
        holds(lambda: database.update(marker, [DeletionItem.due_kind.set(kind)], DeletionItem.due_kind.exists()))

    def count(self, session_id: str) -> None:
        """Note in the record what is removed, before any of it is: a job that is interrupted finds less when it comes again."""
        if deletion_records.is_counted(session_id):
            return
        tables = {ConversationPart: keys.CONVERSATIONS, SessionPart: keys.SESSIONS}
        names = (
            (table, raw[keys.PART]["S"])
            for kind, table in tables.items()
            for raw in database.query(kind, session_id, _FIRST, _LAST, keys_only=True)
        )
        deletion_records.note_counts(session_id, item_kinds.counts_of_session(names))

    def leave_projects(self, session_id: str) -> None:
        """Take a deleted session out of its projects; what tells which goes with the rest, after that."""
        for project_id in ties.projects_left(session_id):
            ties.forget(session_id, project_id)

    def team(self, session_id: str) -> list[str]:
        """The accounts that had a role in a deleted session: its members whose cards are left, and whoever may read of its deletion."""
        found = database.query(SessionPart, session_id, keys.MEMBERS, keys.AFTER_MEMBERS, keys_only=True)
        members = [raw[keys.PART]["S"].removeprefix(keys.MEMBERS) for raw in found]
        return list(dict.fromkeys([*deletion_records.readers(session_id), *members]))

    def left(self, session_id: str) -> Iterator[Leftover]:
        """What is left, in pages: the heads of threads, then the other conversations, then the session's own parts.

        Heads go first because a thread without one cannot grow.
        """
        heads = database.query(ConversationPart, session_id, keys.THREADS, keys.AFTER_THREADS)
        while page := list(islice(heads, _PAGE)):
            yield ConversationPart, page
        yield from _pages(ConversationPart, session_id, _FIRST, _LAST)
        for kind, page in _pages(SessionPart, session_id, _FIRST, _LAST):
            yield kind, [raw for raw in page if not _stays(raw[keys.PART]["S"])]

    def has_announcements(self, session_id: str) -> bool:
        """Whether groups still have to be told that the session is gone."""
        return announcement_marks.are_left(session_id)

    def remove(self, leftover: Leftover) -> None:
        """Remove a page of it; before heads the codes whose hashes they have, which nothing else names."""
        kind, page = leftover
        database.delete_all(Account, _receipts_of(page))
        database.delete_all(kind, page)

    def finish(self, session_id: str, now: datetime) -> None:
        """Remove what is left in `guards`, and say that nothing is left."""
        deletion_records.finish_session(session_id, now)
        guards = [{keys.GUARD_ID: {"S": name}} for name in item_kinds.guards_of_session(session_id)]
        database.delete_all(Guard, guards)
        left = [{keys.SESSION_ID: {"S": session_id}, keys.PART: {"S": part}} for part in _LEFT_BY_JOB]
        database.delete_all(SessionPart, left)


def _receipts_of(heads: Sequence[Raw]) -> list[Raw]:
    """The keys of the codes that lead to these threads."""
    return [{keys.PK: {"S": keys.receipt(raw["receipt"]["S"])}} for raw in heads if "receipt" in raw]


def _stays(part: str) -> bool:
    """Whether it goes last, or once a group has been told."""
    return part in _LEFT_BY_JOB or part.startswith(keys.ANNOUNCEMENTS)


def _pages(kind: type[Model], session_id: str, first: str, last: str) -> Iterator[Leftover]:
    found = database.query(kind, session_id, first, last, keys_only=True)
    while page := list(islice(found, _PAGE)):
        yield kind, page
