"""Users and their API keys (table `accounts`)."""

from datetime import datetime
from typing import Any, cast

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import ApiKey, Plan, User
from chalicelib.store import database, keys
from chalicelib.store.database import holds, stored_moment
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import EmailItem, KeyItem, UserItem

_SLOTS = "abcd"


class Accounts:
    """Repository of users and API keys."""

    def create_user(self, user: User) -> None:
        """Store a new user; raises Conflict where the address belongs to somebody already."""
        item = UserItem(
            keys.user(user.id),
            id=user.id,
            email=user.email,
            name=user.name,
            subscription_status=user.subscription_status,
            created_at=user.created_at,
        )
        address = EmailItem(keys.email(user.email), id=user.id)

        def build(write: Transaction) -> None:
            write.save(item, condition=UserItem.pk.does_not_exist())
            write.save(address, condition=EmailItem.pk.does_not_exist())

        if not holds(lambda: database.transact(build)):
            raise Conflict(f"{user.email} has an account already")

    def user(self, user_id: str) -> User:
        """A user by id."""
        item = database.get(UserItem, keys.user(user_id))
        if item is None:
            raise NotFound("User not found")
        return User(item.id, item.email, item.name, cast(Plan, item.subscription_status), item.created_at)

    def user_id_of(self, email: str) -> str:
        """The user behind an e-mail address."""
        item = database.get(EmailItem, keys.email(email))
        if item is None:
            raise NotFound(f"{email} has no account")
        return item.id

    def add_key(self, secret: str, *, user_id: str, name: str | None, rate: int, now: datetime) -> None:
        """Store a new API key (its hash) with its limit in requests a minute."""
        item = KeyItem(
            keys.api_key(secret),
            user_id=user_id,
            name=name,
            prefix=secret[:12],
            rate=rate,
            created_at=now,
            use={slot: {} for slot in _SLOTS},
        )
        database.put(item, KeyItem.pk.does_not_exist())

    def revoke_key(self, secret: str, now: datetime) -> None:
        """Make a key useless from now on."""
        item = KeyItem(keys.api_key(secret))
        if not holds(lambda: database.update(item, [KeyItem.revoked_at.set(now)], KeyItem.pk.exists())):
            raise NotFound("There is no such key")

    def use_key(self, secret: str, now: datetime) -> ApiKey | None:
        """Authenticate, count and touch in one UpdateItem; None for an unknown or revoked key.

        Requests of minute m are counted in `use.<slot>.<m>`. Slots that no container can be writing to now (those of
        m−1, m and m+1) are emptied in passing, so the item stays small and the count exact across all containers.
        Slots follow a hash, not the order of minutes: a key used at regular intervals would meet the same slot every
        time and never empty it.
        """
        minute = int(now.timestamp()) // 60
        try:
            answer = database.call("UpdateItem", _use(secret, minute, now))
        except ConditionFailed:
            return None
        raw = answer["Attributes"]
        item = KeyItem.from_raw_data({name: value for name, value in raw.items() if name != "use"})
        return ApiKey(
            user_id=item.user_id,
            name=item.name,
            prefix=item.prefix,
            created_at=item.created_at,
            last_used_at=item.last_used_at,
            limit=int(item.rate),
            used=int(raw["use"]["M"][_slot(minute)]["M"][str(minute)]["N"]),
        )


def _slot(minute: int) -> str:
    return _SLOTS[keys.shard_of(str(minute), len(_SLOTS))]


def _use(secret: str, minute: int, now: datetime) -> dict[str, Any]:
    kept = {_slot(near) for near in (minute - 1, minute, minute + 1)}
    emptied = [slot for slot in _SLOTS if slot not in kept]
    counts = "#use.#slot.#minute = if_not_exists(#use.#slot.#minute, :none) + :one"
    return {
        "TableName": KeyItem.Meta.table_name,
        "Key": {keys.PK: {"S": keys.api_key(secret)}},
        "UpdateExpression": f"SET {', '.join([counts, 'last_used_at = :now', *(f'#use.{slot} = :empty' for slot in emptied)])}",
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(revoked_at)",
        "ExpressionAttributeNames": {
            "#use": "use",
            "#slot": _slot(minute),
            "#minute": str(minute),
        },
        "ExpressionAttributeValues": {
            ":none": {"N": "0"},
            ":one": {"N": "1"},
            ":empty": {"M": {}},
            ":now": {"S": stored_moment(now)},
        },
        "ReturnValues": "ALL_NEW",
    }
