"""Threads, their forms, messages and digests (table `conversations`)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.errors import NotFound
from chalicelib.model import Answer, Condensed, Digest, Message, SessionView, Thread
from chalicelib.store import database, digests, keys, participant_limit, sessions
from chalicelib.store.conversation_items import CondensedItem, ErasureItem, FormItem, MessageItem, ThreadItem
from chalicelib.store.database import holds
from chalicelib.store.due import sessions_due
from chalicelib.store.mapping import (
    answers_from,
    condensed_from,
    condensed_item,
    digest_from,
    erased_to,
    head_item,
    message_from,
    message_item,
    thread_from,
)
from chalicelib.store.session_items import ParticipationItem, TallyItem
from chalicelib.store.session_view import view_of
from chalicelib.store.tables import ConversationPart
from chalicelib.store.transact import Build, ConditionFailed

STALE = "stale"
LAST = "~"  # sorts behind every character of an id or a sequence


class Scene(Struct, frozen=True):
    """What one chat turn starts from: the session, and of the threads asked for those that exist, with their forms.

    `condensed` has the earlier parts of long ones. `erased` tells of threads that were deleted, up to which sequence number
    messages of theirs may still be stored.
    """

    view: SessionView
    threads: dict[str, Thread]
    answers: dict[str, tuple[Answer, ...]]
    condensed: dict[str, Condensed]
    erased: dict[str, int]


class Conversations:
    """Repository of threads."""

    def scene(self, session_id: str, thread_ids: Sequence[str], user_id: str | None = None) -> Scene:
        """Session, threads and forms in one consistent read over both tables. Raises NotFound without a session."""
        named = (keys.thread, keys.form, keys.condensed, keys.erasure)
        parts = [part(thread_id) for thread_id in thread_ids for part in named]
        raw = database.get_many(
            [
                *sessions.wanted(session_id, sessions.FOR_TURN, user_id),
                *((ConversationPart, session_id, part) for part in parts),
            ]
        )
        return Scene(
            view=view_of(session_id, raw, user_id),
            threads={t: thread_from(raw[keys.thread(t)]) for t in thread_ids if keys.thread(t) in raw},
            answers={t: answers_from(raw[keys.form(t)]) for t in thread_ids if keys.form(t) in raw},
            condensed={t: condensed_from(raw[keys.condensed(t)]) for t in thread_ids if keys.condensed(t) in raw},
            erased={t: erased_to(raw[keys.erasure(t)]) for t in thread_ids if keys.erasure(t) in raw},
        )

    def thread(self, session_id: str, thread_id: str) -> Thread | None:
        """The head of one thread."""
        raw = database.get_many([(ConversationPart, session_id, keys.thread(thread_id))])
        return thread_from(raw[keys.thread(thread_id)]) if raw else None

    def thread_now(self, session_id: str, thread_id: str) -> tuple[Thread | None, Condensed | None]:
        """The head of one thread and its condensed part, in one read."""
        head, earlier = keys.thread(thread_id), keys.condensed(thread_id)
        raw = database.get_many([(ConversationPart, session_id, part) for part in (head, earlier)])
        thread = thread_from(raw[head]) if head in raw else None
        return thread, condensed_from(raw[earlier]) if thread and earlier in raw else None

    def join(
        self,
        thread: Thread,
        answers: Sequence[Answer],
        message: Message | None,
        listed: tuple[ParticipationItem, list[Action]] | None = None,
        *,
        capped: bool = False,
    ) -> bool:
        """Begin a thread, with its form and first message, and count it: one transaction.

        `listed` is the card by which an account finds what it takes part in; `capped` says whether the session was seen to
        have a limit of participants. False where the thread exists already, where the session takes nobody in any more, and
        where messages of a deleted thread of this name end elsewhere than `starts_after` says. Raises SessionFull.
        """
        up_to = ErasureItem.up_to
        erasure = (up_to == thread.starts_after) if thread.starts_after else up_to.does_not_exist()

        def build(write: TransactWrite, capped: bool) -> None:
            due = {"due_kind": keys.due(STALE, thread.session_id), "due_at": message.created_at} if message else {}
            write.condition_check(ErasureItem, thread.session_id, keys.erasure(thread.id), condition=erasure)
            write.save(head_item(thread, **due), condition=ThreadItem.session_id.does_not_exist())
            if answers:
                form = FormItem(thread.session_id, keys.form(thread.id), answers=msgspec.to_builtins(answers))
                write.save(form, condition=FormItem.session_id.does_not_exist())
            if message:
                write.save(message_item(thread, message), condition=MessageItem.session_id.does_not_exist())
            participant_limit.count_in(write, thread.session_id, thread.id, capped=capped)
            if listed:
                card, unless_there = listed
                write.update(card, actions=unless_there)

        return participant_limit.admit(thread, build, capped=capped, tally=2 + bool(answers) + bool(message))

    def say(
        self, thread: Thread, message: Message, turn_id: str | None, leased_until: datetime | None
    ) -> Thread | None:
        """Store what the participant said as the next message and take the lease for its reply, where one is to follow.

        With first words a conversation that ended without any counts as completed. Gives the moved head; None where
        another message came first or another reply is being made. Raises NotFound where the session was deleted meanwhile.
        """
        now = message.created_at
        moved = replace(
            thread,
            last_sequence=message.sequence,
            last_said=message.sequence,
            message_count=thread.message_count + 1,
            first_message_at=thread.first_message_at or now,
            last_message_at=now,
            turn_id=turn_id,
            leased_until=leased_until,
        )
        changed = ["last_sequence", "last_said", "message_count", "first_message_at", "last_message_at"]
        actions = _sets(moved, [*changed, *(["turn_id", "leased_until"] if turn_id else [])])
        if thread.included:  # nobody waits for the digest of an excluded thread
            actions += [
                ThreadItem.due_kind.set(keys.due(STALE, thread.session_id)),
                ThreadItem.due_at.set(ThreadItem.due_at | now),
            ]
        condition = _unmoved(thread) & (ThreadItem.included == thread.included) & _free(now, turn_id)

        completes = moved.is_completed and not thread.is_completed
        tally, there = TallyItem(thread.session_id, keys.tally_of(thread.id)), TallyItem.status.exists()

        def build(write: TransactWrite) -> None:
            if completes:
                write.update(tally, actions=[TallyItem.completed.add(1)], condition=there)
            else:
                write.condition_check(TallyItem, tally.session_id, tally.part, there)
            write.save(message_item(thread, message), condition=MessageItem.session_id.does_not_exist())
            write.update(_head(thread), actions=actions, condition=condition)

        return moved if _holds_in_session(build, tally=int(completes)) else None

    def take_lease(self, thread: Thread, turn_id: str, now: datetime, leased_until: datetime) -> Thread | None:
        """Take the lease for a reply to what is stored already; None where somebody else moved on or holds it."""
        moved = replace(thread, turn_id=turn_id, leased_until=leased_until)
        condition = _unmoved(thread) & _free(now, turn_id)
        taken = holds(lambda: database.update(_head(thread), _sets(moved, ("turn_id", "leased_until")), condition))
        return moved if taken else None

    def release_lease(self, thread: Thread, turn_id: str, tokens: int = 0) -> None:
        """Give the lease back without a reply; one that is not ours is left alone. What was spent counts either way."""
        actions: list[Action] = [ThreadItem.turn_id.remove(), ThreadItem.leased_until.remove()]
        ours = ThreadItem.turn_id == turn_id
        tally = TallyItem(thread.session_id, keys.tally_of(thread.id))
        spent: list[Action] = [TallyItem.unused_tokens.add(tokens)]

        def build(write: TransactWrite) -> None:
            write.update(_head(thread), actions=actions, condition=ours)
            write.update(tally, actions=spent, condition=TallyItem.status.exists())

        if not tokens:
            holds(lambda: database.update(_head(thread), actions, ours))
        elif not holds(lambda: database.transact(build)):
            holds(lambda: database.update(tally, spent, TallyItem.status.exists()))

    def reply(self, thread: Thread, message: Message, condensed: Condensed | None = None) -> bool:
        """Store the facilitator's reply as the next message, count its cost, give the lease back.

        `condensed` is the thread's earlier part where that is new; it never replaces one that reaches as far. False where
        the lease was lost: then somebody else answers, and this reply is not stored. Raises NotFound where the session was
        deleted meanwhile.
        """
        concludes = message.is_final and not thread.concluded
        completes = concludes and thread.message_count > 0
        actions: list[Action] = [
            ThreadItem.last_sequence.set(message.sequence),
            ThreadItem.answered_to.set(message.sequence),
            ThreadItem.turn_id.remove(),
            ThreadItem.leased_until.remove(),
        ]
        if concludes:
            actions.append(ThreadItem.concluded.set(True))
        counts: list[Action] = [TallyItem.turns.add(1), TallyItem.completed.add(int(completes))]
        counts += [getattr(TallyItem, name).add(tokens) for name, tokens in (message.usage or {}).items()]
        to = CondensedItem.to_sequence
        shorter = to.does_not_exist() | (to < (condensed.to_sequence if condensed else 0))

        def build(write: TransactWrite) -> None:
            write.save(message_item(thread, message), condition=MessageItem.session_id.does_not_exist())
            if condensed:
                write.save(condensed_item(thread, condensed), condition=shorter)
            write.update(_head(thread), actions=actions, condition=ThreadItem.turn_id == thread.turn_id)
            tally = TallyItem(thread.session_id, keys.tally_of(thread.id))
            write.update(tally, actions=counts, condition=TallyItem.status.exists())

        return _holds_in_session(build, tally=3 if condensed else 2)

    def history(self, thread: Thread, limit: int) -> list[Message]:
        """The last messages of a thread, at most `limit`, oldest first."""
        first, last = keys.message(thread.id, thread.starts_after + 1), keys.messages(thread.id) + LAST
        newest = database.query_newest(ConversationPart, thread.session_id, first, last, limit)
        return [message_from(raw) for raw in reversed(newest)]

    def messages(self, thread: Thread, after: int = 0) -> Iterator[Message]:
        """A thread's messages behind a sequence number, oldest first."""
        first = keys.message(thread.id, max(after, thread.starts_after) + 1)
        found = database.query(ConversationPart, thread.session_id, first, keys.messages(thread.id) + LAST)
        return (message_from(raw) for raw in found)

    def message(self, session_id: str, thread_id: str, sequence: int) -> Message | None:
        """One message of a thread that is there; what is left of a removed one waits for its erasure and is read by nobody."""
        head, part = keys.thread(thread_id), keys.message(thread_id, sequence)
        raw = database.get_many([(ConversationPart, session_id, head), (ConversationPart, session_id, part)])
        if head not in raw or part not in raw or sequence <= thread_from(raw[head]).starts_after:
            return None
        return message_from(raw[part])

    def heads(self, session_id: str) -> list[Thread]:
        """The heads of all threads of a session."""
        found = database.query(ConversationPart, session_id, keys.THREADS, keys.AFTER_THREADS)
        return [thread_from(raw) for raw in found]

    def heads_of(self, session_id: str, thread_ids: Iterable[str]) -> list[Thread]:
        """The heads of these threads (at most 100), as far as there are any, in one read."""
        wanted = [(ConversationPart, session_id, keys.thread(thread_id)) for thread_id in thread_ids]
        return [thread_from(raw) for raw in database.get_many(wanted).values()]

    def digest(self, session_id: str, thread_id: str) -> Digest | None:
        """The digest of one thread."""
        raw = database.get_many([(ConversationPart, session_id, keys.digest(thread_id))])
        return digest_from(raw[keys.digest(thread_id)]) if raw else None

    def digests(self, session_id: str) -> list[Digest]:
        """The digests of all threads of a session."""
        found = database.query(ConversationPart, session_id, keys.DIGESTS, keys.DIGESTS + LAST)
        return [digest_from(raw) for raw in found]

    def put_digest(self, thread: Thread, digest: Digest) -> None:
        """Store a digest of this thread, unless a newer one is there; see `digests.put`."""
        digests.put(thread, digest)

    def stale_sessions(self, until: datetime, again: datetime | None = None) -> Iterator[str]:
        """Sessions with words that have waited for their digest since before `until`; see `due.py` for `again`."""
        return sessions_due(ConversationPart, STALE, until, again)


def _holds_in_session(build: Build, *, tally: int) -> bool:
    """Do a transaction; False where its condition does not hold, NotFound where the one on the tally is what fails.

    A session is deleted together with its tallies, so none of its threads grows afterwards.
    """
    try:
        database.transact(build)
    except ConditionFailed as error:
        if tally in error.failed:
            raise NotFound("Session not found") from error
        return False
    return True


def _head(thread: Thread) -> ThreadItem:
    return ThreadItem(thread.session_id, keys.thread(thread.id))


def _sets(thread: Thread, names: Sequence[str]) -> list[Action]:
    return [getattr(ThreadItem, name).set(getattr(thread, name)) for name in names]


def _unmoved(thread: Thread) -> Condition:
    """Nothing was said and nothing concluded since, so whoever holds a lease counts a conclusion once.

    And it is this thread: one that the same participant began after a removal goes on where this one ended.
    """
    same = ThreadItem.created_at == thread.created_at
    unmoved: Condition = (ThreadItem.last_sequence == thread.last_sequence) & same
    unmoved &= ThreadItem.concluded == thread.concluded
    return unmoved


def _free(now: datetime, turn_id: str | None) -> Condition:
    """Nobody holds the lease, or we do (a retry whose first answer was lost)."""
    nobodys: Condition = ThreadItem.turn_id.does_not_exist() | (ThreadItem.leased_until < now)
    free: Condition = nobodys | (ThreadItem.turn_id == turn_id) if turn_id else nobodys
    return free
