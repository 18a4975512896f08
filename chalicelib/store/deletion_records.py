"""Records of deletions: of people in their session (table `sessions`), of sessions in `guards`, for as long as backups have them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any, cast

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.model.deletions import DeletedBy, DeletionRecord
from chalicelib.store import database, keys
from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.database import holds
from chalicelib.store.tables import SessionPart


class DeletionRecordItem(SessionPart):
    """`deletion_record#<id>`: somebody was removed; nothing in it tells who that was."""

    by = UnicodeAttribute()
    asked_at = UTCDateTimeAttribute()
    finished_at = UTCDateTimeAttribute(null=True)
    removed = JsonAttribute()


def of_people(session_id: str) -> list[DeletionRecord]:
    """The records of the people who were removed from a session, the last one first."""
    found = database.query(SessionPart, session_id, keys.DELETION_RECORDS, keys.AFTER_DELETION_RECORDS)
    return sorted(map(_record_from, found), key=lambda it: it.asked_at, reverse=True)


def find(session_id: str, record_id: str) -> DeletionRecord | None:
    """The record of this id; None without one, as once its session is gone."""
    part = keys.deletion_record(record_id)
    raw = database.get_many([(SessionPart, session_id, part)])
    return _record_from(raw[part]) if part in raw else None


def item_of_person(session_id: str, record: DeletionRecord) -> DeletionRecordItem:
    """The record of somebody who is removed from this session."""
    return DeletionRecordItem(
        session_id,
        keys.deletion_record(record.id),
        by=record.by,
        asked_at=record.asked_at,
        finished_at=record.finished_at,
        removed=dict(record.removed),
    )


def finish(session_id: str, record_ids: Collection[str], now: datetime) -> None:
    """Note that these deletions have come to their end. One whose session is gone leaves no record."""
    finished_at = DeletionRecordItem.finished_at
    is_open = DeletionRecordItem.asked_at.exists() & finished_at.does_not_exist()
    for identifier in record_ids:
        item = DeletionRecordItem(session_id, keys.deletion_record(identifier))
        holds(partial(database.update, item, [finished_at.set(now)], is_open))


def _record_from(raw: Mapping[str, Any]) -> DeletionRecord:
    item = DeletionRecordItem.from_raw_data(dict(raw))
    identifier = item.part.removeprefix(keys.DELETION_RECORDS)
    return DeletionRecord(identifier, cast(DeletedBy, item.by), item.asked_at, item.removed, item.finished_at)
