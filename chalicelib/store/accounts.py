"""Users and their API keys (table `accounts`)."""

from datetime import datetime
from functools import partial
from typing import Any, cast

from pynamodb.expressions.update import Action

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import ApiKey, KeyRecord, Plan, User
from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds, stored_moment
from chalicelib.store.tables import Account
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import EmailItem, KeyItem, UserItem

_SLOTS = "abcd"
_IN_FORCE = "attribute_exists(pk) AND attribute_not_exists(revoked_at) AND attribute_not_exists(disabled_at)"
_KEYS_A_READ = 100


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
        plan = cast(Plan, item.subscription_status)
        return User(item.id, item.email, item.name, plan, item.created_at, item.disabled_at)

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

    def key(self, secret: str) -> KeyRecord:
        """A key by itself. Raises NotFound."""
        item = database.get(KeyItem, keys.api_key(secret))
        if item is None:
            raise NotFound("There is no such key")
        return _record(item)

    def keys_of(self, user_id: str) -> list[KeyRecord]:
        """The keys of a user, the newest first, revoked ones included."""
        found = database.query_index(Account, keys.BY_USER, keys.USER_ID, user_id)
        wanted = [(Account, raw[keys.PK]["S"], None) for raw in found]
        parts = (wanted[at : at + _KEYS_A_READ] for at in range(0, len(wanted), _KEYS_A_READ))
        items = [KeyItem.from_raw_data(raw) for part in parts for raw in database.get_many(part).values()]
        return sorted(map(_record, items), key=lambda it: it.created_at, reverse=True)

    def keys_beginning(self, prefix: str) -> list[KeyRecord]:
        """The keys of all users whose shown prefix is this one. Reads the whole table: for administrators only."""
        return [_record(KeyItem.from_raw_data(raw)) for raw in database.scan(Account, "prefix", prefix)]

    def revoke_key(self, key: KeyRecord, now: datetime) -> None:
        """Make a key useless from now on, and end the links that were fetched with it."""

        def build(write: Transaction) -> None:
            write.update(
                KeyItem(keys.api_key_of(key.id)), actions=[KeyItem.revoked_at.set(now)], condition=KeyItem.pk.exists()
            )
            # Links from before they named a key are the account's.
            more: list[Action] = [UserItem.generation.add(1)]
            write.update(UserItem(keys.user(key.user_id)), actions=more, condition=UserItem.pk.exists())

        if not holds(lambda: database.transact(build)):
            raise NotFound("There is no such key")

    def disable_user(self, user_id: str, now: datetime | None) -> None:
        """Refuse all that a user's keys and links ask for, from now on; with None, let the keys in again.

        The links of before stay ended. What dies half-way is completed by another try. Raises NotFound.
        """
        if not holds(lambda: _disable(UserItem, keys.user(user_id), now)):
            raise NotFound("User not found")
        for key in self.keys_of(user_id):
            holds(partial(_disable, KeyItem, keys.api_key_of(key.id), now))

    def use_key(self, secret: str, now: datetime) -> ApiKey | None:
        """Authenticate, count and touch in one UpdateItem; None for a key that is unknown, revoked, or a disabled user's.

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
            id=item.pk.removeprefix(keys.API_KEYS),
            generation=int(item.generation),
        )


def generation_of(raw: Raw | None, user_id: str) -> int | None:
    """The generation of links that a user fetches with a key, or by the account, by its item; None where it is out of force."""
    if raw is None:
        return None
    if raw[keys.PK]["S"] == keys.user(user_id):
        user = UserItem.from_raw_data(raw)
        return None if user.disabled_at else int(user.generation)
    key = KeyItem.from_raw_data({name: value for name, value in raw.items() if name != "use"})
    return None if key.user_id != user_id or key.revoked_at or key.disabled_at else int(key.generation)


def _record(item: KeyItem) -> KeyRecord:
    values = {name: getattr(item, name) for name in KeyRecord.__struct_fields__ if name != "id"}
    return KeyRecord(id=item.pk.removeprefix(keys.API_KEYS), **values)


def _disable(kind: type[UserItem] | type[KeyItem], pk: str, now: datetime | None) -> None:
    """Marks an item as disabled and ends its links; with None, takes the mark away."""
    actions: list[Action] = [kind.disabled_at.set(now), kind.generation.add(1)] if now else [kind.disabled_at.remove()]
    database.update(kind(pk), actions, kind.pk.exists())


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
        "ConditionExpression": _IN_FORCE,
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
