"""Telegram groups that users registered (table `telegram`)."""

from collections.abc import Sequence
from typing import Any

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.errors import Unavailable
from chalicelib.model import GroupStatus, TelegramGroup
from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds
from chalicelib.store.transact import ConditionFailed
from chalicelib.store.user_items import GroupItem

_TRIES = 6


class TelegramGroups:
    """Repository of groups."""

    def of(self, user_id: str) -> list[TelegramGroup]:
        """The groups of a user, by registration."""
        found = [_group(raw) for raw in database.query_pairs(GroupItem, keys.user(user_id), keys.GROUPS)]
        return sorted(found, key=lambda group: (group.created_at, group.group_id))

    def some(self, user_id: str, group_ids: Sequence[str]) -> dict[str, TelegramGroup]:
        """Those of these groups (at most 100, each once) that the user has, by id, in one read."""
        wanted = [{keys.PK: {"S": keys.user(user_id)}, keys.SK: {"S": keys.group(found)}} for found in group_ids]
        tables: dict[str, Any] = {GroupItem.Meta.table_name: {"Keys": wanted, "ConsistentRead": True}}
        groups: list[TelegramGroup] = []
        for _ in range(_TRIES):
            answer = database.call("BatchGetItem", {"RequestItems": tables})
            groups += [_group(raw) for raw in answer["Responses"].get(GroupItem.Meta.table_name, ())]
            tables = answer.get("UnprocessedKeys") or {}
            if not tables:
                return {group.group_id: group for group in groups}
        raise Unavailable("The service is busy; try again in a moment")

    def register(self, user_id: str, group: TelegramGroup) -> TelegramGroup:
        """Store a group, or its new name and topic; gives it as it is then. One that was removed is to be confirmed anew."""
        item = GroupItem(keys.user(user_id), keys.group(group.group_id))
        kept = [
            GroupItem.group_id.set(group.group_id),
            GroupItem.created_at.set(GroupItem.created_at | group.created_at),
            GroupItem.name.set(group.name) if group.name is not None else GroupItem.name.remove(),
            GroupItem.topic_id.set(group.topic_id) if group.topic_id is not None else GroupItem.topic_id.remove(),
        ]
        removed = GroupItem.status == "removed"
        try:
            return _written(item, [*kept, GroupItem.status.set(GroupItem.status | group.status)], ~removed)
        except ConditionFailed:
            return _written(item, [*kept, GroupItem.status.set(group.status)], None)

    def remove(self, user_id: str, group_id: str) -> bool:
        """Forget a group; False where the user has none of this id."""
        item = GroupItem(keys.user(user_id), keys.group(group_id))
        return holds(lambda: database.delete(item, GroupItem.pk.exists()))


def _written(item: GroupItem, actions: list[Action], condition: Any) -> TelegramGroup:
    arguments = item.get_update_kwargs_from_instance(actions=actions, condition=condition)
    return _group(database.call("UpdateItem", {**arguments, "ReturnValues": "ALL_NEW"})["Attributes"])


def _group(raw: Raw) -> TelegramGroup:
    item = GroupItem.from_raw_data(dict(raw))
    return TelegramGroup(
        group_id=item.group_id,
        name=item.name,
        topic_id=None if item.topic_id is None else int(item.topic_id),
        created_at=item.created_at,
        status=msgspec.convert(item.status, GroupStatus),
    )
