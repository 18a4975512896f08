"""Authenticate, count and touch in one UpdateItem: how often an API key, or a browser session, was used in a minute.

Requests of minute m are counted in `use.<slot>.<m>`. Slots that no container can be writing to now (those of m−1, m and m+1) are
emptied in passing, so the item stays small and the count exact across all containers. Slots follow a hash, not the order of
minutes: what is used at regular intervals would meet the same slot every time and never empty it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.store import database, keys
from chalicelib.store.database import Raw, stored_moment
from chalicelib.store.tables import Account

_SLOTS = "abcd"
_COUNTED = "#use.#slot.#minute = if_not_exists(#use.#slot.#minute, :none) + :one"


def unused() -> dict[str, dict[str, int]]:
    """The counts of what is new."""
    return {slot: {} for slot in _SLOTS}


def count_use(pk: str, now: datetime, condition: str, values: Mapping[str, Any]) -> tuple[Raw, int]:
    """Count a use of this item of `accounts`, where the condition holds, with its values; `:now` is the time.

    Gives the item as it is then, without its counts, and how often it was used in this minute, this time included. Raises
    ConditionFailed.
    """
    minute = int(now.timestamp()) // 60
    kept = {_slot(near) for near in (minute - 1, minute, minute + 1)}
    emptied = [f"#use.{slot} = :empty" for slot in _SLOTS if slot not in kept]
    answer = database.call(
        "UpdateItem",
        {
            "TableName": Account.Meta.table_name,
            "Key": {keys.PK: {"S": pk}},
            "UpdateExpression": f"SET {', '.join([_COUNTED, 'last_used_at = :now', *emptied])}",
            "ConditionExpression": f"attribute_exists(pk) AND {condition}",
            "ExpressionAttributeNames": {"#use": "use", "#slot": _slot(minute), "#minute": str(minute)},
            "ExpressionAttributeValues": {
                ":none": {"N": "0"},
                ":one": {"N": "1"},
                ":empty": {"M": {}},
                ":now": {"S": stored_moment(now)},
                **values,
            },
            "ReturnValues": "ALL_NEW",
        },
    )
    raw = answer["Attributes"]
    used = int(raw["use"]["M"][_slot(minute)]["M"][str(minute)]["N"])
    return {name: value for name, value in raw.items() if name != "use"}, used


def _slot(minute: int) -> str:
    return _SLOTS[keys.shard_of(str(minute), len(_SLOTS))]
