"""The `due` indexes: work that an event should have started, found by its time.

The attributes stay on the item until the work is done, so nothing is lost with a message; they move on when the work
was asked for again, so that work which cannot succeed now is not asked for without end.
"""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.store import database, keys
from chalicelib.store.database import holds, stored_moment
from chalicelib.store.tables import ConversationPart, SessionPart


def sessions_due(
    part: type[SessionPart] | type[ConversationPart], kind: str, until: datetime, again: datetime | None = None
) -> Iterator[str]:
    """The sessions with work of this kind due before `until`, each once.

    With `again`, what was given out is due again only then: an item moves on when its session's caller comes back for
    the next.
    """
    given: set[str] = set()
    for shard in keys.dues(kind):
        for raw in database.query_due(part, shard, stored_moment(until)):
            session_id = raw[keys.SESSION_ID]["S"]
            if session_id not in given:
                given.add(session_id)
                yield session_id
            if again is not None:
                _move(part(session_id, raw[keys.PART]["S"]), shard, until, again)


def _move(item: SessionPart | ConversationPart, shard: str, until: datetime, again: datetime) -> None:
    kind = type(item)
    unchanged = (kind.due_kind == shard) & (kind.due_at <= until)
    holds(lambda: database.update(item, [kind.due_at.set(again)], unchanged))
