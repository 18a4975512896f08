"""Hosts' browser sessions (table `accounts`), each by the hash of its cookie's secret."""

from datetime import datetime
from functools import partial

from chalicelib.errors import NotFound
from chalicelib.model import Login, LoginRecord, User
from chalicelib.store import database, keys
from chalicelib.store.accounts import items_of_user, user_of
from chalicelib.store.cards import sets
from chalicelib.store.database import holds, stored_moment
from chalicelib.store.transact import ConditionFailed
from chalicelib.store.use_counts import count_use, unused
from chalicelib.store.user_items import LoginItem, UserItem

_IN_FORCE = "last_used_at > :used_after AND created_at > :made_after"


class Logins:
    """Repository of browser sessions."""

    def add(self, secret: str, user: User, agent: str, now: datetime, proved_at: datetime | None) -> None:
        """Store a new browser session."""
        item = LoginItem(
            keys.login(secret),
            user_id=user.id,
            locale=user.locale,
            time_zone=user.time_zone,
            agent=agent,
            created_at=now,
            proved_at=proved_at,
            last_used_at=now,
            use=unused(),
        )
        database.put(item, LoginItem.pk.does_not_exist())

    def use(self, secret: str, now: datetime, *, used_after: datetime, made_after: datetime) -> Login | None:
        """Authenticate, count and touch in one UpdateItem; None for what is unknown, ended, or was not used for too long."""
        values = {":used_after": {"S": stored_moment(used_after)}, ":made_after": {"S": stored_moment(made_after)}}
        try:
            raw, used = count_use(keys.login(secret), now, _IN_FORCE, values)
        except ConditionFailed:
            return None
        item = LoginItem.from_raw_data(raw)
        login_id = item.pk.removeprefix(keys.LOGINS)
        return Login(login_id, item.user_id, item.proved_at, used, item.locale, item.time_zone)

    def of_user(self, user_id: str) -> list[LoginRecord]:
        """All browser sessions of a user that are stored."""
        return [_record(LoginItem.from_raw_data(raw)) for raw in items_of_user(user_id, keys.LOGINS)]

    def with_user(self, user_id: str) -> tuple[User, list[LoginRecord]]:
        """A user, and all browser sessions of theirs that are stored. Raises NotFound for nobody."""
        found = {raw[keys.PK]["S"]: raw for raw in items_of_user(user_id, keys.LOGINS, keys.user(user_id))}
        user = found.pop(keys.user(user_id), None)
        if user is None:
            raise NotFound("User not found")
        return user_of(UserItem.from_raw_data(user)), [_record(LoginItem.from_raw_data(raw)) for raw in found.values()]

    def follow(self, user: User) -> None:
        """Let the browser sessions of a user have the language and zone that the user has."""
        for raw in items_of_user(user.id, keys.LOGINS):
            actions = sets(LoginItem, {"locale": user.locale, "time_zone": user.time_zone})
            holds(partial(database.update, LoginItem(raw[keys.PK]["S"]), actions, LoginItem.pk.exists()))

    def end(self, user_id: str, login_id: str) -> bool:
        """Remove one of a user's browser sessions; whether there was one."""
        item = LoginItem(keys.login_of(login_id))
        return holds(lambda: database.delete(item, LoginItem.user_id == user_id))


def _record(item: LoginItem) -> LoginRecord:
    return LoginRecord(item.pk.removeprefix(keys.LOGINS), item.user_id, item.agent, item.created_at, item.last_used_at)
