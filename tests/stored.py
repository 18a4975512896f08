"""What the in-memory tables hold, by the registry of the kinds of items: of which kind an item is, and whose."""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib.store import keys
from chalicelib.store.item_kinds import NAMED_BY, OF_SESSIONS, ItemKind, Owner, kind_of

Raw = Mapping[str, Mapping[str, Any]]
Item = tuple[ItemKind, Raw]


def stored() -> list[Item]:
    """All items with their kinds; each has to be of one."""
    found = []
    for table, raw in _items():
        name = raw[NAMED_BY[table]]["S"]
        kind = kind_of(table, name)
        assert kind is not None, f"{name} of {table} is of no kind in item_kinds.py"
        found.append((kind, raw))
    return found


def owners_of(item: Item) -> dict[Owner, str]:
    """The ids of those whose an item is: the nearest one, and the session that it is kept in."""
    kind, raw = item
    found = {}
    if kind.table in OF_SESSIONS:
        found[Owner.SESSION] = raw[keys.SESSION_ID]["S"]
    if kind.owner in (Owner.PERSON, Owner.ACCOUNT):
        name = raw[kind.owner_in or NAMED_BY[kind.table]]["S"]
        found[kind.owner] = name.removeprefix(keys.USERS if kind.owner_in else kind.name).partition("#")[0]
    return found


def left_by(owner: Owner, its_id: str) -> list[str]:
    """The names of all items of one session, person or account."""
    return [item[1][NAMED_BY[item[0].table]]["S"] for item in stored() if owners_of(item).get(owner) == its_id]


def assert_known() -> None:
    """Nothing is stored that the registry does not tell of. Only the keys are looked at: this is asked after every test."""
    beginnings = set()
    for table in NAMED_BY:
        for item in _table(table).all_items():
            name = (item.range_key or item.hash_key).value
            beginnings.add((table, name[: name.find("#") + 1] or name))
    assert [(table, name) for table, name in sorted(beginnings) if kind_of(table, name) is None] == []


def _items() -> Iterator[tuple[str, Raw]]:
    for table in NAMED_BY:
        for item in _table(table).all_items():
            yield table, item.to_json()["Attributes"]


def _table(name: str) -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[name]
