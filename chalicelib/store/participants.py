"""The people of a session as its host sees them: read, taken out, taken in again (tables `conversations`, `sessions`)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.model import Answer, SessionView, Thread, ThreadView, Transition, WidgetUse
from chalicelib.store import (
    database,
    keys,
    knowledge,
    memories,
    reduced_digests,
    scratchpads,
    sessions,
    summaries,
    thread_head,
    widgets,
)
from chalicelib.store.database import Raw, holds
from chalicelib.store.mapping import answers_from, message_from
from chalicelib.store.session_items import BriefItem, KeptSummaryItem, SummaryItem
from chalicelib.store.session_view import view_of
from chalicelib.store.tables import ConversationPart
from chalicelib.store.thread_head import thread_from
from chalicelib.store.transact import Transaction

_KEYS_A_READ = 100
_MESSAGES_A_PAGE = 1_000  # about as many as a megabyte holds


class Participants:
    """Repository of participants."""

    def find(
        self, session_id: str, thread_id: str, user_id: str | None = None
    ) -> tuple[SessionView, ThreadView | None]:
        """The session with the role of this user, and a thread with its form, in one read. Raises NotFound without a session."""
        parts = (keys.thread(thread_id), keys.form(thread_id))
        wanted = sessions.wanted(session_id, sessions.NOTHING_ELSE, user_id)
        raw = database.get_many([*wanted, *((ConversationPart, session_id, part) for part in parts)])
        found = [raw[part] for part in parts if part in raw]
        thread = _head_of(found)
        return view_of(session_id, raw, user_id), _view(thread, found) if thread else None

    def everybody(self, session_id: str, wanted: Callable[[Thread], bool], at_most: int) -> list[ThreadView] | None:
        """The wanted threads with forms and messages, from one range; None where their words are over so many bytes.

        Heads come last in the range. When the words of all are too many, the heads are looked up to see whose count.
        """
        found: dict[str, list[Raw]] = {}
        size, counted = 0, None
        for raw in database.query(ConversationPart, session_id, keys.FORMS, keys.AFTER_THREADS):
            thread_id = keys.thread_of(raw[keys.PART]["S"])
            if counted is not None and thread_id not in counted:
                continue
            found.setdefault(thread_id, []).append(raw)
            size += _size(raw)
            if size > at_most and counted is None:
                counted = {head.id: head for head in thread_head.read_all(session_id) if wanted(head)}
                found = {thread: parts for thread, parts in found.items() if thread in counted}
                size = sum(_size(part) for parts in found.values() for part in parts)
            if size > at_most:
                return None
        threads = [(_head_of(parts), parts) for parts in found.values()]
        return [_view(thread, parts) for thread, parts in threads if thread and wanted(thread)]

    def heads(self, session_id: str) -> list[Thread]:
        """All heads of a session."""
        return list(thread_head.read_all(session_id))

    def all_forms(self, session_id: str) -> dict[str, tuple[Answer, ...]]:
        """The forms of everybody who filled one in, by thread, from one range."""
        found = database.query(ConversationPart, session_id, keys.FORMS, keys.AFTER_FORMS)
        return {keys.thread_of(raw[keys.PART]["S"]): answers_from(raw) for raw in found}

    def widget_uses(self, session_id: str, heads: Sequence[Thread]) -> dict[str, list[WidgetUse]]:
        """What these threads have to do with widgets, in order, by thread, from one range."""
        return widgets.read_all(session_id, {head.id: head for head in heads})

    def forms(self, threads: Sequence[Thread], at_most: int) -> list[ThreadView] | None:
        """These threads with their forms, without messages, in the same order; None where those are over so many bytes."""
        return self._by_key(threads, lambda _: [], at_most)

    def with_messages(
        self, threads: Sequence[Thread], everybody: Sequence[Thread], at_most: int
    ) -> list[ThreadView] | None:
        """These threads with forms and messages, in the same order; None where their words are over so many bytes.

        Messages have known keys. Where these threads are much of all there is, one range takes fewer requests.
        """
        asked = sum(_length(thread) + 1 for thread in threads)
        if -(-asked // _KEYS_A_READ) > 1 + sum(map(_length, everybody)) // _MESSAGES_A_PAGE:
            ids = {thread.id for thread in threads}
            views = self.everybody(threads[0].session_id, lambda head: head.id in ids, at_most)
            found = {view.thread.id: view for view in views or []}
            return None if views is None else [found[thread.id] for thread in threads if thread.id in found]
        return self._by_key(threads, _messages_of, at_most)

    def exclude(self, thread: Thread, transition: Transition) -> bool:
        """Take somebody out, with this transition of the synthesis: the summary and the brief are gone with it. False where
        the thread changed meanwhile."""

        def build(write: Transaction) -> None:
            withdraw(write, thread, transition)
            write.update(*thread_head.exclude(thread))

        return holds(lambda: database.transact(build))

    def include(self, thread: Thread, now: datetime, transition: Transition) -> bool:
        """Take somebody in again, with this transition of the synthesis. False where the thread changed meanwhile."""

        def build(write: Transaction) -> None:
            summaries.add_transition(write, thread.session_id, transition)
            write.update(*thread_head.include(thread, now))

        return holds(lambda: database.transact(build))

    def consent(
        self,
        thread: Thread,
        transition: Transition | None,
        cut: summaries.CutSummaries | None = None,
        *,
        quotable: bool,
        passed_on: bool,
    ) -> bool:
        """Store what somebody allows, with this transition of the synthesis and with the summaries as they are `cut`; a scratchpad that
        may have what they do not allow is taken offline. False where the thread, or one of those, changed meanwhile."""

        def build(write: Transaction) -> None:
            if transition and (cut or not passed_on):
                scratchpads.withdraw(write, thread.session_id)
                memories.withdraw(write, thread.session_id)
            if transition and cut:
                knowledge.withdraw(write, thread.session_id)
            if transition:
                summaries.add_transition(write, thread.session_id, transition)
            if cut:
                summaries.put_cut(write, cut)
            write.update(*thread_head.consent(thread, quotable=quotable, passed_on=passed_on))

        return holds(lambda: database.transact(build))

    def _by_key(
        self, threads: Sequence[Thread], messages: Callable[[Thread], list[str]], at_most: int
    ) -> list[ThreadView] | None:
        asked = {thread.id: [keys.form(thread.id), *messages(thread)] for thread in threads}
        parts = [(thread.session_id, part) for thread in threads for part in asked[thread.id]]
        raw: dict[str, Raw] = {}
        size = 0
        for first in range(0, len(parts), _KEYS_A_READ):
            read = database.get_many([(ConversationPart, *part) for part in parts[first : first + _KEYS_A_READ]])
            size += sum(map(_size, read.values()))
            if size > at_most:
                return None
            raw |= read
        return [_view(thread, [raw[part] for part in asked[thread.id] if part in raw]) for thread in threads]


def withdraw(write: Transaction, thread: Thread, transition: Transition) -> None:
    """Take offline what this thread's words may be in, and see to it that none from before comes back and a new one is made."""
    session_id = thread.session_id
    write.delete(SummaryItem(session_id, keys.SUMMARY))
    for part in keys.kept_summaries():
        write.delete(KeptSummaryItem(session_id, part))
    write.delete(BriefItem(session_id, keys.BRIEF))
    reduced_digests.withdraw(write, session_id, thread.id)
    scratchpads.withdraw(write, session_id)
    memories.withdraw(write, session_id)
    knowledge.withdraw(write, session_id)
    summaries.add_transition(write, session_id, transition)


def _length(thread: Thread) -> int:
    return thread.last_sequence - thread.starts_after


def _messages_of(thread: Thread) -> list[str]:
    return [keys.message(thread.id, number) for number in range(thread.starts_after + 1, thread.last_sequence + 1)]


def _size(raw: Raw) -> int:
    """Bytes of what somebody wrote."""
    written = raw.get("content") or raw.get("answers")  # a message or a form
    return len(written["S"].encode()) if written else 0


def _head_of(parts: Sequence[Raw]) -> Thread | None:
    heads = (raw for raw in reversed(parts) if raw[keys.PART]["S"].startswith(keys.THREADS))
    return next(map(thread_from, heads), None)


def _view(thread: Thread, parts: Sequence[Raw]) -> ThreadView:
    """A thread with its form and messages; what is left of a deleted one before it is not shown."""
    answers: tuple[Answer, ...] = ()
    messages = []
    for raw in parts:
        part = raw[keys.PART]["S"]
        if part.startswith(keys.MESSAGES):
            if keys.sequence_of(part) > thread.starts_after:
                messages.append(message_from(raw))
        elif part.startswith(keys.FORMS):
            answers = answers_from(raw)
    return ThreadView(thread, answers, tuple(messages))
