"""Whole items, as they are stored, for an operator who takes a session, a user or a stage elsewhere, or removes a stage.

Nothing here knows what an item means but the registry of their kinds. Items are read consistently and written as they were: only
what is true of one stage alone is left off.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.retry import Retry
from chalicelib.settings import table_name
from chalicelib.store import database, keys
from chalicelib.store.database import Raw
from chalicelib.store.item_kinds import NAMED_BY, OF_SESSIONS, ItemKind, kind_of
from chalicelib.store.project_items import ProjectTemplateListItem

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    keys.ACCOUNTS: (keys.PK,),
    keys.SESSIONS: (keys.SESSION_ID, keys.PART),
    keys.CONVERSATIONS: (keys.SESSION_ID, keys.PART),
    keys.PROJECTS: (keys.PROJECT_ID, keys.PART),
    keys.TELEGRAM: (keys.PK, keys.SK),
    keys.GUARDS: (keys.GUARD_ID,),
}
_IN_ONE_READ, _IN_ONE_WRITE = 100, 25
_PATIENCE = Retry(seconds=60, pause=0.1, jitter=True)  # while a table grows to what is asked of it
_SETS: Final = ("SS", "NS")
_OF_STAGE: Final = ("has_aliases",)  # attributes that are true in one stage alone

Item = tuple[str, Raw]  # the table, and what is stored


def key_of(item: Item) -> tuple[str, ...]:
    """The table of an item and the values of its key, by which items are in order."""
    table, raw = item
    return (table, *(raw[name]["S"] for name in KEYS[table]))


def kind_of_item(item: Item) -> ItemKind | None:
    """The kind of an item; None for one that no row tells of."""
    table, raw = item
    return kind_of(table, raw[NAMED_BY[table]]["S"])


def portable(raw: Raw) -> Raw:
    """An item without what is true in its stage alone, and its sets in the one order that they can have."""
    return {name: _in_order(value) for name, value in raw.items() if name not in _OF_STAGE}


def read_session(session_id: str) -> list[Item]:
    """All that is stored of a session, in order of the keys."""
    found: list[Item] = []
    for table in OF_SESSIONS:
        arguments = _of_partition(table, keys.SESSION_ID, session_id)
        found += ((table, raw) for raw in database.pages(arguments))
    named: list[Item] = [(keys.GUARDS, {keys.GUARD_ID: {"S": keys.session_spending(session_id)}})]
    # The code of a participant is an item of its own; the head of their thread has its hash.
    named += [(keys.ACCOUNTS, {keys.PK: {"S": keys.receipt(it["receipt"]["S"])}}) for _, it in found if "receipt" in it]
    return sorted(found + _read_each(named), key=key_of)


def read_project(project_id: str) -> list[Item]:
    """All that is stored of a project, in order of the keys; its sessions are stored as sessions."""
    arguments = _of_partition(keys.PROJECTS, keys.PROJECT_ID, project_id)
    found: list[Item] = [(keys.PROJECTS, raw) for raw in database.pages(arguments)]
    ids = [it for _, raw in found if raw[keys.PART]["S"] == keys.PROJECT_TEMPLATE_LIST for it in _template_ids(raw)]
    templates = _read_each([(keys.ACCOUNTS, {keys.PK: {"S": keys.project_template(it)}}) for it in ids])
    return sorted(found + templates, key=key_of)


def _template_ids(raw: Raw) -> list[str]:
    return list(ProjectTemplateListItem.from_raw_data(dict(raw)).sizes)


def read_state(session_id: str) -> list[Item]:
    """What changes whenever anything of a session does: the heads of its threads, and its own parts."""
    heads = {
        **_of_partition(keys.CONVERSATIONS, keys.SESSION_ID, session_id),
        "KeyConditionExpression": "#name = :value AND begins_with(part, :heads)",
    }
    heads["ExpressionAttributeValues"] = heads["ExpressionAttributeValues"] | {":heads": {"S": keys.THREADS}}
    found: list[Item] = [(keys.CONVERSATIONS, raw) for raw in database.pages(heads)]
    parts = _of_partition(keys.SESSIONS, keys.SESSION_ID, session_id)
    return found + [(keys.SESSIONS, raw) for raw in database.pages(parts)]


def scan(table: str) -> Iterator[Item]:
    """Every item of a table, in no order."""
    arguments = {"TableName": table_name(table), "ConsistentRead": True}
    return ((table, raw) for raw in database.pages(arguments, "Scan"))


def is_empty() -> bool:
    """Whether nothing is stored in any table but what expires by itself."""
    found = (database.call("Scan", {"TableName": table_name(it), "Limit": 1}) for it in KEYS if it != keys.GUARDS)
    return not any(page["Items"] for page in found)


def session_ids() -> list[str]:
    """The sessions of which anything is stored, in order."""
    found = set()
    for table in OF_SESSIONS:
        arguments = {"TableName": table_name(table), "ConsistentRead": True, "ProjectionExpression": keys.SESSION_ID}
        found |= {raw[keys.SESSION_ID]["S"] for raw in database.pages(arguments, "Scan")}
    return sorted(found)


def project_ids() -> list[str]:
    """The projects of which anything is stored, in order."""
    return sorted({raw[keys.PROJECT_ID]["S"] for _, raw in scan(keys.PROJECTS)})


def owned_projects(user_id: str) -> list[str]:
    """The projects whose owner this user is, in order."""
    roles = _read_each([(keys.ACCOUNTS, {keys.PK: {"S": keys.project_roles(user_id)}})])
    return sorted(it for _, raw in roles for it in raw.get("owner", {}).get("SS", ()))


def owned_sessions(user_id: str) -> list[str]:
    """The sessions whose owner this user is, in order. The index that tells it is a moment late."""
    found = set()
    for listed in (keys.listed(user_id, is_draft=False), keys.listed(user_id, is_draft=True)):
        arguments = {
            **_of_partition(keys.SESSIONS, keys.MEMBER_ID, listed),
            "IndexName": keys.BY_MEMBER,
            "ConsistentRead": False,
        }
        for raw in database.pages(arguments):
            if raw.get("role", {}).get("S") == "owner":
                found.add(raw[keys.SESSION_ID]["S"])
    return sorted(found)


def find_stored(items: Sequence[Item]) -> dict[tuple[str, ...], Raw]:
    """What is stored under the keys of these items, by key."""
    return {key_of(found): found[1] for found in _read_each([(it[0], _key(it)) for it in items])}


def write(items: Sequence[Item]) -> None:
    """Store items in place of what has their keys. Raises Unavailable where a table takes them for a minute no more."""
    _write([(table, {"PutRequest": {"Item": raw}}) for table, raw in items])


def remove(items: Sequence[Item]) -> None:
    """Remove items by their keys. Raises Unavailable as `write` does."""
    _write([(item[0], {"DeleteRequest": {"Key": _key(item)}}) for item in items])


def _in_order(value: Mapping[str, Any]) -> Raw:
    return {kind: sorted(held) if kind in _SETS else held for kind, held in value.items()}


def _write(requests: Sequence[tuple[str, Raw]]) -> None:
    for first in range(0, len(requests), _IN_ONE_WRITE):
        left: dict[str, list[Raw]] = {}
        for table, request in requests[first : first + _IN_ONE_WRITE]:
            left.setdefault(table_name(table), []).append(request)
        for _ in _PATIENCE.attempts(Clock()):
            left = database.call("BatchWriteItem", {"RequestItems": left}).get("UnprocessedItems") or {}
            if not left:
                break
        else:
            raise Unavailable("The tables are busy; run this again")


def _read_each(named: Sequence[Item]) -> list[Item]:
    """The items with these keys."""
    tables, found = {table_name(table): table for table in KEYS}, list[Item]()
    for first in range(0, len(named), _IN_ONE_READ):
        asked: dict[str, dict[str, Any]] = {}
        for table, key in named[first : first + _IN_ONE_READ]:
            asked.setdefault(table_name(table), {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        found += ((tables[name], raw) for name, raw in database.batch_get(asked))
    return found


def _key(item: Item) -> Raw:
    table, raw = item
    return {name: raw[name] for name in KEYS[table]}


def _of_partition(table: str, name: str, value: str) -> dict[str, Any]:
    return {
        "TableName": table_name(table),
        "KeyConditionExpression": "#name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": {"S": value}},
        "ConsistentRead": True,
    }
