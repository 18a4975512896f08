"""Announcements of sessions in Telegram groups (table `sessions`): which message is where, each an item of its own.

How they stand is told in the session's `distribution`, where its host reads it; that they are not up to date by `announcement_marks.py`.
"""

from datetime import datetime

from msgspec import Struct

from chalicelib.model.telegram import Announcement
from chalicelib.store import database, keys
from chalicelib.store.cards import sets
from chalicelib.store.database import Raw, holds
from chalicelib.store.session_items import SessionItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.telegram_items import AnnouncementItem
from chalicelib.store.transact import Transaction


class Stored(Struct, frozen=True):
    """The announcements of a session by group, and the mark that they are to be brought up to date, where there is one."""

    announcements: dict[str, Announcement]
    due_at: datetime | None = None


class Announcements:
    """Repository of announcements."""

    def of(self, session_id: str) -> Stored:
        """Those of a session, in one read."""
        found, due_at = dict[str, Announcement](), None
        for raw in database.query(SessionPart, session_id, keys.ANNOUNCEMENTS, keys.ANNOUNCING):
            if raw[keys.PART]["S"] == keys.ANNOUNCING:
                due_at = SessionPart.from_raw_data(dict(raw)).due_at
            else:
                announcement = _announcement(raw)
                found[announcement.group_id] = announcement
        return Stored(found, due_at)

    def claim_first(self, session_id: str, group_id: str, holder: str, until: datetime) -> bool:
        """Take on announcing a session where it never was; False where somebody else has, or the session is gone."""
        item = AnnouncementItem(
            session_id, keys.announcement(group_id), holder=holder, held_until=int(until.timestamp())
        )

        def build(write: Transaction) -> None:
            write.check(SessionItem(session_id, keys.SESSION), SessionItem.topic.exists())
            write.save(item, AnnouncementItem.session_id.does_not_exist())

        return holds(lambda: database.transact(build))

    def claim(self, announcement: Announcement, holder: str, now: datetime, until: datetime) -> bool:
        """Take on what there is to do about an announcement; False while somebody else does, or where it is gone."""
        free = AnnouncementItem.held_until <= int(now.timestamp())
        actions = [AnnouncementItem.holder.set(holder), AnnouncementItem.held_until.set(int(until.timestamp()))]
        return holds(lambda: database.update(_item(announcement), actions, free))

    def find(self, session_id: str, group_id: str) -> Announcement | None:
        """The announcement in one group; None where there is none."""
        item = database.get(AnnouncementItem, session_id, keys.announcement(group_id))
        return _announcement(item.to_dynamodb_dict()) if item else None

    def note(self, announcement: Announcement, holder: str) -> None:
        """Store which message says what, by whoever has taken it on, and give that back."""
        told = {name: getattr(announcement, name) for name in ("message_id", "language", "shown")}
        actions = sets(AnnouncementItem, {**told, "held_until": 0})
        holds(lambda: database.update(_item(announcement), actions, AnnouncementItem.holder == holder))

    def drop(self, announcement: Announcement, holder: str) -> None:
        """Forget an announcement, by whoever has taken it on."""
        holds(lambda: database.delete(_item(announcement), AnnouncementItem.holder == holder))

    def finish(self, session_id: str, due_at: datetime) -> None:
        """Take the mark away that they are due, unless there is another one by now."""
        item, same = SessionPart(session_id, keys.ANNOUNCING), SessionPart.due_at == due_at
        holds(lambda: database.delete(item, same))


def _item(announcement: Announcement) -> AnnouncementItem:
    return AnnouncementItem(announcement.session_id, keys.announcement(announcement.group_id))


def _announcement(raw: Raw) -> Announcement:
    item = AnnouncementItem.from_raw_data(dict(raw))
    return Announcement(
        item.session_id,
        item.part.removeprefix(keys.ANNOUNCEMENTS),
        None if item.message_id is None else int(item.message_id),
        item.language,
        item.shown,
        int(item.held_until),
    )
