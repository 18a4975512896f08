"""Models that hosts bring, and the keys for their servers."""

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.llm.interface import Model
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.llm.model_servers import ModelServers
    from chalicelib.model.notifications import Event
    from chalicelib.model.own_models import SealedSecret
    from chalicelib.services.own_models.keys import ModelKeyDeps
    from chalicelib.services.own_models.own_model import KeyUse, OwnModelDeps
    from chalicelib.store.own_models import OwnModelStore

OWN_KEY_SECONDS = 600  # that a process keeps a host's key for a server of models


def has_own_models() -> bool:
    """Whether hosts may bring models of their own."""
    return bool(settings().own_models_key)


def own_models() -> "OwnModelStore":
    """The repository of models of one's own."""
    from chalicelib.store.own_models import OwnModelStore

    return OwnModelStore()


def own_model_deps() -> "OwnModelDeps":
    """The dependencies of calls of models of one's own."""
    from chalicelib.services.own_models.own_model import OwnModelDeps

    return OwnModelDeps(
        container.own_models(), container.clock(), lambda use: _own_model(use, _own_key_period()), _tell_host
    )


def _tell_host(user_id: str, event: "Event") -> None:
    from chalicelib.services.notifications.notify import notify

    notify(user_id, event, deps=container.notification_deps())


def model_key_deps() -> "ModelKeyDeps":
    """The dependencies of keys for servers of models."""
    from chalicelib.sealed_secrets import open_secret, seal_secret
    from chalicelib.services.own_models.keys import ModelKeyDeps

    found = settings()
    return ModelKeyDeps(
        store=container.own_models(),
        seal=partial(seal_secret, found.own_models_key),
        open=partial(open_secret, found.own_models_key),
        servers=container.model_servers(),
        new_id=container.new_id,
    )


def model_servers() -> "ModelServers":
    """The servers of models that hosts may name."""
    from chalicelib.llm.model_servers import ModelServers

    return ModelServers.named(settings().model_hosts)


def _own_key_period() -> int:
    """Changes every ten minutes: so long a process keeps a host's key."""
    return int(container.clock().now().timestamp() // OWN_KEY_SECONDS)


@lru_cache(maxsize=64)
def _own_model(use: "KeyUse", period: int) -> Model:
    from chalicelib.llm.providers import provider
    from chalicelib.services.usage.budget import DOLLAR, Budget, BudgetedModel
    from chalicelib.store.spending import Ledger

    found = provider(
        use.kind,
        models=dict(use.models),
        base_url=use.base_url,
        key=_own_key(use.user_id, use.key_id, use.secret, period) if use.secret else "",
        servers=container.model_servers(),
    )
    of_key = Budget(0, 0, 0, Ledger(), use.key_id, use.daily_limit * DOLLAR)
    return BudgetedModel(found, of_key, container.clock())


@lru_cache(maxsize=64)
def _own_key(user_id: str, key_id: str, secret: "SealedSecret", _: int) -> str:
    from chalicelib.sealed_secrets import open_secret
    from chalicelib.services.own_models.keys import context_of

    return open_secret(settings().own_models_key, secret, context_of(user_id, key_id))
