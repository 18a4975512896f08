"""What hosts say of themselves (table `accounts`): name, language, zone, HARMONICA.md."""

from datetime import datetime

from pynamodb.expressions.condition import Condition

from chalicelib.errors import NotFound
from chalicelib.model import Profile, SessionDefaults
from chalicelib.store import database, keys
from chalicelib.store.accounts import user_of
from chalicelib.store.cards import sets
from chalicelib.store.database import Raw, holds
from chalicelib.store.tables import Account, SessionPart
from chalicelib.store.transact import Transaction
from chalicelib.store.user_items import HarmonicaMdItem, OwnModelsItem, UserItem

_CHOSEN = ("name", "locale", "time_zone", "updated_at")


class Profiles:
    """Repository of what hosts say of themselves."""

    def find(self, user_id: str) -> Profile:
        """An account with its HARMONICA.md, and whether it wants a digest, in one read. Raises NotFound."""
        digest = keys.mail_digest(user_id)
        found = _read(user_id, digest=digest)
        if keys.user(user_id) not in found:
            raise NotFound("User not found")
        user = user_of(UserItem.from_raw_data(found[keys.user(user_id)]))
        return Profile(user, _text(found, user_id), digest in found)

    def session_defaults(self, user_id: str) -> SessionDefaults:
        """What a new session of this user begins with, in one read; nothing where there is no such user any more."""
        found = _read(user_id, keys.own_models(user_id))
        user, models = found.get(keys.user(user_id)), found.get(keys.own_models(user_id))
        zone = UserItem.from_raw_data(user).time_zone if user else None
        has_models = models is not None and OwnModelsItem.from_raw_data(models).tiers is not None
        return SessionDefaults(zone, _text(found, user_id), has_models)

    def save(self, profile: Profile, seen: datetime | None) -> bool:
        """Store a profile in place of the one that was last changed when it was `seen`; False where another is there, or none."""
        user = profile.user
        stored, text = (
            UserItem(keys.user(user.id)),
            HarmonicaMdItem(keys.harmonica_md(user.id), text=profile.harmonica_md),
        )

        def build(write: Transaction) -> None:
            chosen = {name: getattr(user, name) for name in _CHOSEN}
            write.update(stored, actions=sets(UserItem, chosen), condition=_unchanged(seen))
            if profile.harmonica_md:
                write.save(text)
            else:
                write.delete(text)

        return holds(lambda: database.transact(build))


def _unchanged(seen: datetime | None) -> Condition:
    same: Condition = UserItem.updated_at == seen if seen else UserItem.updated_at.does_not_exist()
    found: Condition = UserItem.email.exists() & same
    return found


def _read(user_id: str, *others: str, digest: str = "") -> dict[str, Raw]:
    """What `accounts` has under the keys of a profile, and under these; and `sessions`, where that is asked for, of a digest."""
    named = [(Account, pk, None) for pk in (keys.user(user_id), keys.harmonica_md(user_id), *others)]
    return database.get_many([*named, *([(SessionPart, user_id, digest)] if digest else [])])


def _text(found: dict[str, Raw], user_id: str) -> str | None:
    raw = found.get(keys.harmonica_md(user_id))
    return HarmonicaMdItem.from_raw_data(raw).text if raw else None
