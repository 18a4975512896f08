"""All that is stored of an account beside sessions, by the kinds of `item_kinds/`: what an export of it is made of.

A new kind of item that is an account's and has a name for exports is in it without a change here.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pynamodb.models import Model

from chalicelib.errors import NotFound
from chalicelib.store import database, item_kinds, keys, user_items
from chalicelib.store.accounts import items_of_user
from chalicelib.store.database import Raw
from chalicelib.store.item_kinds import ItemKind, kind_of
from chalicelib.store.raw_items import step_of
from chalicelib.store.tables import SessionPart, Telegram
from chalicelib.store.telegram_items import GroupItem

# The class of each kind, by its key: it tells how attributes are read. One that is not here is given as it is stored.
CLASSES: Mapping[str, type[Model]] = {
    keys.USERS: user_items.UserItem,
    keys.HARMONICA_MDS: user_items.HarmonicaMdItem,
    keys.API_KEYS: user_items.KeyItem,
    keys.LOGINS: user_items.LoginItem,
    keys.IDENTITIES: user_items.IdentityItem,
    keys.TEMPLATES: user_items.TemplateItem,
    keys.GROUPS: GroupItem,
    keys.NOTIFICATIONS: user_items.NotificationsItem,
}
_FIRST, _LAST = " ", "~"  # around everything of a partition
_KEYS = (keys.PK, keys.SK, keys.USER_ID, keys.SESSION_ID, keys.PART)  # which say whose it is, and what it is called


def read_account(user_id: str) -> dict[str, list[dict[str, Any]]]:
    """What is stored of an account by the names that exports call it: of each kind its items, each with its own `id` where it has one.

    Raises NotFound without the account.
    """
    found: dict[str, list[dict[str, Any]]] = {kind.export: [] for kind in _kinds()}
    for kind, name, raw in _items(user_id):
        own = name.removeprefix(kind.name)
        named = {} if own == user_id else {"id": own}
        found[kind.export].append(named | _values(kind, raw))
    if not found[_USER.export]:
        raise NotFound("User not found")
    return found


def _kinds() -> Iterable[ItemKind]:
    """The kinds that exports of accounts have, but for cards of sessions."""
    own = (kind for kind in item_kinds.KINDS if kind.owner == "account" and kind.export)
    return [kind for kind in own if kind.table in (keys.ACCOUNTS, keys.TELEGRAM) or kind is item_kinds.MAIL_DIGEST]


def _items(user_id: str) -> Iterator[tuple[ItemKind, str, Raw]]:
    named = item_kinds.of_account(user_id)
    parts = [(keys.ACCOUNTS, raw[keys.PK]["S"], raw) for raw in items_of_user(user_id, "", *named)]
    groups = database.query_range(Telegram, keys.user(user_id), _FIRST, _LAST)
    parts += [(keys.TELEGRAM, raw[keys.SK]["S"], raw) for raw in groups]
    digest = database.get_many([(SessionPart, user_id, keys.mail_digest(user_id))])
    parts += [(keys.SESSIONS, name, raw) for name, raw in digest.items()]
    for table, name, raw in parts:
        kind = kind_of(table, name)
        if kind and kind.owner == "account" and kind.export:
            yield kind, name, raw


def _values(kind: ItemKind, raw: Raw) -> dict[str, Any]:
    """The attributes of an item, each as its class reads it."""
    attributes = CLASSES[kind.name].get_attributes() if kind.name in CLASSES else {}
    steps = {it.attr_name: step_of(name, it) for name, it in attributes.items()}
    values = {}
    for stored_as, held in raw.items():
        if stored_as in _KEYS:
            continue
        ((letter, value),) = held.items()
        name, _, decode = steps.get(stored_as, (stored_as, letter, None))
        values[name] = None if letter == "NULL" else decode(value) if decode else value
    return dict(sorted(values.items()))


_USER = next(kind for kind in item_kinds.KINDS if kind.name == keys.USERS)
