"""All that is stored of a participant, for themselves, as JSON: every kind of item that the registry says is a person's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.model import Session, Thread
from chalicelib.store import keys
from chalicelib.store.item_kinds import KINDS, REMINDER, ItemKind
from chalicelib.store.session_contents import StoredItem, read_person

SCHEMA, VERSION = "harmonica.participant", 1

_NAMES = {REMINDER.name: "reminder"}  # of kinds that no other export has
_IN_ROW = "messages"
_LOCK = "says which of our processes is at work"
# Attributes that the document has not, and why.
_LEFT_OUT = {
    **dict.fromkeys((keys.DUE_KIND, keys.DUE_AT, "turn_id", "leased_until"), _LOCK),
    **dict.fromkeys(("digest_tries", "digest_tried_to", "digest_after"), _LOCK),
    "to": "is an address that is encrypted, and the job of reminders alone can read",
}
_OF_ALL = "is made of all conversations of the session, and shown to those whom its host shows it to"


def render_own_json(session: Session, thread: Thread, now: datetime) -> str:
    """Returns the document. What there is beside it is said under `not_exported`, with the reason."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "exported_at": now,
        "session": {"id": session.id, "topic": session.topic, "anonymous": session.anonymous},
        **_list_items(read_person(thread)),
        "not_exported": _list_left_out(),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode()


def _list_items(items: Sequence[StoredItem]) -> dict[str, Any]:
    """Returns these items by the names of their kinds: messages in a row, of every other kind the one that there is, if any."""
    found: dict[str, Any] = {}
    for kind in _exported():
        name = _name_of(kind)
        held = [_shown(it) for it in items if it.kind is kind]
        found[name] = held if name == _IN_ROW else next(iter(held), None)
    return found


def _exported() -> list[ItemKind]:
    return [kind for kind in KINDS if kind.owner == "person" and _name_of(kind)]


def _name_of(kind: ItemKind) -> str:
    return kind.export or _NAMES.get(kind.name, "")


def _shown(item: StoredItem) -> dict[str, Any]:
    return {name: value for name, value in item.values.items() if name not in _LEFT_OUT}


def _list_left_out() -> list[dict[str, str]]:
    others = [kind for kind in KINDS if kind.owner == "person" and not _name_of(kind)]
    reasons = {kind.name.rstrip("#"): kind.not_exported for kind in others}
    reasons |= dict.fromkeys(("summary", "brief", "themes", "insights"), _OF_ALL)
    reasons |= {f"attribute {name}": why for name, why in _LEFT_OUT.items()}
    return [{"what": what, "why": why} for what, why in reasons.items()]
