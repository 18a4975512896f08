"""Who asked to be let in, and what would let them in, hashed (table `guards`): for minutes, and once."""

from datetime import UTC, datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import SignIn
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.transact import ConditionFailed
from chalicelib.store.user_items import SignInItem


class SignIns:
    """Repository of sign-ins that are under way."""

    def add(self, asked: SignIn) -> None:
        """Note a sign-in; nothing lets anybody in yet."""
        item = SignInItem(
            keys.sign_in(asked.id),
            email=asked.email,
            next_page=asked.next_page,
            language=asked.language,
            expires_at=int(asked.expires_at.timestamp()),
        )
        database.put(item, SignInItem.id.does_not_exist())

    def arm(self, asked: SignIn, *, email: str, link: str, code: str) -> None:
        """Store the hashes of what lets in, and whom: the address that is written to. They replace earlier ones; where the sign-in
        is gone, nothing is stored."""
        hashes: list[Action] = [SignInItem.link.set(link), SignInItem.code.set(code)]
        actions = [*hashes, SignInItem.email.set(email), SignInItem.tries.set(0)]
        holds(lambda: database.update(SignInItem(keys.sign_in(asked.id)), actions, SignInItem.id.exists()))

    def find(self, sign_in_id: str, now: datetime) -> SignIn | None:
        """A sign-in; None for one that is unknown, used or expired."""
        item = database.get(SignInItem, keys.sign_in(sign_in_id))
        return _record(sign_in_id, item) if item and item.expires_at > now.timestamp() else None

    def count_try(self, sign_in_id: str, most: int, now: datetime) -> SignIn | None:
        """Count that a code is tried; None where the sign-in is gone, or `most` codes were tried before."""
        item = SignInItem(keys.sign_in(sign_in_id))
        actions: list[Action] = [SignInItem.tries.add(1)]
        condition = _in_force(now) & (SignInItem.tries < most)
        arguments = item.get_update_kwargs_from_instance(actions=actions, condition=condition)
        try:
            answer = database.call("UpdateItem", {**arguments, "ReturnValues": "ALL_NEW"})
        except ConditionFailed:
            return None
        return _record(sign_in_id, SignInItem.from_raw_data(answer["Attributes"]))

    def take(self, asked: SignIn, now: datetime) -> bool:
        """Use a sign-in up; False where somebody has done that before, or its link and code were replaced."""
        same = (SignInItem.link == asked.link) & _in_force(now)
        return holds(lambda: database.delete(SignInItem(keys.sign_in(asked.id)), same))


def _in_force(now: datetime) -> Condition:
    return SignInItem.expires_at > int(now.timestamp())


def _record(sign_in_id: str, item: SignInItem) -> SignIn:
    return SignIn(
        sign_in_id,
        item.email,
        item.next_page,
        item.language,
        datetime.fromtimestamp(int(item.expires_at), UTC),
        item.link or "",
        item.code or "",
    )
