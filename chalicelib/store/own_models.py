"""Models of one's own (table `accounts`): the keys of an account and its choice of models, one item."""

import msgspec
from msgspec import to_builtins
from msgspec.structs import replace

from chalicelib.errors import Conflict
from chalicelib.model.own_models import ModelKey, ModelTiers, OwnModels
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.user_items import OwnModelsItem


class OwnModelStore:
    """Repository of models of one's own."""

    def get(self, user_id: str) -> OwnModels:
        """What an account has of its own; nothing, where there is no item."""
        item = database.get(OwnModelsItem, keys.own_models(user_id))
        if item is None:
            return OwnModels(user_id)
        return OwnModels(
            user_id,
            msgspec.convert(item.keys, tuple[ModelKey, ...]),
            msgspec.convert(item.tiers, ModelTiers) if item.tiers else None,
            int(item.version),
            item.recipients_since,
        )

    def put(self, own: OwnModels) -> OwnModels:
        """Store what was changed since it was read; gives it as it is then. Raises Conflict where it was changed meanwhile."""
        item = OwnModelsItem(
            keys.own_models(own.user_id),
            keys=to_builtins(own.keys),
            tiers=to_builtins(own.tiers) if own.tiers else None,
            version=own.version + 1,
            recipients_since=own.recipients_since,
        )
        is_same = OwnModelsItem.version == own.version if own.version else OwnModelsItem.pk.does_not_exist()
        if not holds(lambda: database.put(item, is_same)):
            raise Conflict("The models of this account were changed meanwhile; try again")
        return replace(own, version=own.version + 1)
