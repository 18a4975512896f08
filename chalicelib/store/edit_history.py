"""The history of a session's texts (table `sessions`): an item a text and revision, written with the edit itself.

Of each text the newest fifty are kept. The facilitation prompt has its versions, so nothing of it is here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.model import EditSource, Mark, Revision, Session, SessionView
from chalicelib.store import database, keys
from chalicelib.store.session_items import DocumentItem, EditItem
from chalicelib.store.session_view import LONG_TEXTS
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

KEPT = 50  # revisions of a text
TEXTS = ("topic", "goal", "critical", "context", *LONG_TEXTS, "welcome_message", "meta_description", "host_name", "why")
_TYPED_FOR = timedelta(minutes=5)

Marks = dict[str, tuple[Mark, ...]]


def of_new(session: Session, context: str | None) -> Iterator[SessionPart]:
    """Yields the first revision of each text that a new session has, and their list."""
    made = {name: text for name, text in _texts(session, context).items() if text}
    at, by = session.created_at, session.owner_id
    for name, text in made.items():
        yield _item(session.id, Revision(name, 1, text, "create_session", at, by))
    if made:
        yield _list_item(session.id, {name: (Mark(1, at),) for name in made})


def edit(write: Transaction, before: SessionView, after: SessionView, user_id: str) -> None:
    """Adds a revision of each text that an edit changes, and takes the oldest away where there are too many.

    A text that has none yet, in a session from before they were kept, gets one of what it was.
    """
    old, new = _texts(before.session, before.context), _texts(after.session, after.context)
    changed = [name for name in TEXTS if old[name] != new[name]]
    if not changed:
        return
    session_id, at, marks = after.session.id, after.session.updated_at, dict(before.edits)
    for name in changed:
        kept = marks.get(name, ())
        if not kept and old[name]:
            kept = (Mark(1, before.session.created_at),)
            write.save(_item(session_id, Revision(name, 1, old[name], "earlier")))
        marks[name], gone = _extended(kept, at, user_id, is_typed=before.session.is_draft and after.session.is_draft)
        number = marks[name][-1].number
        write.save(_item(session_id, Revision(name, number, new[name], "manual_edit", at, user_id)))
        for mark in gone:
            write.delete(EditItem(session_id, keys.edit(name, mark.number)))
    # Whoever edits has read the list, or is told to read again.
    known: Any = DocumentItem.version == _version(before.edits)
    write.save(_list_item(session_id, marks), known if before.edits else DocumentItem.version.does_not_exist())


def read(session_id: str, wanted: Sequence[tuple[str, int]]) -> list[Revision]:
    """Returns these revisions (at most 100), by the names of their texts and their numbers; without those that went meanwhile."""
    parts = {keys.edit(name, number): (name, number) for name, number in wanted}
    raw = database.get_many([(SessionPart, session_id, part) for part in parts]) if parts else {}
    return [_revision(*parts[part], EditItem.from_raw_data(raw[part])) for part in parts if part in raw]


def _texts(session: Session, context: str | None) -> dict[str, str | None]:
    return {name: (context if name == "context" else getattr(session, name)) or None for name in TEXTS}


def _extended(
    kept: tuple[Mark, ...], at: datetime, user_id: str, *, is_typed: bool
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Returns the list with the revision of this moment at its end, and what is kept no longer."""
    last = kept[-1] if kept else Mark(0, at)
    if is_typed and last.typed_by == user_id and last.begun_at and at - last.begun_at < _TYPED_FOR:
        return (*kept[:-1], msgspec.structs.replace(last, at=at)), ()
    added = (*kept, Mark(last.number + 1, at, user_id, at) if is_typed else Mark(last.number + 1, at))
    return added[-KEPT:], added[:-KEPT]


def _version(marks: Marks) -> str:
    return str(sum(kept[-1].number for kept in marks.values()))


def _list_item(session_id: str, marks: Marks) -> DocumentItem:
    return DocumentItem(session_id, keys.EDITS, version=_version(marks), document=msgspec.to_builtins(marks))


def _item(session_id: str, of: Revision) -> EditItem:
    kept: dict[str, Any] = {name: getattr(of, name) for name in ("value", "source", "created_at", "created_by")}
    return EditItem(session_id, keys.edit(of.field, of.number), **kept)


def _revision(name: str, number: int, item: EditItem) -> Revision:
    source = msgspec.convert(item.source, EditSource)
    return Revision(name, number, item.value, source, item.created_at, item.created_by)
