"""What hosts are told of (table `accounts`), all of an account in one item: so a list, or how many are unread, is one read, nothing
is there twice, and no count can differ from what it counts. And who wants a digest of it by mail (table `sessions`, in a partition of
the account's own, where the sweep finds that one is due).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, to_builtins
from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.clock import Clock
from chalicelib.errors import Conflict
from chalicelib.model import User
from chalicelib.model.notifications import LIFE, MOST_NOTIFICATIONS, Inbox, MailDigest, Notification
from chalicelib.retry import Retry
from chalicelib.store import database, keys
from chalicelib.store.accounts import user_of
from chalicelib.store.cards import sets
from chalicelib.store.database import holds
from chalicelib.store.due import marks
from chalicelib.store.due_kinds import MAIL_DIGEST
from chalicelib.store.tables import Account, SessionPart
from chalicelib.store.transact import Transaction
from chalicelib.store.user_items import NotificationsItem, UserItem

Kept = tuple[Notification, ...]
_RETRY = Retry(tries=10, pause=0.2, jitter=True)  # of an account that several events tell at once


class MailDigestItem(SessionPart):
    """`mail_digest#<user_id>`: a host wants a digest by mail. `due_kind` is `mail_digest#<shard>` while something waits for it."""

    language = UnicodeAttribute()
    zone = UnicodeAttribute()
    rests_until = UTCDateTimeAttribute(null=True)


class Found(Struct, frozen=True):
    """An account, what it is told of, and the digest that it wants; None for none."""

    user: User
    inbox: Inbox
    digest: MailDigest | None


class Notifications:
    """Repository of notifications, and of digests of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def of_user(self, user_id: str) -> Inbox:
        """What an account is told of, as far as it is not too old, in one read."""
        item = database.get(NotificationsItem, keys.notifications(user_id))
        return self._inbox(user_id, item)

    def find(self, user_id: str) -> Found | None:
        """The same with the account, and the digest that it wants, in one read; None without the account."""
        user, pk, part = keys.user(user_id), keys.notifications(user_id), keys.mail_digest(user_id)
        raw = database.get_many([(Account, user, None), (Account, pk, None), (SessionPart, user_id, part)])
        if user not in raw:
            return None
        item = NotificationsItem.from_raw_data(raw[pk]) if pk in raw else None
        digest = _digest_from(raw[part]) if part in raw else None
        return Found(user_of(UserItem.from_raw_data(raw[user])), self._inbox(user_id, item), digest)

    def change(self, before: Inbox, change: Callable[[Kept], Kept]) -> Inbox:
        """Change what an account is told of, from how it is stored; `before` is how it was read. Gives it as it is then.

        What is too old goes with a change, and the oldest that are too many. Raises Conflict where others are always in the way.
        """
        for failed in _RETRY.attempts(self._clock):
            found = self.of_user(before.user_id) if failed else before
            after = sorted(change(found.notifications), key=lambda it: (it.created_at, it.id), reverse=True)
            kept = tuple(after[:MOST_NOTIFICATIONS])
            if kept == found.notifications:
                return found
            if _put(found, kept):
                return Inbox(before.user_id, kept, found.version + 1)
        raise Conflict("Your notifications are changing right now; try again")

    def replace(self, before: Inbox, notifications: Kept) -> Inbox | None:
        """Put these in place of those that were read before; gives the account's as they are then, None where they changed since."""
        return Inbox(before.user_id, notifications, before.version + 1) if _put(before, notifications) else None

    def digest(self, user_id: str) -> MailDigest | None:
        """The digest that an account wants; None for none."""
        part = keys.mail_digest(user_id)
        raw = database.get_many([(SessionPart, user_id, part)])
        return _digest_from(raw[part]) if raw else None

    def want_digest(self, digest: MailDigest) -> None:
        """Note that an account wants a digest, in place of an earlier wish; when it is due stays."""
        chosen = {"language": digest.language, "zone": digest.zone}
        actions, there = sets(MailDigestItem, chosen), MailDigestItem.language.exists()
        if not holds(lambda: database.update(_mark(digest), actions, there)):
            item = MailDigestItem(
                digest.user_id, keys.mail_digest(digest.user_id), language=digest.language, zone=digest.zone
            )
            holds(lambda: database.put(item, MailDigestItem.language.does_not_exist()))

    def stop_digest(self, user_id: str) -> None:
        """Note that an account wants none any more; done already, it is done."""
        item = MailDigestItem(user_id, keys.mail_digest(user_id))
        holds(lambda: database.delete(item, MailDigestItem.language.exists()))

    def mark_due(self, digest: MailDigest, at: datetime) -> None:
        """Have a digest looked at then; nothing where that is to be earlier, or it is wanted no more."""
        free = MailDigestItem.language.exists() & (
            MailDigestItem.due_at.does_not_exist() | (MailDigestItem.due_at > at)
        )
        holds(lambda: database.update(_mark(digest), sets(MailDigestItem, _due(digest, at)), free))

    def postpone(self, digest: MailDigest, at: datetime) -> None:
        """Have a digest that is due looked at again then, and not before."""
        actions, there = sets(MailDigestItem, {**_due(digest, at), "rests_until": at}), MailDigestItem.language.exists()
        holds(lambda: database.update(_mark(digest), actions, there))

    def settle(self, digest: MailDigest, inbox: Inbox) -> bool:
        """Note that nothing waits for a digest; False where the account was told of something since it was read."""
        item = NotificationsItem(keys.notifications(digest.user_id))
        same = NotificationsItem.version == inbox.version if inbox.version else NotificationsItem.pk.does_not_exist()

        def build(write: Transaction) -> None:
            write.check(item, same)
            actions = sets(MailDigestItem, _due(digest, None))
            write.update(_mark(digest), actions, MailDigestItem.language.exists())

        return holds(lambda: database.transact(build))

    def _inbox(self, user_id: str, item: NotificationsItem | None) -> Inbox:
        if item is None:
            return Inbox(user_id)
        found = msgspec.convert(item.notifications, tuple[Notification, ...])
        oldest = self._clock.now() - LIFE
        return Inbox(user_id, tuple(it for it in found if it.created_at > oldest), int(item.version))


def _put(found: Inbox, kept: Kept) -> bool:
    newest = kept[0].created_at if kept else None
    item = NotificationsItem(
        keys.notifications(found.user_id),
        notifications=to_builtins(kept),
        version=found.version + 1,
        forget_at=int((newest + LIFE).timestamp()) if newest else 0,
    )
    number = NotificationsItem.version
    return holds(lambda: database.put(item, (number == found.version) if found.version else number.does_not_exist()))


def _mark(digest: MailDigest) -> MailDigestItem:
    return MailDigestItem(digest.user_id, keys.mail_digest(digest.user_id))


def _due(digest: MailDigest, at: datetime | None) -> dict[str, Any]:
    return marks(MAIL_DIGEST, digest.user_id, at)


def _digest_from(raw: Mapping[str, Any]) -> MailDigest:
    item = MailDigestItem.from_raw_data(dict(raw))
    return MailDigest(item.session_id, item.language, item.zone, item.due_at, item.rests_until)
