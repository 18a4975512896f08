"""Items of `conversations` as records, and back; the heads of threads are in `thread_head.py`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.model import Answer, CondensedHistory, Digest, Message, Point, Thread
from chalicelib.store import keys
from chalicelib.store.conversation_items import (
    CondensedItem,
    DigestItem,
    ErasureItem,
    FormItem,
    MessageItem,
)
from chalicelib.store.raw_items import reader

MESSAGE_FIELDS = Message.__struct_fields__
_read_message = reader(MessageItem, MESSAGE_FIELDS)
CONDENSED_FIELDS = CondensedHistory.__struct_fields__


def message_item(thread: Thread, message: Message) -> MessageItem:
    """A message of this thread."""
    values = {name: getattr(message, name) for name in MESSAGE_FIELDS}
    return MessageItem(thread.session_id, keys.message(thread.id, message.sequence), **values)


def message_from(raw: Mapping[str, Any]) -> Message:
    """The message that an item holds."""
    return Message(**_read_message(raw))


def answers_from(raw: Mapping[str, Any]) -> tuple[Answer, ...]:
    """The answers that a form holds."""
    return msgspec.convert(FormItem.from_raw_data(dict(raw)).answers, tuple[Answer, ...])


def erased_to(raw: Mapping[str, Any]) -> int:
    """The last sequence number of a deleted thread."""
    return int(ErasureItem.from_raw_data(dict(raw)).up_to)


def condensed_item(thread: Thread, condensed: CondensedHistory) -> CondensedItem:
    """The condensed part of this thread."""
    values = {name: getattr(condensed, name) for name in CONDENSED_FIELDS}
    return CondensedItem(thread.session_id, keys.condensed(thread.id), **values)


def condensed_from(raw: Mapping[str, Any]) -> CondensedHistory:
    """The condensed part that an item holds."""
    item = CondensedItem.from_raw_data(dict(raw))
    return CondensedHistory(int(item.to_sequence), item.text, item.message_ids, tuple(item.themes))


def digest_from(raw: Mapping[str, Any]) -> Digest:
    """The digest that an item holds."""
    item = DigestItem.from_raw_data(dict(raw))
    return Digest(
        thread_id=keys.thread_of(item.part),
        to_sequence=int(item.to_sequence),
        points=msgspec.convert(item.points, tuple[Point, ...]),
        messages=int(item.messages),
        model=item.model,
        created_at=item.created_at,
        gist=item.gist or "",
        withheld=int(item.withheld or 0),
    )
