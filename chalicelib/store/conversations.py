"""Threads, their forms, messages and digests (table `conversations`)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import NotFound
from chalicelib.model import Answer, CondensedHistory, Digest, Message, Session, SessionView, Thread
from chalicelib.store import (
    aliases,
    cards,
    database,
    keys,
    participant_limit,
    receipts,
    sessions,
    tallies,
    thread_head,
    widgets,
)
from chalicelib.store.conversation_items import CondensedItem, ErasureItem, FormItem, MessageItem
from chalicelib.store.database import holds
from chalicelib.store.mapping import (
    answers_from,
    condensed_from,
    condensed_item,
    digest_from,
    erased_to,
    message_from,
    message_item,
)
from chalicelib.store.session_view import view_of
from chalicelib.store.tables import ConversationPart
from chalicelib.store.thread_head import thread_from
from chalicelib.store.transact import Build, ConditionFailed, Transaction

_KEYS_A_READ = 100
LAST = "~"  # sorts behind every character of an id or a sequence


class TurnView(Struct, frozen=True):
    """What one chat turn starts from: the session, and of the threads asked for those that exist, with their forms.

    `condensed` has the earlier parts of long ones. `erased` tells of threads that were deleted, up to which sequence number
    messages of theirs may still be stored.
    """

    view: SessionView
    threads: dict[str, Thread]
    answers: dict[str, tuple[Answer, ...]]
    condensed: dict[str, CondensedHistory]
    erased: dict[str, int]


class Conversations:
    """Repository of threads."""

    def turn_view(self, session_id: str, thread_ids: Sequence[str], user_id: str | None = None) -> TurnView:
        """Session, threads and forms in one consistent read over both tables. Raises NotFound without a session.

        A session that came from another stage may have them under other ids: two reads more find them; they are given by the
        ids that were asked for.
        """
        found = self._turn_view(session_id, thread_ids, user_id)
        missing = [it for it in thread_ids if it not in found.threads] if found.view.session.has_aliases else []
        asked = {real: named for named, real in aliases.find(session_id, missing).items()}
        return _with(found, asked, self._turn_view(session_id, list(asked), user_id)) if asked else found

    def _turn_view(self, session_id: str, thread_ids: Sequence[str], user_id: str | None) -> TurnView:
        named = (keys.thread, keys.form, keys.condensed, keys.erasure)
        parts = [part(thread_id) for thread_id in thread_ids for part in named]
        raw = database.get_many(
            [
                *sessions.wanted(session_id, sessions.FOR_TURN, user_id),
                *((ConversationPart, session_id, part) for part in parts),
            ]
        )
        return TurnView(
            view=view_of(session_id, raw, user_id),
            threads={t: thread_from(raw[keys.thread(t)]) for t in thread_ids if keys.thread(t) in raw},
            answers={t: answers_from(raw[keys.form(t)]) for t in thread_ids if keys.form(t) in raw},
            condensed={t: condensed_from(raw[keys.condensed(t)]) for t in thread_ids if keys.condensed(t) in raw},
            erased={t: erased_to(raw[keys.erasure(t)]) for t in thread_ids if keys.erasure(t) in raw},
        )

    def thread_now(self, session_id: str, thread_id: str) -> tuple[Thread | None, CondensedHistory | None]:
        """The head of one thread and its condensed part, in one read."""
        head, earlier = keys.thread(thread_id), keys.condensed(thread_id)
        raw = database.get_many([(ConversationPart, session_id, part) for part in (head, earlier)])
        thread = thread_from(raw[head]) if head in raw else None
        return thread, condensed_from(raw[earlier]) if thread and earlier in raw else None

    def join(
        self,
        session: Session,
        thread: Thread,
        answers: Sequence[Answer],
        message: Message | None,
        account: str | None,
        *,
        is_capped: bool,
        speaker: str | None = None,
    ) -> frozenset[str]:
        """Begin a thread, with its form, code and first message, and count it: one transaction. `account` is whose list gets the
        session, `speaker` who speaks with an account without that.

        Gives the labels of the conditions that did not hold, those of `participant_limit` among them; none where it has begun.
        """
        up_to = ErasureItem.up_to
        erasure = (up_to == thread.starts_after) if thread.starts_after else up_to.does_not_exist()

        def build(write: Transaction) -> None:
            write.check(ErasureItem(thread.session_id, keys.erasure(thread.id)), erasure)
            write.save(*thread_head.begin(thread, message))
            if answers:
                form = FormItem(thread.session_id, keys.form(thread.id), answers=msgspec.to_builtins(answers))
                write.save(form, FormItem.session_id.does_not_exist())
            if message:
                write.save(message_item(thread, message), MessageItem.session_id.does_not_exist())
            participant_limit.count_in(write, thread, is_capped=is_capped)
            receipts.add(write, thread)
            if account:
                write.update(*cards.participation(session, account))
            elif speaker:
                write.update(*cards.participation(session, speaker, is_listed=False))

        try:
            database.transact(build)
        except ConditionFailed as error:
            return error.failed
        return frozenset()

    def say(
        self, thread: Thread, message: Message, turn_id: str | None, leased_until: datetime | None
    ) -> Thread | None:
        """Store what the participant said as the next message and take the lease for its reply, where one is to follow.

        With first words a conversation that ended without any counts as completed. Gives the moved head; None where
        another message came first or another reply is being made. Raises NotFound where the session was deleted meanwhile.
        """
        said = replace(thread.with_said(message), turn_id=turn_id, leased_until=leased_until)
        completes = said.is_completed and not thread.is_completed

        def build(write: Transaction) -> None:
            if completes:
                write.update(*tallies.count(thread, completed=1), label=keys.SESSION)
            else:
                write.check(tallies.of_thread(thread), tallies.is_there(), label=keys.SESSION)
            write.save(message_item(thread, message), MessageItem.session_id.does_not_exist())
            widgets.add_use(write, thread, message)
            write.update(*thread_head.say(thread, said, message.created_at))

        return said if _holds_in_session(build) else None

    def edit(self, thread: Thread, message: Message, content: str, now: datetime) -> bool:
        """Store other words of a message in place of it; False where somebody has read it, or is reading it."""
        item = MessageItem(thread.session_id, keys.message(thread.id, message.sequence))

        def build(write: Transaction) -> None:
            write.check(tallies.of_thread(thread), tallies.is_there(), label=keys.SESSION)
            write.update(item, [MessageItem.content.set(content)], MessageItem.id == message.id)
            write.update(*thread_head.edit(thread, message.sequence, now))

        return _holds_in_session(build)

    def take_lease(self, thread: Thread, turn_id: str, now: datetime, leased_until: datetime) -> Thread | None:
        """Take the lease for a reply to what is stored already; None where somebody else moved on or holds it."""
        step = thread_head.take_lease(thread, turn_id, now, leased_until)
        taken = holds(lambda: database.update(*step))
        return replace(thread, turn_id=turn_id, leased_until=leased_until) if taken else None

    def release_lease(self, thread: Thread, turn_id: str) -> None:
        """Give the lease back without a reply; one that is not ours is left alone."""
        holds(lambda: database.update(*thread_head.release_lease(thread, turn_id)))

    def reply(self, thread: Thread, message: Message, condensed: CondensedHistory | None = None) -> bool:
        """Store the facilitator's reply as the next message, count its cost, give the lease back.

        `condensed` is the thread's earlier part where that is new; it never replaces one that reaches as far. False where
        the lease was lost: then somebody else answers, and this reply is not stored. Raises NotFound where the session was
        deleted meanwhile.
        """
        completes = message.is_final and not thread.concluded and thread.message_count > 0
        to = CondensedItem.to_sequence
        shorter = to.does_not_exist() | (to < (condensed.to_sequence if condensed else 0))

        def build(write: Transaction) -> None:
            write.save(message_item(thread, message), MessageItem.session_id.does_not_exist())
            widgets.add_use(write, thread, message)
            if condensed:
                write.save(condensed_item(thread, condensed), shorter)
            write.update(*thread_head.reply(thread, message))
            counts = {"turns": 1, "completed": int(completes), **(message.usage or {})}
            write.update(*tallies.count(thread, **counts), label=keys.SESSION)

        return _holds_in_session(build)

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

    def end_access(self, thread: Thread) -> bool:
        """End all links and cookies and the code that lead to a thread; False where it has another code by now, or is gone."""

        def build(write: Transaction) -> None:
            receipts.withdraw(write, thread)
            write.update(*thread_head.end_access(thread))

        return holds(lambda: database.transact(build))

    def message(self, session_id: str, thread_id: str, sequence: int) -> tuple[Thread, Message] | None:
        """One message of a thread that is there, with the thread's head.

        What is left of a removed one waits for its erasure and is read by nobody.
        """
        head, part = keys.thread(thread_id), keys.message(thread_id, sequence)
        raw = database.get_many([(ConversationPart, session_id, head), (ConversationPart, session_id, part)])
        if head not in raw or part not in raw:
            return None
        thread = thread_from(raw[head])
        return (thread, message_from(raw[part])) if sequence > thread.starts_after else None

    def all_stored(self, session_id: str, thread_id: str) -> Iterator[Message]:
        """What is stored of a thread, what is left of one that was removed before it included; oldest first."""
        prefix = keys.messages(thread_id)
        return map(message_from, database.query(ConversationPart, session_id, prefix, prefix + LAST))

    def find_messages(
        self, session_id: str, ids: Collection[str], thread_id: str | None = None
    ) -> list[tuple[str, Message]]:
        """The messages with these ids (at most 100), each with its thread; of one thread, or of the session.

        What is left of a removed thread is found, too: its head tells. The table looks through all messages, so this takes the
        longer, the more there are.
        """
        prefix = keys.messages(thread_id) if thread_id else keys.MESSAGES
        raw = database.query_where(ConversationPart, session_id, (prefix, prefix + LAST), "id", ids)
        return [(keys.thread_of(it[keys.PART]["S"]), message_from(it)) for it in raw]

    def find_said(self, session_id: str, words: Collection[str]) -> list[tuple[str, Message]]:
        """The same for messages that have any of these words (at most 100), as they are written."""
        between = (keys.MESSAGES, keys.MESSAGES + LAST)
        raw = database.query_where(ConversationPart, session_id, between, "content", words, contains=True)
        return [(keys.thread_of(it[keys.PART]["S"]), message_from(it)) for it in raw]

    def last_said(self, threads: Sequence[Thread]) -> dict[str, Message]:
        """What the participant of each of these threads (at most 100) said last, by the id of the thread, in one read."""
        if not threads:
            return {}
        parts = {thread.id: keys.message(thread.id, thread.last_said) for thread in threads}
        raw = database.get_many([(ConversationPart, thread.session_id, parts[thread.id]) for thread in threads])
        return {thread_id: message_from(raw[part]) for thread_id, part in parts.items() if part in raw}

    def heads(self, session_id: str) -> list[Thread]:
        """The heads of all threads of a session."""
        return list(thread_head.read_all(session_id))

    def heads_of(self, session_id: str, thread_ids: Iterable[str]) -> list[Thread]:
        """The heads of these threads, as far as there are any; a hundred in a read."""
        wanted = [(ConversationPart, session_id, keys.thread(thread_id)) for thread_id in thread_ids]
        reads = (wanted[first : first + _KEYS_A_READ] for first in range(0, len(wanted), _KEYS_A_READ))
        return [thread_from(raw) for asked in reads for raw in database.get_many(asked).values()]

    def heads_behind(self, session: Session, thread_ids: Collection[str]) -> dict[str, Thread]:
        """The heads of these threads by the ids that were asked for; in a session that came from another stage heads may have others."""
        found = {head.id: head for head in self.heads_of(session.id, thread_ids)}
        if not session.has_aliases:
            return found
        asked = {real: named for named, real in aliases.find(session.id, thread_ids).items()}
        return found | {asked[head.id]: head for head in self.heads_of(session.id, asked)}

    def digest(self, session_id: str, thread_id: str) -> Digest | None:
        """The digest of one thread."""
        raw = database.get_many([(ConversationPart, session_id, keys.digest(thread_id))])
        return digest_from(raw[keys.digest(thread_id)]) if raw else None

    def digest_and_form(self, session_id: str, thread_id: str) -> tuple[Digest | None, tuple[Answer, ...]]:
        """The digest of one thread, if there is one, and what was entered in its form, in one read."""
        digest, form = keys.digest(thread_id), keys.form(thread_id)
        raw = database.get_many([(ConversationPart, session_id, part) for part in (digest, form)])
        return digest_from(raw[digest]) if digest in raw else None, answers_from(raw[form]) if form in raw else ()

    def digests(self, session_id: str) -> list[Digest]:
        """The digests of all threads of a session."""
        found = database.query(ConversationPart, session_id, keys.DIGESTS, keys.DIGESTS + LAST)
        return [digest_from(raw) for raw in found]


def _with(found: TurnView, asked: Mapping[str, str], more: TurnView) -> TurnView:
    """What was found, and more of threads by the ids that were asked for; `asked` has these by the threads' own."""
    parts: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        (found.threads, more.threads),
        (found.answers, more.answers),
        (found.condensed, more.condensed),
        (found.erased, more.erased),
    )
    return TurnView(more.view, *(own | {asked[it]: value for it, value in others.items()} for own, others in parts))


def _holds_in_session(build: Build) -> bool:
    """Do a transaction; False where its condition does not hold, NotFound where the one on the tally is what fails.

    A session is deleted together with its tallies, so none of its threads grows afterwards.
    """
    try:
        database.transact(build)
    except ConditionFailed as error:
        if keys.SESSION in error.failed:
            raise NotFound("Session not found") from error
        return False
    return True
