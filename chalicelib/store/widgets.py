"""Widgets that were presented, and what was chosen in them (table `conversations`): the answers of all people are one range, for which
no message has to be read. An item is written in the transaction that stores its message."""

from collections.abc import Mapping
from typing import Any

from chalicelib.model import Message, Thread, WidgetUse
from chalicelib.store import database, keys
from chalicelib.store.conversation_items import WidgetItem
from chalicelib.store.raw_items import reader
from chalicelib.store.tables import ConversationPart
from chalicelib.store.transact import Transaction

_read = reader(WidgetItem, ("spec", "value"))


def add_use(write: Transaction, thread: Thread, message: Message) -> None:
    """Add to a transaction what this message has to do with a widget, if anything."""
    if message.widget_spec is None and message.widget_value is None:
        return
    part = keys.widget(thread.id, message.sequence)
    write.save(WidgetItem(thread.session_id, part, spec=message.widget_spec, value=message.widget_value))


def read_all(session_id: str, heads: Mapping[str, Thread]) -> dict[str, list[WidgetUse]]:
    """What these threads have to do with widgets, in order, by thread; what is left of deleted ones before them is passed over."""
    found: dict[str, list[WidgetUse]] = {}
    for raw in database.query(ConversationPart, session_id, keys.WIDGETS, keys.AFTER_WIDGETS):
        part = raw[keys.PART]["S"]
        head, sequence = heads.get(keys.thread_of(part)), keys.sequence_of(part)
        if head and sequence > head.starts_after:
            found.setdefault(head.id, []).append(_use(sequence, raw))
    return found


def _use(sequence: int, raw: Mapping[str, Any]) -> WidgetUse:
    return WidgetUse(sequence, **_read(raw))
