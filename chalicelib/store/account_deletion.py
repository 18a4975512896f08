"""Removing an account for good (tables `accounts`, `telegram`); its sessions and what it said elsewhere are removed as sessions and
people are.

First, in one transaction, the user and their address, which is free from then on. A marker says so until all is done; it has a
partition of its own in `sessions`, where the sweep finds it.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import cast

from msgspec import Struct
from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.model import User
from chalicelib.model.deletions import DeletedBy
from chalicelib.store import database, due, item_kinds, keys
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import ACCOUNT_DELETION
from chalicelib.store.tables import Account, SessionPart, Telegram
from chalicelib.store.transact import Transaction
from chalicelib.store.user_items import EmailItem, UserItem

_FIRST, _LAST = " ", "~"  # around everything of a partition


class AccountDeletionItem(SessionPart):
    """`account_deletion#<user_id>`: an account is gone, and what is left of it is being removed; goes last. `due_kind` is
    `account_deletion#<shard>`."""

    by = UnicodeAttribute()
    asked_at = UTCDateTimeAttribute()


class BegunDeletion(Struct, frozen=True):
    """An account that is being removed: who wanted that, in kind, and when."""

    by: DeletedBy
    asked_at: datetime


class AccountDeletions:
    """Repository of accounts that are to be removed."""

    def begin(self, user: User, by: DeletedBy, now: datetime) -> bool:
        """End an account's existence, and have the rest of it removed; False where it is gone already, or has another address."""
        marker = AccountDeletionItem(
            user.id, keys.account_deletion(user.id), by=by, asked_at=now, **due.marks(ACCOUNT_DELETION, user.id, now)
        )

        def build(write: Transaction) -> None:
            write.delete(UserItem(keys.user(user.id)), UserItem.email == user.email)
            write.delete(EmailItem(keys.email(user.email)), EmailItem.id == user.id)
            write.save(marker)

        return holds(lambda: database.transact(build))

    def resume(self, user_id: str, until: datetime) -> BegunDeletion | None:
        """Take up a removal, with a new date for when it is overdue; None where there is nothing to remove."""
        part = keys.account_deletion(user_id)
        raw = database.get_many([(SessionPart, user_id, part)])
        if not raw:
            return None
        item = AccountDeletionItem.from_raw_data(raw[part])
        there = AccountDeletionItem.asked_at.exists()
        holds(lambda: database.update(item, [AccountDeletionItem.due_at.set(until)], there))
        return BegunDeletion(cast(DeletedBy, item.by), item.asked_at)

    def end_access(self, user_id: str) -> None:
        """Remove all that lets somebody in as this user, and what else `accounts` has of them, but for what says in which projects they
        have a role, and what tells of an export: its files go first."""
        indexed = database.query_index(Account, keys.BY_USER, keys.USER_ID, user_id)
        found = [*(raw[keys.PK]["S"] for raw in indexed), *item_kinds.of_account(user_id)]
        later = (keys.project_roles(user_id), keys.account_export(user_id))
        for pk in dict.fromkeys(found):
            if item_kinds.is_of_account(keys.ACCOUNTS, pk) and pk not in later:
                holds(partial(database.delete, Account(pk), Account.pk.exists()))
        digest = SessionPart(user_id, keys.mail_digest(user_id))
        holds(partial(database.delete, digest, SessionPart.part.exists()))

    def remove_project_roles(self, user_id: str) -> None:
        """Remove what says in which projects they have a role, once they have none."""
        holds(lambda: database.delete(Account(keys.project_roles(user_id)), Account.pk.exists()))

    def remove_groups(self, user_id: str) -> None:
        """Remove what `telegram` has of them: the groups that they linked."""
        groups = [
            raw
            for raw in database.query_range(Telegram, keys.user(user_id), _FIRST, _LAST)
            if item_kinds.is_of_account(keys.TELEGRAM, raw[keys.SK]["S"])
        ]
        database.delete_all(Telegram, groups)

    def cards(self, user_id: str) -> Iterator[str]:
        """The sessions in the lists of this user, drafts among them, and those in which they spoke otherwise. The index lags a moment
        behind."""
        lists = (keys.listed(user_id, is_draft=False), keys.listed(user_id, is_draft=True), keys.unlisted(user_id))
        for listed in lists:
            for raw in database.query_index(SessionPart, keys.BY_MEMBER, keys.MEMBER_ID, listed):
                yield raw[keys.SESSION_ID]["S"]

    def finish(self, user_id: str) -> None:
        """Note that nothing is left."""
        part = keys.account_deletion(user_id)
        database.delete_all(SessionPart, [{keys.SESSION_ID: {"S": user_id}, keys.PART: {"S": part}}])
