"""Codes that link a Telegram group to a host (table `guards`), each used once: in the transaction that registers the group.

A code stays for some hours after it was used or is too old, so that whoever sends it again hears which of the two it is.
"""

from datetime import datetime

from msgspec import Struct
from pynamodb.expressions.update import Action

from chalicelib.model import TelegramGroup
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.tables import Account
from chalicelib.store.telegram import registering
from chalicelib.store.telegram_items import GroupItem, LinkItem, OpenedLinkItem
from chalicelib.store.transact import Transaction


class GroupLink(Struct, frozen=True):
    """What is known of a code, by the fingerprint of it: whose it is, until when it can be sent, and the group that it linked."""

    fingerprint: str
    user_id: str
    until: datetime
    group_id: str | None


class TelegramLinks:
    """Repository of codes for /setup."""

    def add(self, code: str, user_id: str, until: datetime, expires: datetime) -> None:
        """Store a code; one that is there already stays as it is."""
        item = LinkItem(keys.link(code), user_id=user_id, until=_seconds(until), expires_at=_seconds(expires))
        holds(lambda: database.put(item, LinkItem.id.does_not_exist()))

    def find(self, code: str, now: datetime) -> GroupLink | None:
        """What is known of a code; None where nothing is."""
        return self._find(keys.link(code), now)

    def open(self, person: str, code: str, expires: datetime) -> None:
        """Remember that a person has opened the bot with a code: the last one that they did."""
        item = OpenedLinkItem(keys.opened_link(person))
        actions: list[Action] = [
            OpenedLinkItem.link.set(keys.link(code)),
            OpenedLinkItem.expires_at.set(_seconds(expires)),
        ]
        database.call("UpdateItem", item.get_update_kwargs_from_instance(actions=actions))

    def opened_by(self, person: str, now: datetime) -> GroupLink | None:
        """The code that a person has opened the bot with; None where there is none, or it was too long ago."""
        item = database.get(OpenedLinkItem, keys.opened_link(person))
        return self._find(item.link, now) if item and item.expires_at > _seconds(now) else None

    def use(self, link: GroupLink, group: TelegramGroup, now: datetime) -> bool:
        """Use a code for a group, and register that for its host, as the group says; False where another group has used it.

        The same group may use it again. A group that its host has already keeps its place among their groups.
        """
        used = LinkItem(link.fingerprint)
        new = LinkItem.group_id.does_not_exist() | (LinkItem.group_id == group.group_id)
        item = GroupItem(keys.user(link.user_id), keys.group(group.group_id))

        def build(write: Transaction) -> None:
            write.update(used, [LinkItem.group_id.set(group.group_id)], new & (LinkItem.expires_at > _seconds(now)))
            # A group of an account that was deleted meanwhile would be nobody's.
            write.check(Account(keys.user(link.user_id)), Account.pk.exists())
            write.update(item, [*registering(group), GroupItem.status.set(group.status)])

        return holds(lambda: database.transact(build))

    def _find(self, fingerprint: str, now: datetime) -> GroupLink | None:
        item = database.get(LinkItem, fingerprint)
        if item is None or item.expires_at <= _seconds(now):
            return None
        until = item.expires_at if item.until is None else item.until
        return GroupLink(fingerprint, item.user_id, datetime.fromtimestamp(int(until), now.tzinfo), item.group_id)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
