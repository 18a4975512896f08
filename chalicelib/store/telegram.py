"""Telegram groups that users registered (table `telegram`)."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import GroupStatus, TelegramGroup
from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds
from chalicelib.store.tables import Telegram
from chalicelib.store.telegram_items import GroupItem
from chalicelib.store.transact import ConditionFailed, Transaction

_IN_ONE_READ = 100


class Registration(Struct, frozen=True):
    """A group, and the user who registered it."""

    user_id: str
    group: TelegramGroup


class TelegramGroups:
    """Repository of groups."""

    def of(self, user_id: str) -> list[TelegramGroup]:
        """The groups of a user, by registration."""
        found = [_group(raw) for raw in database.query_pairs(GroupItem, keys.user(user_id), keys.GROUPS)]
        return sorted(found, key=lambda group: (group.created_at, group.group_id))

    def some(self, user_id: str, group_ids: Sequence[str]) -> dict[str, TelegramGroup]:
        """Those of these groups (at most 100, each once) that the user has, by id, in one read."""
        found = _read([(keys.user(user_id), keys.group(group_id)) for group_id in group_ids])
        return {it.group.group_id: it.group for it in found}

    def of_group(self, group_id: str) -> list[Registration]:
        """The registrations of a group by all users, by time. The index that names them lags a moment behind."""
        raws = database.query_index(Telegram, keys.BY_GROUP, keys.GROUP_ID, group_id)
        named = [(raw[keys.PK]["S"], raw[keys.SK]["S"]) for raw in raws]
        found: list[Registration] = []
        for start in range(0, len(named), _IN_ONE_READ):
            found += _read(named[start:][:_IN_ONE_READ])
        return sorted(found, key=lambda it: (it.group.created_at, it.user_id))

    def register(self, user_id: str, group: TelegramGroup) -> TelegramGroup:
        """Store a group, or its new name and topic; gives it as it is then. One that was removed is to be confirmed anew."""
        item = GroupItem(keys.user(user_id), keys.group(group.group_id))
        kept = registering(group)
        removed = GroupItem.status == "removed"
        try:
            return _written(item, [*kept, GroupItem.status.set(GroupItem.status | group.status)], ~removed)
        except ConditionFailed:
            return _written(item, [*kept, GroupItem.status.set(group.status)], None)

    def change(self, registered: Registration, group: TelegramGroup) -> bool:
        """Store what the bot found out of a group; False where it is not registered any more, or has changed meanwhile."""
        item = GroupItem(keys.user(registered.user_id), keys.group(group.group_id))
        same = GroupItem.status == registered.group.status
        return holds(lambda: database.update(item, [*registering(group), GroupItem.status.set(group.status)], same))

    def move(self, registered: Registration, group_id: str) -> None:
        """Give a registration another group's id; where its user has that group, too, it is confirmed if either was."""
        user_id, group = registered.user_id, registered.group
        old = GroupItem(keys.user(user_id), keys.group(group.group_id))
        new = GroupItem(keys.user(user_id), keys.group(group_id))
        moved = [*registering(replace(group, group_id=group_id)), GroupItem.status.set(group.status)]

        def move(condition: Condition | None) -> None:
            def build(write: Transaction) -> None:
                write.delete(old, GroupItem.pk.exists(), label="old")
                if condition is not None:
                    write.update(new, moved, condition, label="new")

            database.transact(build)

        confirmed = GroupItem.status == "confirmed"
        try:
            move(GroupItem.pk.does_not_exist() if group.status != "confirmed" else ~confirmed)
        except ConditionFailed as error:
            if "old" not in error.failed:
                holds(lambda: move(None))

    def remove(self, user_id: str, group_id: str) -> bool:
        """Forget a group; False where the user has none of this id."""
        item = GroupItem(keys.user(user_id), keys.group(group_id))
        return holds(lambda: database.delete(item, GroupItem.pk.exists()))


def registering(group: TelegramGroup) -> list[Action]:
    """What gives an item a group's name and topic, and a new one its id and time."""
    return [
        GroupItem.group_id.set(group.group_id),
        GroupItem.created_at.set(GroupItem.created_at | group.created_at),
        GroupItem.name.set(group.name) if group.name is not None else GroupItem.name.remove(),
        GroupItem.topic_id.set(group.topic_id) if group.topic_id is not None else GroupItem.topic_id.remove(),
    ]


def _read(named: Sequence[tuple[str, str]]) -> list[Registration]:
    """The registrations with these keys (at most 100, each once), as far as there are any, in one read."""
    found = database.get_pairs(GroupItem, named)
    return [Registration(raw[keys.PK]["S"].removeprefix(keys.USERS), _group(raw)) for raw in found]


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
