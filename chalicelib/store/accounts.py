"""Users and their API keys (table `accounts`)."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, cast

from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Access, ApiKey, Identity, KeyRecord, Plan, User
from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds
from chalicelib.store.tables import Account
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.use_counts import count_use, unused
from chalicelib.store.user_items import EmailItem, IdentityItem, KeyItem, UserItem

_IN_FORCE = (
    "attribute_not_exists(revoked_at) AND attribute_not_exists(disabled_at)"
    " AND (attribute_not_exists(expires_at) OR expires_at > :now)"
)
_ITEMS_A_READ = 100


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
        return user_of(item)

    def people(self, user_ids: Collection[str]) -> dict[str, User]:
        """These users by their ids, as far as they have an account, a hundred in a read."""
        wanted: list[tuple[type[Model], str, None]] = [(Account, keys.user(user_id), None) for user_id in user_ids]
        parts = (wanted[at : at + _ITEMS_A_READ] for at in range(0, len(wanted), _ITEMS_A_READ))
        items = [raw for part in parts for raw in database.get_many(part).values()]
        return {user.id: user for user in (user_of(UserItem.from_raw_data(raw)) for raw in items)}

    def names_of(self, user_ids: Collection[str]) -> dict[str, str | None]:
        """The names of these users (at most 100), as far as they have an account."""
        wanted = [(Account, keys.user(user_id), None) for user_id in user_ids]
        found = database.get_many(wanted) if wanted else {}
        users = map(UserItem.from_raw_data, found.values())
        return {user.id: user.name for user in users}

    def user_id_of(self, email: str) -> str:
        """The user behind an e-mail address."""
        item = database.get(EmailItem, keys.email(email))
        if item is None:
            raise NotFound(f"{email} has no account")
        return item.id

    def find_user(self, email: str) -> User | None:
        """The user behind an e-mail address; None for nobody."""
        with suppress(NotFound):
            return self.user(self.user_id_of(email))
        return None

    def find_each(self, emails: Collection[str]) -> dict[str, User]:
        """The users behind these e-mail addresses (at most 100), as far as they have an account, in two reads."""
        named = {keys.email(email): email for email in emails}
        wanted: list[tuple[type[Model], str, None]] = [(Account, pk, None) for pk in named]
        found = database.get_many(wanted) if wanted else {}
        ids = {named[pk]: EmailItem.from_raw_data(raw).id for pk, raw in found.items()}
        people = self.people(set(ids.values()))
        return {email: people[user_id] for email, user_id in ids.items() if user_id in people}

    def user_id_of_identity(self, identity: Identity) -> str | None:
        """The user whom a provider means; None where it is new."""
        item = database.get(IdentityItem, keys.identity(identity.issuer, identity.subject))
        return item.user_id if item else None

    def add_identity(self, identity: Identity, user_id: str, now: datetime) -> None:
        """Remember what a provider calls a user; whoever was first stays."""
        pk = keys.identity(identity.issuer, identity.subject)
        item = IdentityItem(pk, user_id=user_id, issuer=identity.issuer, created_at=now)
        holds(lambda: database.put(item, IdentityItem.pk.does_not_exist()))

    def add_key(
        self,
        secret: str,
        *,
        user_id: str,
        name: str | None,
        rate: int,
        now: datetime,
        access: Access = "write",
        expires_at: datetime | None = None,
    ) -> KeyRecord:
        """Store a new API key (its hash) with its limit in requests a minute, what it may do, and when it ends."""
        item = KeyItem(
            keys.api_key(secret),
            user_id=user_id,
            name=name,
            prefix=secret[:12],
            rate=rate,
            created_at=now,
            access=access,
            expires_at=expires_at,
            use=unused(),
        )
        database.put(item, KeyItem.pk.does_not_exist())
        return _record(item)

    def key(self, secret: str) -> KeyRecord:
        """A key by itself. Raises NotFound."""
        item = database.get(KeyItem, keys.api_key(secret))
        if item is None:
            raise NotFound("There is no such key")
        return _record(item)

    def key_of(self, key_id: str) -> KeyRecord | None:
        """A key by its id, as it is now: an index knows a new key a moment later."""
        item = database.get(KeyItem, keys.api_key_of(key_id))
        return _record(item) if item else None

    def keys_of(self, user_id: str) -> list[KeyRecord]:
        """The keys of a user, the newest first, revoked ones included."""
        items = [KeyItem.from_raw_data(raw) for raw in items_of_user(user_id, keys.API_KEYS)]
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
        """Refuse all that a user's keys and links ask for, from now on, and sign them out; with None, let the keys in again.

        The links of before stay ended. What dies half-way is completed by another try. Raises NotFound.
        """
        if not holds(lambda: _disable(UserItem, keys.user(user_id), now)):
            raise NotFound("User not found")
        for key in self.keys_of(user_id):
            holds(partial(_disable, KeyItem, keys.api_key_of(key.id), now))
        if now:
            for raw in items_of_user(user_id, keys.LOGINS):
                item = Account(raw[keys.PK]["S"])
                holds(partial(database.delete, item, Account.pk.exists()))

    def use_key(self, secret: str, now: datetime) -> ApiKey | None:
        """Authenticate, count and touch in one UpdateItem; None for a key that is unknown, revoked, expired, or a disabled user's."""
        try:
            raw, used = count_use(keys.api_key(secret), now, _IN_FORCE, {})
        except ConditionFailed:
            return None
        item = KeyItem.from_raw_data(raw)
        return ApiKey(
            user_id=item.user_id,
            name=item.name,
            prefix=item.prefix,
            created_at=item.created_at,
            last_used_at=item.last_used_at,
            limit=int(item.rate),
            used=used,
            id=item.pk.removeprefix(keys.API_KEYS),
            generation=int(item.generation),
            access=cast(Access, item.access),
        )


def user_of(item: UserItem) -> User:
    """A user as they are stored."""
    plan = cast(Plan, item.subscription_status)
    chosen: dict[str, Any] = {"locale": item.locale, "time_zone": item.time_zone, "updated_at": item.updated_at}
    return User(item.id, item.email, item.name, plan, item.created_at, item.disabled_at, **chosen)


def items_of_user(user_id: str, prefix: str, *others: str) -> list[Raw]:
    """What `accounts` has of a user under this prefix, without the counts of its use; and under these `others` keys."""
    found = [raw[keys.PK]["S"] for raw in database.query_index(Account, keys.BY_USER, keys.USER_ID, user_id)]
    listed = (*(pk for pk in found if pk.startswith(prefix)), *others)
    wanted: list[tuple[type[Model], str, None]] = [(Account, pk, None) for pk in listed]
    parts = (wanted[at : at + _ITEMS_A_READ] for at in range(0, len(wanted), _ITEMS_A_READ))
    items = [raw for part in parts for raw in database.get_many(part).values()]
    return [{name: value for name, value in raw.items() if name != "use"} for raw in items]


def generation_of(raw: Raw | None, user_id: str, now: datetime) -> int | None:
    """The generation of links that a user fetches with a key, or by the account, by its item; None where it is out of force."""
    if raw is None:
        return None
    if raw[keys.PK]["S"] == keys.user(user_id):
        user = UserItem.from_raw_data(raw)
        return None if user.disabled_at else int(user.generation)
    key = KeyItem.from_raw_data({name: value for name, value in raw.items() if name != "use"})
    is_over = key.revoked_at or key.disabled_at or (key.expires_at and key.expires_at <= now)
    return None if is_over or key.user_id != user_id else int(key.generation)


def _record(item: KeyItem) -> KeyRecord:
    values = {name: getattr(item, name) for name in KeyRecord.__struct_fields__ if name != "id"}
    return KeyRecord(id=item.pk.removeprefix(keys.API_KEYS), **values)


def _disable(kind: type[UserItem] | type[KeyItem], pk: str, now: datetime | None) -> None:
    """Marks an item as disabled and ends its links; with None, takes the mark away."""
    actions: list[Action] = [kind.disabled_at.set(now), kind.generation.add(1)] if now else [kind.disabled_at.remove()]
    database.update(kind(pk), actions, kind.pk.exists())
