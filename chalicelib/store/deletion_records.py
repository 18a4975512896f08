"""Records of deletions: of people in their session (table `sessions`), of sessions in `guards`, for as long as backups have them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.expressions.update import Action

from chalicelib.model.deletions import DeletedBy, DeletionRecord
from chalicelib.model.lifetimes import BACKUP_DAYS
from chalicelib.store import database, keys
from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.database import holds
from chalicelib.store.tables import Guard, SessionPart

# A session that is being removed has its record for longer than that can take; once it is over, for as long as backups have it.
_KEPT = timedelta(days=BACKUP_DAYS)
_UNTIL_REMOVED = _KEPT + timedelta(days=30)


class DeletionRecordItem(SessionPart):
    """`deletion_record#<id>`: somebody was removed; nothing in it tells who that was."""

    by = UnicodeAttribute()
    asked_at = UTCDateTimeAttribute()
    finished_at = UTCDateTimeAttribute(null=True)
    removed = JsonAttribute()


class SessionDeletionItem(Guard):
    """`deletion_record#<session_id>`: a session was deleted. `readers` are the accounts that may know: its owner, and who deleted it."""

    by = UnicodeAttribute()
    asked_at = UTCDateTimeAttribute()
    finished_at = UTCDateTimeAttribute(null=True)
    removed = JsonAttribute(null=True)
    readers = JsonAttribute()


def of_session(session_id: str, user_id: str, now: datetime) -> DeletionRecord | None:
    """The record of a session that was deleted, for one of the accounts that may know; None for others, and when it is over."""
    item = _read_session(session_id)
    return _record_of_session(item) if item and user_id in item.readers and item.expires_at > now.timestamp() else None


def item_of_session(session_id: str, record: DeletionRecord, readers: Collection[str]) -> SessionDeletionItem:
    """The record of a session that is deleted; what is removed is counted later."""
    return SessionDeletionItem(
        keys.deletion_record(session_id),
        by=record.by,
        asked_at=record.asked_at,
        readers=sorted(set(readers)),
        expires_at=int((record.asked_at + _UNTIL_REMOVED).timestamp()),
    )


def readers(session_id: str) -> list[str]:
    """The accounts that may know of a session that was deleted."""
    item = _read_session(session_id)
    return list(item.readers) if item else []


def is_counted(session_id: str) -> bool:
    """Whether the record of a deleted session says what is removed, or there is none to say it."""
    item = _read_session(session_id)
    return item is None or item.removed is not None


def note_counts(session_id: str, removed: Mapping[str, int]) -> None:
    """Note what is removed with a session, once: another run of the job finds less."""
    item, removed_counts = SessionDeletionItem(keys.deletion_record(session_id)), SessionDeletionItem.removed
    is_open = SessionDeletionItem.asked_at.exists() & removed_counts.does_not_exist()
    holds(lambda: database.update(item, [removed_counts.set(dict(removed))], is_open))


def finish_session(session_id: str, now: datetime) -> None:
    """Note that nothing of a deleted session is left."""
    item, finished_at = SessionDeletionItem(keys.deletion_record(session_id)), SessionDeletionItem.finished_at
    expires: Action = SessionDeletionItem.expires_at.set(int((now + _KEPT).timestamp()))
    is_open = SessionDeletionItem.asked_at.exists() & finished_at.does_not_exist()
    holds(lambda: database.update(item, [finished_at.set(now), expires], is_open))


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


def _read_session(session_id: str) -> SessionDeletionItem | None:
    raw = database.get_many([(Guard, keys.deletion_record(session_id), None)])
    return next((SessionDeletionItem.from_raw_data(found) for found in raw.values()), None)


def _record_of_session(item: SessionDeletionItem) -> DeletionRecord:
    by = cast(DeletedBy, item.by)
    return DeletionRecord(
        item.id.removeprefix(keys.DELETION_RECORDS), by, item.asked_at, item.removed or {}, item.finished_at
    )


def _record_from(raw: Mapping[str, Any]) -> DeletionRecord:
    item = DeletionRecordItem.from_raw_data(dict(raw))
    identifier = item.part.removeprefix(keys.DELETION_RECORDS)
    return DeletionRecord(identifier, cast(DeletedBy, item.by), item.asked_at, item.removed, item.finished_at)
