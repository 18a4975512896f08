"""Threads, their forms, messages and digests (table `conversations`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.store import database, keys, sessions
from chalicelib.store.database import holds
from chalicelib.store.due import sessions_due
from chalicelib.store.records import Answer, Digest, Message, Point, SessionView, Thread, ThreadView
from chalicelib.store.tables import (
    ConversationPart,
    DigestItem,
    FormItem,
    MessageItem,
    TallyItem,
    ThreadItem,
)
from chalicelib.store.views import view_of

_HEAD_FIELDS = tuple(field.name for field in fields(Thread) if field.name not in ("session_id", "id"))
_MESSAGE_FIELDS = tuple(field.name for field in fields(Message))
_STALE = "stale"
_LAST = "~"  # sorts behind every character of an id or a sequence


@dataclass(frozen=True, slots=True)
class Scene:
    """What one chat turn starts from: the session, and of the threads asked for those that exist, with their forms."""

    view: SessionView
    threads: dict[str, Thread]
    answers: dict[str, tuple[Answer, ...]]


class Conversations:
    """Repository of threads."""

    def scene(self, session_id: str, thread_ids: Sequence[str], user_id: str | None = None) -> Scene:
        """Session, threads and forms in one consistent read over both tables. Raises NotFound without a session."""
        parts = [part for thread_id in thread_ids for part in (keys.thread(thread_id), keys.form(thread_id))]
        raw = database.get_many(
            [
                *sessions.wanted(session_id, sessions.FOR_TURN, user_id),
                *((ConversationPart, session_id, part) for part in parts),
            ]
        )
        return Scene(
            view=view_of(session_id, raw, user_id),
            threads={t: _thread(raw[keys.thread(t)]) for t in thread_ids if keys.thread(t) in raw},
            answers={t: _answers(raw[keys.form(t)]) for t in thread_ids if keys.form(t) in raw},
        )

    def thread(self, session_id: str, thread_id: str) -> Thread | None:
        """The head of one thread."""
        raw = database.get_many([(ConversationPart, session_id, keys.thread(thread_id))])
        return _thread(raw[keys.thread(thread_id)]) if raw else None

    def join(self, thread: Thread, answers: Sequence[Answer], message: Message | None) -> bool:
        """Begin a thread, with its form and first message, and count it: one transaction.

        False where the thread exists already or the session takes nobody in any more.
        """

        def build(write: TransactWrite) -> None:
            due = _becomes_due(thread, message.created_at) if message else {}
            values = {name: getattr(thread, name) for name in _HEAD_FIELDS}
            head = ThreadItem(thread.session_id, keys.thread(thread.id), **values, **due)
            write.save(head, condition=ThreadItem.session_id.does_not_exist())
            if answers:
                form = FormItem(thread.session_id, keys.form(thread.id), answers=msgspec.to_builtins(answers))
                write.save(form, condition=FormItem.session_id.does_not_exist())
            if message:
                write.save(_message_item(thread, message), condition=MessageItem.session_id.does_not_exist())
            write.update(
                TallyItem(thread.session_id, keys.tally_of(thread.id)),
                actions=[TallyItem.participants.add(1)],
                condition=TallyItem.status == "active",
            )

        return holds(lambda: database.transact(build))

    def say(self, thread: Thread, message: Message, turn_id: str, leased_until: datetime) -> Thread | None:
        """Store what the participant said as the next message and take the lease for its reply.

        Gives the moved head; None where another message came first or another reply is being made.
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
        changed = ("last_sequence", "last_said", "message_count", "first_message_at", "last_message_at")
        due = _becomes_due(thread, now)
        actions = [
            *_sets(moved, (*changed, "turn_id", "leased_until")),
            ThreadItem.due_kind.set(due["due_kind"]),
            ThreadItem.due_at.set(ThreadItem.due_at | now),
        ]

        def build(write: TransactWrite) -> None:
            write.save(_message_item(thread, message), condition=MessageItem.session_id.does_not_exist())
            write.update(_head(thread), actions=actions, condition=_unmoved(thread) & _free(now, turn_id))

        return moved if holds(lambda: database.transact(build)) else None

    def take_lease(self, thread: Thread, turn_id: str, now: datetime, leased_until: datetime) -> Thread | None:
        """Take the lease for a reply to what is stored already; None where somebody else moved on or holds it."""
        moved = replace(thread, turn_id=turn_id, leased_until=leased_until)
        condition = _unmoved(thread) & _free(now, turn_id)
        taken = holds(lambda: database.update(_head(thread), _sets(moved, ("turn_id", "leased_until")), condition))
        return moved if taken else None

    def release_lease(self, thread: Thread, turn_id: str) -> None:
        """Give the lease back without a reply; one that is not ours any more is left alone."""
        actions = [ThreadItem.turn_id.remove(), ThreadItem.leased_until.remove()]
        holds(lambda: database.update(_head(thread), actions, ThreadItem.turn_id == turn_id))

    def reply(self, thread: Thread, message: Message) -> bool:
        """Store the facilitator's reply as the next message, count its cost, give the lease back.

        False where the lease was lost: then somebody else answers, and this reply is not stored.
        """
        concludes = message.is_final and not thread.concluded
        actions: list[Action] = [
            ThreadItem.last_sequence.set(message.sequence),
            ThreadItem.answered_to.set(message.sequence),
            ThreadItem.turn_id.remove(),
            ThreadItem.leased_until.remove(),
        ]
        if concludes:
            actions.append(ThreadItem.concluded.set(True))
        counts: list[Action] = [TallyItem.turns.add(1), TallyItem.completed.add(int(concludes))]
        counts += [getattr(TallyItem, name).add(tokens) for name, tokens in (message.usage or {}).items()]

        def build(write: TransactWrite) -> None:
            write.save(_message_item(thread, message), condition=MessageItem.session_id.does_not_exist())
            write.update(_head(thread), actions=actions, condition=ThreadItem.turn_id == thread.turn_id)
            tally = TallyItem(thread.session_id, keys.tally_of(thread.id))
            write.update(tally, actions=counts, condition=TallyItem.status.exists())

        return holds(lambda: database.transact(build))

    def history(self, session_id: str, thread_id: str, limit: int) -> list[Message]:
        """The last messages of a thread, at most `limit`, oldest first."""
        prefix = keys.messages(thread_id)
        newest = database.query_newest(ConversationPart, session_id, prefix, prefix + _LAST, limit)
        return [_message(raw) for raw in reversed(newest)]

    def messages(self, session_id: str, thread_id: str, after: int = 0) -> Iterator[Message]:
        """A thread's messages behind a sequence number, oldest first."""
        first, last = keys.message(thread_id, after + 1), keys.messages(thread_id) + _LAST
        return (_message(raw) for raw in database.query(ConversationPart, session_id, first, last))

    def heads(self, session_id: str) -> list[Thread]:
        """The heads of all threads of a session."""
        found = database.query(ConversationPart, session_id, keys.THREADS, keys.AFTER_THREADS)
        return [_thread(raw) for raw in found]

    def threads(self, session_id: str) -> list[ThreadView]:
        """All threads with their forms and messages, from one range."""
        answers: dict[str, tuple[Answer, ...]] = {}
        messages: dict[str, list[Message]] = {}
        heads: list[Thread] = []
        for raw in database.query(ConversationPart, session_id, keys.FORMS, keys.AFTER_THREADS):
            part = raw[keys.PART]["S"]
            thread_id = keys.thread_of(part)
            if part.startswith(keys.FORMS):
                answers[thread_id] = _answers(raw)
            elif part.startswith(keys.MESSAGES):
                messages.setdefault(thread_id, []).append(_message(raw))
            else:
                heads.append(_thread(raw))
        return [ThreadView(head, answers.get(head.id, ()), tuple(messages.get(head.id, ()))) for head in heads]

    def digest(self, session_id: str, thread_id: str) -> Digest | None:
        """The digest of one thread."""
        item = database.get(DigestItem, session_id, keys.digest(thread_id))
        return _digest(item) if item else None

    def digests(self, session_id: str) -> list[Digest]:
        """The digests of all threads of a session."""
        found = database.query(ConversationPart, session_id, keys.DIGESTS, keys.DIGESTS + _LAST)
        return [_digest(DigestItem.from_raw_data(raw)) for raw in found]

    def put_digest(self, session_id: str, digest: Digest) -> None:
        """Store a digest and note in the head how far it goes; an older one never replaces a newer one."""
        item = DigestItem(
            session_id,
            keys.digest(digest.thread_id),
            to_sequence=digest.to_sequence,
            points=msgspec.to_builtins(digest.points),
            messages=digest.messages,
            model=digest.model,
            created_at=digest.created_at,
        )
        older = DigestItem.to_sequence.does_not_exist() | (DigestItem.to_sequence <= digest.to_sequence)
        head = ThreadItem(session_id, keys.thread(digest.thread_id))
        reached = ThreadItem.digested_to.set(digest.to_sequence)
        complete: list[Action] = [reached, ThreadItem.due_kind.remove(), ThreadItem.due_at.remove()]

        def build(actions: list[Action], condition: Condition) -> Any:
            def writes(write: TransactWrite) -> None:
                write.save(item, condition=older)
                write.update(head, actions=actions, condition=condition)

            return writes

        known = ThreadItem.scope.exists()
        if not holds(lambda: database.transact(build(complete, known & (ThreadItem.last_said <= digest.to_sequence)))):
            # Something was said meanwhile: the digest is right as far as it goes, and the thread stays due.
            holds(lambda: database.transact(build([reached], known)))

    def stale_sessions(self, until: datetime, again: datetime | None = None) -> Iterator[str]:
        """Sessions with words that have waited for their digest since before `until`; see `due.py` for `again`."""
        return sessions_due(ConversationPart, _STALE, until, again)


def _head(thread: Thread) -> ThreadItem:
    return ThreadItem(thread.session_id, keys.thread(thread.id))


def _sets(thread: Thread, names: Sequence[str]) -> list[Action]:
    return [getattr(ThreadItem, name).set(getattr(thread, name)) for name in names]


def _unmoved(thread: Thread) -> Condition:
    return ThreadItem.last_sequence == thread.last_sequence


def _free(now: datetime, turn_id: str) -> Condition:
    """Nobody holds the lease, or we do (a retry whose first answer was lost)."""
    nobodys: Condition = ThreadItem.turn_id.does_not_exist() | (ThreadItem.leased_until < now)
    free: Condition = nobodys | (ThreadItem.turn_id == turn_id)
    return free


def _becomes_due(thread: Thread, now: datetime) -> dict[str, Any]:
    return {"due_kind": keys.due(_STALE, thread.session_id), "due_at": now}


def _message_item(thread: Thread, message: Message) -> MessageItem:
    values = {name: getattr(message, name) for name in _MESSAGE_FIELDS}
    return MessageItem(thread.session_id, keys.message(thread.id, message.sequence), **values)


def _thread(raw: Mapping[str, Any]) -> Thread:
    item = ThreadItem.from_raw_data(dict(raw))
    values = {name: getattr(item, name) for name in _HEAD_FIELDS}
    return Thread(session_id=item.session_id, id=keys.thread_of(item.part), **values)


def _message(raw: Mapping[str, Any]) -> Message:
    item = MessageItem.from_raw_data(dict(raw))
    return Message(**{name: getattr(item, name) for name in _MESSAGE_FIELDS})


def _answers(raw: Mapping[str, Any]) -> tuple[Answer, ...]:
    return msgspec.convert(FormItem.from_raw_data(dict(raw)).answers, tuple[Answer, ...])


def _digest(item: DigestItem) -> Digest:
    return Digest(
        thread_id=keys.thread_of(item.part),
        to_sequence=int(item.to_sequence),
        points=msgspec.convert(item.points, tuple[Point, ...]),
        messages=int(item.messages),
        model=item.model,
        created_at=item.created_at,
    )
