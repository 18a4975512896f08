"""Digests of threads (table `conversations`)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec

from chalicelib.model import Digest, Thread
from chalicelib.store import database, keys, thread_head
from chalicelib.store.conversation_items import DigestItem
from chalicelib.store.database import holds
from chalicelib.store.mapping import digest_from
from chalicelib.store.tables import ConversationPart
from chalicelib.store.transact import Transaction

_KEYS_A_READ = 100


def of_threads(session_id: str, thread_ids: Sequence[str]) -> list[Digest]:
    """The digests of these threads, as far as there are any; a hundred in a call."""
    parts = [keys.digest(thread_id) for thread_id in thread_ids]
    found: list[Digest] = []
    for first in range(0, len(parts), _KEYS_A_READ):
        asked = parts[first : first + _KEYS_A_READ]
        raw = database.get_many([(ConversationPart, session_id, part) for part in asked])
        found += [digest_from(raw[part]) for part in asked if part in raw]
    return found


def put(thread: Thread, digest: Digest) -> None:
    """Store a digest of this thread and note in the head how far it goes and what it counts for; an older one never replaces a newer one.

    A thread that was deleted meanwhile gets none, nor does the one that the same participant began after it.
    """
    item = DigestItem(
        thread.session_id,
        keys.digest(thread.id),
        to_sequence=digest.to_sequence,
        points=msgspec.to_builtins(digest.points),
        messages=digest.messages,
        model=digest.model,
        created_at=digest.created_at,
        gist=digest.gist or None,
        withheld=digest.withheld or None,
    )
    older = DigestItem.to_sequence.does_not_exist() | (DigestItem.to_sequence <= digest.to_sequence)

    def build(write: Transaction, complete: bool) -> None:
        write.save(item, older)
        write.update(*thread_head.digest(thread, digest, complete=complete))

    if not holds(lambda: database.transact(partial(build, complete=True))):
        # Something was said meanwhile: the digest is right as far as it goes, and the thread stays due.
        holds(lambda: database.transact(partial(build, complete=False)))


def put_off(thread: Thread, tries: int, after: datetime | None) -> None:
    """Note that a digest of this thread failed, so often at the same words; it is due `after`. New words are tried anyway."""
    holds(lambda: database.update(*thread_head.put_off_digest(thread, tries, after)))
