"""How conversations end for those who had them: concluded early, and rated (tables `conversations`, `sessions`)."""

from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.model import Thread
from chalicelib.store import database, keys
from chalicelib.store.conversation_items import CommentItem, ThreadItem
from chalicelib.store.database import holds
from chalicelib.store.session_items import TallyItem
from chalicelib.store.tables import ConversationPart
from chalicelib.store.transact import Transaction


class Feedback:
    """Repository of how conversations ended, and how they were."""

    def conclude(self, thread: Thread, now: datetime) -> bool:
        """Conclude a thread; False where it moved on, ended, or a reply to it is being made.

        It counts as completed where the participant has said something: else with their first words, should any come.
        """
        actions: list[Action] = [
            ThreadItem.concluded.set(True),
            ThreadItem.turn_id.remove(),
            ThreadItem.leased_until.remove(),
        ]
        free = ThreadItem.turn_id.does_not_exist() | (ThreadItem.leased_until < now)
        open_still: Any = ThreadItem.concluded == False  # noqa: E712 (a condition, which `not` would not make)
        unmoved = (ThreadItem.last_sequence == thread.last_sequence) & (ThreadItem.created_at == thread.created_at)
        condition = unmoved & open_still & free
        counted: list[Action] = [TallyItem.completed.add(int(thread.message_count > 0))]

        def build(write: Transaction) -> None:
            write.update(_head(thread), actions=actions, condition=condition)
            tally = TallyItem(thread.session_id, keys.tally_of(thread.id))
            write.update(tally, actions=counted, condition=TallyItem.status.exists())

        return holds(lambda: database.transact(build))

    def rate(self, thread: Thread, rating: int, comment: str, now: datetime) -> bool:
        """Keep a rating and its comment in place of earlier ones; False where the thread is gone."""
        there: Any = ThreadItem.created_at == thread.created_at  # not one that was begun after a deletion
        actions: list[Action] = [ThreadItem.rating.set(rating)]
        item = CommentItem(thread.session_id, keys.comment(thread.id), text=comment, created_at=now)

        def build(write: Transaction) -> None:
            write.update(_head(thread), actions=actions, condition=there)
            if comment:
                write.save(item)
            else:
                write.delete(CommentItem(thread.session_id, keys.comment(thread.id)))

        return holds(lambda: database.transact(build))

    def comment(self, thread: Thread) -> str:
        """What somebody wrote beside the rating; empty where nothing."""
        part = keys.comment(thread.id)
        raw = database.get_many([(ConversationPart, thread.session_id, part)])
        return CommentItem.from_raw_data(raw[part]).text if raw else ""


def _head(thread: Thread) -> ThreadItem:
    return ThreadItem(thread.session_id, keys.thread(thread.id))
