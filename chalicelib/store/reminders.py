"""Who wants to be reminded of their conversation, and what came of it (table `conversations`)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from pynamodb.expressions.update import Action

from chalicelib.model import Session, Thread
from chalicelib.model.reminders import Reminder
from chalicelib.store import database, due, keys, sessions, tallies
from chalicelib.store.conversation_items import ReminderItem, ThreadItem
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import REMINDER
from chalicelib.store.raw_items import reader
from chalicelib.store.session_items import TallyItem
from chalicelib.store.session_view import view_of
from chalicelib.store.tables import ConversationPart
from chalicelib.store.thread_head import thread_from
from chalicelib.store.transact import Transaction

_FIELDS = tuple(name for name in Reminder.__struct_fields__ if name not in ("session_id", "thread_id"))
_WANTED = ("channel", "wanted_at", "generation", "to", "language", "zone", "undeliverable")
_read = reader(ReminderItem, _FIELDS)


class ReminderView(Struct, frozen=True):
    """What is read, at one time, where a reminder is due."""

    session: Session
    thread: Thread
    reminder: Reminder


class Reminders:
    """Repository of reminders."""

    def want(self, reminder: Reminder, at: datetime) -> bool:
        """Note that somebody wants to be reminded, in place of an earlier wish, and when to look at it. What was sent stays counted.

        False where the thread is gone.
        """
        thread = ThreadItem(reminder.session_id, keys.thread(reminder.thread_id))
        values = {name: getattr(reminder, name) for name in _WANTED} | _marks(reminder, at)

        def build(write: Transaction) -> None:
            write.check(thread, ThreadItem.session_id.exists())
            write.update(_item(reminder), _set(values))

        return holds(lambda: database.transact(build))

    def find(self, session_id: str, thread_id: str) -> Reminder | None:
        """The reminder of a thread; None where nobody ever asked for any."""
        part = keys.reminder(thread_id)
        raw = database.get_many([(ConversationPart, session_id, part)])
        return _reminder_from(raw[part]) if part in raw else None

    def view(self, session_id: str, thread_id: str) -> ReminderView | None:
        """A session, a thread and its reminder, in one consistent read; None without the thread or the reminder. Raises NotFound
        without the session."""
        head, part = keys.thread(thread_id), keys.reminder(thread_id)
        wanted = [(ConversationPart, session_id, name) for name in (head, part)]
        raw = database.get_many([*sessions.wanted(session_id, (), None), *wanted])
        session = view_of(session_id, raw, None).session
        if head not in raw or part not in raw:
            return None
        return ReminderView(session, thread_from(raw[head]), _reminder_from(raw[part]))

    def all_of(self, session_id: str) -> Iterator[Reminder]:
        """All reminders of a session."""
        return map(_reminder_from, database.query(ConversationPart, session_id, keys.REMINDERS, keys.AFTER_REMINDERS))

    def claim(self, view: ReminderView, now: datetime, look_again: datetime, *, came_back: bool) -> bool:
        """Note that the next reminder is sent, before it is; False where that is not to be done any more, or somebody else does it.

        The session is open, and the conversation stands where it was read. `came_back`: after the one before they did.
        """
        thread, reminder = view.thread, view.reminder
        values = {"sent": reminder.sent + 1, "sent_at": now, "came_back": came_back, **_marks(reminder, look_again)}
        same = (
            (ThreadItem.last_said == thread.last_said)
            & (ThreadItem.concluded == thread.concluded)
            & (ThreadItem.included == thread.included)
            & (ThreadItem.generation == thread.generation)
        )

        def build(write: Transaction) -> None:
            write.check(ThreadItem(thread.session_id, keys.thread(thread.id)), same)
            write.check(tallies.of_thread(thread), TallyItem.status == "active")
            write.update(_item(reminder), _set(values), _is_unchanged(reminder))

        return holds(lambda: database.transact(build))

    def give_back(self, reminder: Reminder, claimed_at: datetime, at: datetime) -> None:
        """Note that the reminder which was claimed then was not sent, and that it is due again."""
        values = {"sent": reminder.sent, "sent_at": reminder.sent_at, **_marks(reminder, at)}
        is_ours = (ReminderItem.sent == reminder.sent + 1) & (ReminderItem.sent_at == claimed_at)
        holds(lambda: database.update(_item(reminder), _set(values), is_ours))

    def postpone(self, reminder: Reminder, at: datetime) -> None:
        """Have a reminder looked at again then; nothing where it was changed meanwhile."""
        holds(lambda: database.update(_item(reminder), _set(_marks(reminder, at)), _is_unchanged(reminder)))

    def forget(self, reminder: Reminder) -> bool:
        """Forget where somebody wanted to be reminded: nothing is sent any more. Of reminders that were sent their number stays.

        False where they have changed their wish meanwhile.
        """
        unchanged = _is_unchanged(reminder)
        if not reminder.sent:
            return holds(lambda: database.delete(_item(reminder), unchanged))
        gone: list[Action] = [getattr(ReminderItem, name).remove() for name in ("to", "due_kind", "due_at")]
        return holds(lambda: database.update(_item(reminder), gone, unchanged))

    def give_up(self, reminder: Reminder) -> None:
        """Forget where somebody wanted to be reminded, since no mail arrives there; nothing where they have changed their wish."""
        gone: list[Action] = [getattr(ReminderItem, name).remove() for name in ("to", "due_kind", "due_at")]
        actions = [*gone, ReminderItem.undeliverable.set(True)]
        holds(lambda: database.update(_item(reminder), actions, _is_unchanged(reminder)))

    def note_opened(self, session_id: str, thread_id: str, now: datetime) -> None:
        """Note that somebody asked for the page of a link in a reminder, the first time."""
        item = ReminderItem(session_id, keys.reminder(thread_id))
        first = (ReminderItem.sent > 0) & ReminderItem.opened_at.does_not_exist()
        holds(lambda: database.update(item, [ReminderItem.opened_at.set(now)], first))


def _item(reminder: Reminder) -> ReminderItem:
    return ReminderItem(reminder.session_id, keys.reminder(reminder.thread_id))


def _reminder_from(raw: Mapping[str, Any]) -> Reminder:
    part = raw[keys.PART]["S"]
    return Reminder(raw[keys.SESSION_ID]["S"], part.removeprefix(keys.REMINDERS), **_read(raw))


def _marks(reminder: Reminder, at: datetime) -> dict[str, Any]:
    return due.marks(REMINDER, reminder.session_id, at)


def _set(values: Mapping[str, Any]) -> list[Action]:
    named = {name: getattr(ReminderItem, name) for name in values}
    return [named[name].remove() if value is None else named[name].set(value) for name, value in values.items()]


def _is_unchanged(reminder: Reminder) -> Any:
    """The wish is as it was read, and nothing was sent since."""
    sent = ReminderItem.sent
    is_same = (sent == reminder.sent) if reminder.sent else (sent.does_not_exist() | (sent == 0))
    where = (ReminderItem.to == reminder.to) if reminder.to else ReminderItem.to.does_not_exist()
    return ReminderItem.session_id.exists() & is_same & where
