"""Removing sessions for good (tables `sessions` and `conversations`).

First, in one transaction, everything that lets anybody see the session or add to it; what is left then belongs to
nothing, and is removed page by page. A marker says so until it is done.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from pynamodb.models import Model

from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds, stored_moment
from chalicelib.store.session_items import DeletionItem, FeedItem, MemberItem, SessionItem, SynthesisItem, TallyItem
from chalicelib.store.tables import ConversationPart, SessionPart
from chalicelib.store.transact import Transaction
from chalicelib.store.user_items import DeletedItem

_DUE = "deletion"
_FIRST, _LAST = " ", "~"  # around every part
_PAGE = 100

_REMEMBERED = timedelta(hours=25)  # longer than any request that is sent again gives the ids of its first try

Leftover = tuple[type[Model], list[Raw]]


class Deletions:
    """Repository of what is to be removed."""

    def begin(self, session_id: str, user_id: str, now: datetime) -> bool:
        """End a session's existence, and have the rest of it removed; False where there is no such session any more.

        Without its tallies nobody joins or speaks, without `synthesis` nothing is summarised. For a day its id is
        remembered: a request to create it whose answer was lost may come again.
        """
        marker = DeletionItem(session_id, keys.DELETION, due_kind=keys.due(_DUE, session_id), due_at=now)
        remembered = DeletedItem(keys.deleted(session_id), expires_at=int((now + _REMEMBERED).timestamp()))
        gone: list[SessionPart] = [
            MemberItem(session_id, keys.member(user_id)),
            FeedItem(session_id, keys.FEED_PART),
            SynthesisItem(session_id, keys.SYNTHESIS),
            *(TallyItem(session_id, part) for part in keys.tallies()),
        ]

        def build(write: Transaction) -> None:
            write.delete(SessionItem(session_id, keys.SESSION), condition=SessionItem.topic.exists())
            for item in gone:
                write.delete(item)
            write.save(marker)
            write.save(remembered)

        return holds(lambda: database.transact(build))

    def resume(self, session_id: str, until: datetime) -> bool:
        """Take up a removal, with a new date for when it is overdue; False where there is nothing to remove."""
        actions = [DeletionItem.due_at.set(until)]
        marker = DeletionItem(session_id, keys.DELETION)
        return holds(lambda: database.update(marker, actions, DeletionItem.due_kind.exists()))

    def left(self, session_id: str) -> Iterator[Leftover]:
        """What is left, in pages: the heads of threads, then the other conversations, then the session's own parts.

        Heads go first because a thread without one cannot grow.
        """
        yield from _pages(ConversationPart, session_id, keys.THREADS, keys.AFTER_THREADS)
        yield from _pages(ConversationPart, session_id, _FIRST, _LAST)
        for kind, page in _pages(SessionPart, session_id, _FIRST, _LAST):
            yield kind, [raw for raw in page if raw[keys.PART]["S"] != keys.DELETION]

    def remove(self, leftover: Leftover) -> None:
        """Remove a page of it."""
        database.delete_all(*leftover)

    def finish(self, session_id: str) -> None:
        """Say that nothing is left."""
        database.delete_all(SessionPart, [{keys.SESSION_ID: {"S": session_id}, keys.PART: {"S": keys.DELETION}}])

    def due(self, until: datetime) -> Iterator[str]:
        """Sessions whose removal should have ended before `until` and did not."""
        for shard in keys.dues(_DUE):
            for raw in database.query_due(SessionPart, shard, stored_moment(until)):
                yield raw[keys.SESSION_ID]["S"]


def _pages(kind: type[Model], session_id: str, first: str, last: str) -> Iterator[Leftover]:
    found = database.query(kind, session_id, first, last, keys_only=True)
    while page := list(islice(found, _PAGE)):
        yield kind, page
