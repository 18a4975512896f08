"""How conversations end for those who had them: concluded early, and rated (tables `conversations`, `sessions`)."""

from datetime import datetime

from chalicelib.model import Thread
from chalicelib.store import database, keys, tallies, thread_head
from chalicelib.store.conversation_items import CommentItem
from chalicelib.store.database import holds
from chalicelib.store.tables import ConversationPart
from chalicelib.store.transact import Transaction


class Feedback:
    """Repository of how conversations ended, and how they were."""

    def conclude(self, thread: Thread, now: datetime) -> bool:
        """Conclude a thread; False where it moved on, ended, or a reply to it is being made.

        It counts as completed where the participant has said something: else with their first words, should any come.
        """

        def build(write: Transaction) -> None:
            write.update(*thread_head.conclude(thread, now))
            write.update(*tallies.count(thread, completed=int(thread.message_count > 0)))

        return holds(lambda: database.transact(build))

    def rate(self, thread: Thread, rating: int, comment: str, now: datetime) -> bool:
        """Keep a rating and its comment in place of earlier ones; False where the thread is gone."""
        part = keys.comment(thread.id)

        def build(write: Transaction) -> None:
            write.update(*thread_head.rate(thread, rating, now))
            if comment:
                write.save(CommentItem(thread.session_id, part, text=comment, created_at=now))
            else:
                write.delete(CommentItem(thread.session_id, part))

        return holds(lambda: database.transact(build))

    def comment(self, thread: Thread) -> str:
        """What somebody wrote beside the rating; empty where nothing."""
        part = keys.comment(thread.id)
        raw = database.get_many([(ConversationPart, thread.session_id, part)])
        return CommentItem.from_raw_data(raw[part]).text if raw else ""
