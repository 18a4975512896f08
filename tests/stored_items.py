"""What the in-memory tables hold, by the registry of the kinds of items: of which kind an item is, and whose."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib.model.jobs import subject_of
from chalicelib.store import due_kinds, keys
from chalicelib.store.due import jobs_due
from chalicelib.store.due_kinds import DueKind
from chalicelib.store.item_kinds import NAMED_BY, OF_SESSIONS, ItemKind, Owner, kind_of

Raw = Mapping[str, Mapping[str, Any]]
Item = tuple[ItemKind, Raw]


def stored() -> list[Item]:
    """All items with their kinds; each has to be of one."""
    found = []
    for table, raw in _items():
        name = raw[NAMED_BY[table]]["S"]
        kind = kind_of(table, name)
        assert kind is not None, f"{name} of {table} is of no kind in item_kinds/"
        found.append((kind, raw))
    return found


def owners_of(item: Item) -> dict[Owner, str]:
    """The ids of those whose an item is: the nearest one, and the session that it is kept in."""
    kind, raw = item
    found: dict[Owner, str] = {}
    if kind.table in OF_SESSIONS:
        found["session"] = raw[keys.SESSION_ID]["S"]
    if kind.owner == "project":
        found["project"] = raw[keys.PROJECT_ID]["S"]
    if kind.owner in ("person", "account") or (kind.owner == "session" and kind.table not in OF_SESSIONS):
        at = kind.owner_at
        found[kind.owner] = (
            raw[at]["S"].removeprefix(keys.USERS) if at else kind.owner_in(raw[NAMED_BY[kind.table]]["S"])
        )
    return found


def left_by(owner: Owner, its_id: str) -> list[str]:
    """The names of all items of one session, person or account."""
    return [item[1][NAMED_BY[item[0].table]]["S"] for item in stored() if owners_of(item).get(owner) == its_id]


def sessions_due(kind: DueKind, until: datetime) -> list[str]:
    """The sessions with work of this kind due before `until`."""
    return [subject_of(job) for job in jobs_due(kind, until)]


def assert_known() -> None:
    """Nothing is stored, and nothing marked as due, that the registries do not tell of. Asked after every test."""
    marked = {(kind.item, kind.name) for kind in due_kinds.KINDS}
    for table in NAMED_BY:
        for item in _items_of(table):
            name, mark = (item.range_key or item.hash_key).value, item.attrs.get(keys.DUE_KIND)
            kind = kind_of(table, name)
            assert kind is not None, f"{name} of {table} is of no kind in item_kinds/"
            due = mark.value.partition("#")[0] if mark else ""
            assert not due or (kind, due) in marked, f"{name} is due for {due}: due_kinds.py has no such row"


def _items() -> Iterator[tuple[str, Raw]]:
    for table in NAMED_BY:
        for item in _table(table).all_items():  # in order
            yield table, item.to_json()["Attributes"]


def _items_of(name: str) -> Iterator[Any]:
    """In any order, which moto's own list takes longer to put in order than a test's last look may take."""
    table = _table(name)
    for held in table.items.values():
        yield from held.values() if table.has_range_key else (held,)


def _table(name: str) -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[name]


def state() -> list[object]:
    """All that is stored, but for counts of visits."""
    return [(kind.name, raw) for kind, raw in stored() if kind.table != keys.GUARDS and kind.name != keys.LOGINS]
