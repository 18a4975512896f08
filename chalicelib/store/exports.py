"""Exports that jobs write (table `sessions`): one item for each that was asked for."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UTCDateTimeAttribute

from chalicelib.errors import NotFound
from chalicelib.model.exports import LargeExport
from chalicelib.store import database, keys
from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.database import holds
from chalicelib.store.session_items import SessionItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction


class ExportItem(SessionPart):
    """`export#<id>`: what was asked for, and when its file was made."""

    selected = JsonAttribute()
    asked_at = UTCDateTimeAttribute()
    epoch = NumberAttribute()
    made_at = UTCDateTimeAttribute(null=True)


class Exports:
    """Repository of large exports."""

    def find(self, session_id: str, export_id: str) -> LargeExport | None:
        """One export; None where it was not asked for, or is gone."""
        item = database.get(ExportItem, session_id, keys.export(export_id))
        return _export_from(item) if item else None

    def of_session(self, session_id: str) -> list[LargeExport]:
        """All exports of a session."""
        found = database.query(SessionPart, session_id, keys.EXPORTS, keys.AFTER_EXPORTS)
        return [_export_from(ExportItem.from_raw_data(raw)) for raw in found]

    def ask(self, session_id: str, export: LargeExport) -> None:
        """Store that an export is asked for, in the place of one before. Raises NotFound without the session."""
        item = _item(session_id, export)

        def build(write: Transaction) -> None:
            write.check(SessionItem(session_id, keys.SESSION), SessionItem.topic.exists())
            write.save(item)

        if not holds(lambda: database.transact(build)):
            raise NotFound("Session not found")

    def finish(self, session_id: str, export: LargeExport, now: datetime) -> bool:
        """Store that the file of an export is made; False where it is not wanted any more."""
        wanted = (ExportItem.asked_at == export.asked_at) & ExportItem.made_at.does_not_exist()
        return holds(
            lambda: database.update(
                ExportItem(session_id, keys.export(export.id)), [ExportItem.made_at.set(now)], wanted
            )
        )

    def remove(self, session_id: str, export: LargeExport) -> None:
        """Remove what tells of an export, made or not."""
        same = ExportItem.asked_at == export.asked_at
        holds(lambda: database.delete(ExportItem(session_id, keys.export(export.id)), same))


def _item(session_id: str, export: LargeExport) -> ExportItem:
    return ExportItem(
        session_id,
        keys.export(export.id),
        selected=export.selected,
        asked_at=export.asked_at,
        epoch=export.epoch,
    )


def _export_from(item: ExportItem) -> LargeExport:
    named: dict[str, Any] = {"asked_at": item.asked_at, "made_at": item.made_at}
    return LargeExport(item.part.removeprefix(keys.EXPORTS), item.selected, epoch=int(item.epoch), **named)
