"""Digests of threads (table `conversations`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import Digest, Thread
from chalicelib.store import database, keys
from chalicelib.store.conversation_items import DigestItem, ThreadItem
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
    head = ThreadItem(thread.session_id, keys.thread(thread.id))
    item = DigestItem(
        thread.session_id,
        keys.digest(thread.id),
        to_sequence=digest.to_sequence,
        points=msgspec.to_builtins(digest.points),
        messages=digest.messages,
        model=digest.model,
        created_at=digest.created_at,
    )
    older = DigestItem.to_sequence.does_not_exist() | (DigestItem.to_sequence <= digest.to_sequence)
    reached = ThreadItem.digested_to.set(digest.to_sequence)
    counts = ThreadItem.voice.set(digest.voice)
    complete: list[Action] = [reached, counts, ThreadItem.due_kind.remove(), ThreadItem.due_at.remove()]

    def build(actions: list[Action], condition: Condition) -> Any:
        def writes(write: Transaction) -> None:
            write.save(item, condition=older)
            write.update(head, actions=actions, condition=condition)

        return writes

    same = (ThreadItem.created_at == thread.created_at) & (ThreadItem.last_said >= thread.last_said)
    if not holds(lambda: database.transact(build(complete, same & (ThreadItem.last_said <= digest.to_sequence)))):
        # Something was said meanwhile: the digest is right as far as it goes, and the thread stays due.
        holds(lambda: database.transact(build([reached, counts], same)))


def put_off(thread: Thread, tries: int, after: datetime | None) -> None:
    """Note that a digest of this thread failed, so often at the same words; it is due `after`. New words are tried anyway."""
    actions: list[Action] = [
        ThreadItem.digest_tries.set(tries),
        ThreadItem.digest_tried_to.set(thread.last_said),
        ThreadItem.digest_after.set(after) if after else ThreadItem.digest_after.remove(),
    ]
    if after:
        actions.append(ThreadItem.due_at.set(after))
    same = (ThreadItem.created_at == thread.created_at) & (ThreadItem.last_said == thread.last_said)
    due = same & ThreadItem.due_kind.exists()
    head = ThreadItem(thread.session_id, keys.thread(thread.id))
    holds(lambda: database.update(head, actions, due))
