"""The kinds of items in `telegram`."""

from chalicelib.store import keys
from chalicelib.store.item_kinds.kind import GUARD, NAMED, STATE, ItemKind

KINDS = (
    ItemKind(keys.TELEGRAM, keys.GROUPS, "account", "with account", "telegram_groups", owner_at=keys.PK),
    ItemKind(keys.TELEGRAM, keys.CHAT, "chat", "expires", not_exported=STATE, moves=NAMED),
    # With the session, and of somebody who is removed from it with them; else it expires.
    ItemKind(keys.TELEGRAM, keys.ATTENDED, "chat", "by job", not_exported=STATE, owner_at=keys.PK, moves=NAMED),
    ItemKind(keys.TELEGRAM, keys.UPDATES, "chat", "expires", not_exported=GUARD, owner_at=keys.PK, moves=NAMED),
)
