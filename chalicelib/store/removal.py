"""Removing a person for good (tables `conversations` and `sessions`), as `deletion.py` removes a session; what belongs to
either is in `item_kinds/`.

First, in one transaction, everything but the messages: they are erased in pages, and a marker says so until it is done.
"""

from collections.abc import Callable
from itertools import islice

from msgspec.structs import replace
from pynamodb.expressions.update import Action

from chalicelib.clock import Clock
from chalicelib.model import Thread, Transition
from chalicelib.model.deletions import DeletionRecord
from chalicelib.store import (
    aliases,
    database,
    deletion_records,
    due,
    item_kinds,
    keys,
    participant_limit,
    receipts,
    thread_head,
)
from chalicelib.store.conversation_items import ErasureItem
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import ERASURE
from chalicelib.store.participants import withdraw
from chalicelib.store.session_items import ParticipationItem
from chalicelib.store.tables import ConversationPart, SessionPart
from chalicelib.store.transact import Transaction

_PAGE = 100


class Removals:
    """Repository of people who are to be removed."""

    def begin(
        self,
        thread: Thread,
        record: DeletionRecord,
        transition: Transition | None,
        *,
        is_capped: bool,
        account: str | None = None,
        keeps_invitation: bool = False,
    ) -> DeletionRecord | None:
        """Remove somebody's thread with all but its messages, and their count; summary and brief are gone with them. Gives the
        record of that, with what is removed.

        The synthesis makes this transition; without one nothing of the thread is in it, and it stays as it is. `is_capped`: the
        session has a limit of participants; `keeps_invitation`: nothing may tell with which one somebody came. `account` is whose
        thread it is: with the last one the session leaves its list.
        None where something changed meanwhile.
        """
        session_id = thread.session_id
        at_once = item_kinds.of_person("at once", thread.id)
        there = database.get_many([(ConversationPart, session_id, part) for part in at_once])
        removed = item_kinds.counts_of_person(there, thread.last_sequence - thread.starts_after)
        record = replace(record, removed=removed)
        card = database.get(ParticipationItem, session_id, keys.participation(account)) if account else None
        head, unmoved = thread_head.remove(thread)
        exists = ConversationPart.part.exists()
        found = {part: exists if part in there else ~exists for part in at_once} | {head.part: unmoved}

        def build(write: Transaction) -> None:
            if transition:
                withdraw(write, thread, transition)
            for part in at_once:
                write.delete(ConversationPart(session_id, part), condition=found[part])
            receipts.withdraw(write, thread)
            if card:
                _leave(write, card)
            write.save(deletion_records.item_of_person(session_id, record))
            write.update(*_erasure(thread, record))
            if thread.invitation_id and not keeps_invitation:
                write.delete(SessionPart(session_id, keys.invitation(thread.invitation_id)))
            participant_limit.count_out(write, thread, is_capped=is_capped)

        return record if holds(lambda: database.transact(build)) else None

    def is_begun(self, session_id: str, thread_id: str) -> bool:
        """Whether somebody was removed, and something of theirs may be left."""
        return bool(database.get_many([(ConversationPart, session_id, keys.erasure(thread_id))]))

    def erase(self, session_id: str, thread_id: str, clock: Clock, goes_on: Callable[[], bool]) -> bool:
        """Remove the numbered items of a deleted thread, its messages, and what leads to it from another stage's id; False where
        there was no time for all of them."""
        database.delete_all(ConversationPart, aliases.of_thread(session_id, thread_id))
        part = keys.erasure(thread_id)
        while raw := database.get_many([(ConversationPart, session_id, part)]):
            item = ErasureItem.from_raw_data(raw[part])
            up_to = int(item.up_to)
            for numbered in item_kinds.of_person("by job", thread_id):
                first, last = keys.numbered(numbered, 0), keys.numbered(numbered, up_to)
                found = database.query(ConversationPart, session_id, first, last, keys_only=True)
                while page := list(islice(found, _PAGE)):
                    if not goes_on():
                        return False
                    database.delete_all(ConversationPart, page)
            deletion_records.finish(session_id, item.records or (), clock.now())
            _note_erased(session_id, part, up_to)
        return True


def _erasure(thread: Thread, record: DeletionRecord) -> tuple[ErasureItem, list[Action]]:
    """What has the messages of a thread erased. Those of an earlier one of the same participant's may still be there."""
    marks = due.marks(ERASURE, thread.session_id, record.asked_at)
    values = {"up_to": thread.last_sequence, **marks}
    actions: list[Action] = [getattr(ErasureItem, name).set(value) for name, value in values.items()]
    return ErasureItem(thread.session_id, keys.erasure(thread.id)), [*actions, ErasureItem.records.add({record.id})]


def _leave(write: Transaction, card: ParticipationItem) -> None:
    """One thread less behind this card; the last one takes it along. Joining counts in the same place."""
    if card.threads > 1:
        less: list[Action] = [ParticipationItem.threads.add(-1)]
        write.update(card, actions=less, condition=ParticipationItem.threads == card.threads)
    else:
        write.delete(card, condition=ParticipationItem.threads == card.threads)


def _note_erased(session_id: str, part: str, up_to: int) -> None:
    """Everything up to there is gone; unless the thread was deleted once more, nothing is left to do."""
    holds(lambda: database.delete(ErasureItem(session_id, part), ErasureItem.up_to == up_to))
