"""The head of a thread (table `conversations`): how it is read, and every step from one state to the next.

A step is an update of the head under the condition that it stands where it was read. Whoever takes it puts it into the
write, or the transaction, that also stores what the step is about.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import Digest, Message, Thread
from chalicelib.store import database, keys
from chalicelib.store.conversation_items import ThreadItem
from chalicelib.store.due import marks
from chalicelib.store.due_kinds import STALE
from chalicelib.store.leases import Lease
from chalicelib.store.raw_items import reader
from chalicelib.store.tables import ConversationPart

HEAD_FIELDS = tuple(name for name in Thread.__struct_fields__ if name not in ("session_id", "id"))
_SAID = ("last_sequence", "last_said", "message_count", "first_message_at", "last_message_at")

_read_key, _read_head = reader(ThreadItem, (keys.SESSION_ID, keys.PART)), reader(ThreadItem, HEAD_FIELDS)

TURN = Lease(ThreadItem.turn_id, ThreadItem.leased_until)

Step = tuple[ThreadItem, list[Action], Condition]


def thread_from(raw: Mapping[str, Any]) -> Thread:
    """The head that an item holds."""
    key = _read_key(raw)
    return Thread(session_id=key["session_id"], id=keys.thread_of(key["part"]), **_read_head(raw))


def read(session_id: str, thread_id: str) -> Thread | None:
    """The head of one thread."""
    raw = database.get_many([(ConversationPart, session_id, keys.thread(thread_id))])
    return thread_from(raw[keys.thread(thread_id)]) if raw else None


def read_all(session_id: str) -> Iterator[Thread]:
    """The heads of all threads of a session."""
    return map(thread_from, database.query(ConversationPart, session_id, keys.THREADS, keys.AFTER_THREADS))


def head_item(thread: Thread, **more: Any) -> ThreadItem:
    """A head as it is first stored."""
    values = {name: getattr(thread, name) for name in HEAD_FIELDS}
    return ThreadItem(thread.session_id, keys.thread(thread.id), **values, **more)


def begin(thread: Thread, message: Message | None) -> tuple[ThreadItem, Condition]:
    """What stores a new head; with first words, they wait for their digest."""
    waits = marks(STALE, thread.session_id, message.created_at if message else None)
    return head_item(thread, **waits), ThreadItem.session_id.does_not_exist()


def say(thread: Thread, said: Thread, now: datetime) -> Step:
    """The participant has said the next thing; with `turn_id` in what that makes of the head, its reply begins.

    Nobody waits for the digest of somebody who is left out.
    """
    actions: list[Action] = [getattr(ThreadItem, name).set(getattr(said, name)) for name in _SAID]
    if said.turn_id:
        actions += TURN.take(said.turn_id, said.leased_until)
    if thread.included:
        due_at = ThreadItem.due_at.set(ThreadItem.due_at | now)
        actions += [ThreadItem.due_kind.set(STALE.shard(thread.session_id)), due_at]
    return _head(thread), actions, _as_read(thread) & _as_included(thread) & TURN.is_open_to(said.turn_id, now)


def edit(thread: Thread, sequence: int, now: datetime) -> Step:
    """The participant has changed this message of theirs: neither a reply nor a digest has read it, or is reading it."""
    unread = (ThreadItem.answered_to < sequence) & (ThreadItem.digested_to < sequence)
    return _head(thread), [ThreadItem.edits.add(1)], _same(thread) & unread & TURN.is_free(now)


def take_lease(thread: Thread, turn_id: str, now: datetime, leased_until: datetime) -> Step:
    """A reply to what is stored already begins."""
    return _head(thread), TURN.take(turn_id, leased_until), _as_read(thread) & TURN.is_open_to(turn_id, now)


def release_lease(thread: Thread, turn_id: str) -> Step:
    """The reply that was begun under this lease comes to nothing."""
    return _head(thread), TURN.give_back(), TURN.is_held_by(turn_id)


def reply(thread: Thread, message: Message) -> Step:
    """The facilitator has replied, under the lease that `thread` has."""
    number = message.sequence
    answered = [ThreadItem.last_sequence.set(number), ThreadItem.answered_to.set(number), *TURN.give_back()]
    concluded = _ended(message.created_at) if message.is_final and not thread.concluded else []
    return _head(thread), [*answered, *concluded], TURN.is_held_by(thread.turn_id or "")


def conclude(thread: Thread, now: datetime) -> Step:
    """The participant has had enough, and no reply is being made."""
    actions: list[Action] = [*_ended(now), *TURN.give_back()]
    return _head(thread), actions, _as_read(replace(thread, concluded=False)) & TURN.is_free(now)


def rate(thread: Thread, rating: int, now: datetime) -> Step:
    """The participant has rated the conversation."""
    return _head(thread), [ThreadItem.rating.set(rating), ThreadItem.rated_at.set(now)], _same(thread)


def exclude(thread: Thread) -> Step:
    """The participant is taken out of the results; nobody waits for their digest any more."""
    actions: list[Action] = [ThreadItem.included.set(False), ThreadItem.due_kind.remove(), ThreadItem.due_at.remove()]
    return _head(thread), actions, _same(thread) & _as_included(thread)


def consent(thread: Thread, *, quotable: bool, passed_on: bool) -> Step:
    """The participant allows, or no longer allows, that their words are quoted, and that what they say is passed on to others."""
    actions: list[Action] = [ThreadItem.quotable.set(quotable), ThreadItem.passed_on.set(passed_on)]
    return _head(thread), actions, _same(thread) & _as_allowed(thread) & _as_included(thread)


def end_access(thread: Thread) -> Step:
    """The participant ends all links, cookies and the code that lead to the thread, which goes on as it stands."""
    actions: list[Action] = [ThreadItem.generation.add(1), ThreadItem.receipt.remove()]
    return _head(thread), actions, _same(thread) & _as_receipted(thread)


def give_receipt(thread: Thread, code_hash: str) -> Step:
    """The participant gets a code, in place of one that another deployment gave out, if any."""
    unmoved = _same(thread) & _of_generation(thread) & _as_receipted(thread)
    return _head(thread), [ThreadItem.receipt.set(code_hash)], unmoved


def include(thread: Thread, now: datetime) -> Step:
    """The participant is taken into the results again; what no digest has waits for one."""
    actions: list[Action] = [ThreadItem.included.set(True)]
    if thread.is_stale:
        actions += [ThreadItem.due_kind.set(STALE.shard(thread.session_id)), ThreadItem.due_at.set(now)]
    return _head(thread), actions, _same(thread) & _as_included(thread)


def remove(thread: Thread) -> tuple[ThreadItem, Condition]:
    """What takes the head away."""
    return _head(thread), _as_read(thread) & _as_included(thread) & _as_receipted(thread)


def digest(thread: Thread, made: Digest, *, complete: bool) -> Step:
    """There is a digest up to some message; a `complete` one has all that was said, and the thread is due no more."""
    actions: list[Action] = [ThreadItem.digested_to.set(made.to_sequence), ThreadItem.counts.set(made.counts)]
    condition = _same(thread) & _as_worded(thread) & (ThreadItem.last_said >= thread.last_said)
    if complete:
        actions += [ThreadItem.due_kind.remove(), ThreadItem.due_at.remove()]
        condition &= ThreadItem.last_said <= made.to_sequence
    return _head(thread), actions, condition


def put_off_digest(thread: Thread, tries: int, after: datetime | None) -> Step:
    """A digest failed, so often at the same words; it is due `after`. New words are tried anyway."""
    actions: list[Action] = [
        ThreadItem.digest_tries.set(tries),
        ThreadItem.digest_tried_to.set(thread.last_said),
        ThreadItem.digest_after.set(after) if after else ThreadItem.digest_after.remove(),
    ]
    if after:
        actions.append(ThreadItem.due_at.set(after))
    nothing_new = ThreadItem.last_said == thread.last_said
    return _head(thread), actions, _same(thread) & nothing_new & ThreadItem.due_kind.exists()


def _head(thread: Thread) -> ThreadItem:
    return ThreadItem(thread.session_id, keys.thread(thread.id))


def _ended(at: datetime) -> list[Action]:
    """The conversation has come to its end."""
    return [ThreadItem.concluded.set(True), ThreadItem.concluded_at.set(at)]


def _same(thread: Thread) -> Condition:
    """It is this thread: one that the same participant began after a removal goes on where this one ended."""
    same: Condition = ThreadItem.created_at == thread.created_at
    return same


def _as_read(thread: Thread) -> Condition:
    """Nothing was said, changed or concluded since, so whoever holds a lease counts a conclusion once."""
    unmoved: Condition = (ThreadItem.last_sequence == thread.last_sequence) & _same(thread) & _as_worded(thread)
    unmoved &= ThreadItem.concluded == thread.concluded
    return unmoved


def _as_worded(thread: Thread) -> Condition:
    """No message was changed since."""
    worded: Condition = ThreadItem.edits == thread.edits
    return worded if thread.edits else worded | ThreadItem.edits.does_not_exist()


def _as_allowed(thread: Thread) -> Condition:
    """The participant decided nothing else since about being quoted and passed on; heads from before that could be said have neither."""
    quotable, passed_on = ThreadItem.quotable == thread.quotable, ThreadItem.passed_on == thread.passed_on
    if thread.quotable:
        quotable = quotable | ThreadItem.quotable.does_not_exist()
    if thread.passed_on:
        passed_on = passed_on | ThreadItem.passed_on.does_not_exist()
    unmoved: Condition = quotable & passed_on
    return unmoved


def _as_included(thread: Thread) -> Condition:
    """Nobody took the participant out, or in, since."""
    unmoved: Condition = ThreadItem.included == thread.included
    return unmoved


def _of_generation(thread: Thread) -> Condition:
    """Its participant has not ended access since."""
    unmoved: Condition = ThreadItem.generation == thread.generation
    return unmoved if thread.generation else unmoved | ThreadItem.generation.does_not_exist()


def _as_receipted(thread: Thread) -> Condition:
    """Its code leads to it as it did, or there is none yet."""
    unmoved: Condition = (
        (ThreadItem.receipt == thread.receipt) if thread.receipt else ThreadItem.receipt.does_not_exist()
    )
    return unmoved
