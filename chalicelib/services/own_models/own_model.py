"""The model of a host's own account: every call for a session that has it goes through here, whichever tier it asks for.

What a key refuses once is refused without asking from then on, until its host has mended it: no job loops, and nobody pays for
knocking. The stage's model answers in its place only where the host has said so.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Conflict, Unavailable
from chalicelib.llm.interface import (
    Model,
    ModelDeclined,
    ModelRefused,
    ModelUnavailable,
    Reply,
    Request,
    Tier,
)
from chalicelib.model.notifications import Event
from chalicelib.model.own_models import ApiKind, ModelKey, OwnModels, SealedSecret
from chalicelib.observability import logger
from chalicelib.services.usage.model_choice import ModelOfSessions, OwnModelRefused
from chalicelib.store.own_models import OwnModelStore

LEAST_SECONDS: Final = 2.0  # with less, the stage's model is not worth asking in another's place
REFUSED_SECONDS: Final = 60.0  # after which it is worth asking again where somebody has to mend something first


class KeyUse(Struct, frozen=True):
    """All that makes a client: whose key, where, which models for which tier, and how much it may cost a day, in dollars."""

    user_id: str
    key_id: str
    kind: ApiKind
    base_url: str
    secret: SealedSecret | None
    models: tuple[tuple[Tier, str], ...]
    daily_limit: int


class OwnModelDeps(Struct, frozen=True):
    """What models of one's own work with. `make` gives the model of a key, within the key's budget; raises Unavailable, or
    LookupError where the key's secret is lost. `tell` tells a host of something."""

    store: OwnModelStore
    clock: Clock
    make: Callable[[KeyUse], Model]
    tell: Callable[[str, Event], None]


class SessionModels(ModelOfSessions):
    """The stage's model, and those of accounts."""

    def __init__(self, stage: Model, deps: OwnModelDeps) -> None:
        super().__init__(stage)
        self._deps = deps

    def of_owner(self, user_id: str) -> "AccountModel":
        return AccountModel(user_id, self.stage, self._deps)

    def of_user(self, user_id: str) -> Model:
        found = self.of_owner(user_id)
        return found if found.own.tiers else self.stage


class AccountModel:
    """The model of an account, for one piece of work: what it has is read once."""

    understands = True

    def __init__(self, user_id: str, stage: Model, deps: OwnModelDeps) -> None:
        self._user_id = user_id
        self._stage = stage
        self._deps = deps

    @cached_property
    def own(self) -> OwnModels:
        """What the account has."""
        return self._deps.store.get(self._user_id)

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer with the model that the host has chosen for the tier. Raises OwnModelRefused where somebody has to mend
        something first, ModelUnavailable for all that passes."""
        try:
            return self._ask_own(request, deadline)
        except ModelDeclined:
            raise
        except ModelUnavailable as error:
            if not self._may_fall_back(deadline):
                raise
            logger.warning("own model failed, asking the stage's", extra={"event": "own_model_fallback"})
            reply = self._stage.complete(request, deadline)
            return replace(reply, usage=reply.usage + error.usage)

    def _ask_own(self, request: Request, deadline: Deadline) -> Reply:
        key = self._key_of(request)
        use = self._use_of(key, request.tier)
        try:
            model = self._deps.make(use)
        except LookupError as error:
            self._note_refused(key)
            raise _refused(request) from error
        except ModelUnavailable:
            raise
        except Unavailable as error:
            raise ModelUnavailable(str(error), error.retry_after) from error
        try:
            return model.complete(request, deadline)
        except ModelRefused as error:
            if _is_about_key(error):
                self._note_refused(key)
                raise _refused(request) from error
            raise

    def _key_of(self, request: Request) -> ModelKey:
        chosen = self.own.tiers.by_size[request.tier] if self.own.tiers else None
        key = self.own.key(chosen.key_id) if chosen else None
        if key is None or key.status == "refused":
            raise _refused(request)
        return key

    def _use_of(self, key: ModelKey, tier: Tier) -> KeyUse:
        """A tier's model, with the small one in its place in need where the same key is behind both."""
        from chalicelib.services.own_models.providers import read_providers

        assert self.own.tiers is not None
        chosen = self.own.tiers.by_size
        small = chosen["small"] if chosen["small"].key_id == key.id else chosen[tier]
        models: dict[Tier, str] = {"small": small.model, tier: chosen[tier].model}
        kind = read_providers()[key.provider].kind
        named = tuple(sorted(models.items()))
        return KeyUse(self._user_id, key.id, kind, key.base_url, key.secret, named, key.daily_limit)

    def _may_fall_back(self, deadline: Deadline) -> bool:
        wanted = self.own.tiers is not None and self.own.tiers.fallback == "stage"
        return wanted and self._stage.understands and deadline.remaining() > LEAST_SECONDS

    def _note_refused(self, key: ModelKey) -> None:
        """The host is told, and the host's pages say so from now on; where somebody changes the account's models just now, the next
        call notes it."""
        logger.warning("own model's key refused", extra={"event": "own_model_refused", "key_id": key.id})
        now = self._deps.clock.now()
        with suppress(Conflict, Unavailable):
            self._deps.store.put(with_status(self.own, key, now))
            self._deps.tell(self._user_id, Event("model_key_refused", f"{key.id} {now.isoformat()}", now))


def with_status(own: OwnModels, key: ModelKey, now: datetime) -> OwnModels:
    """The same, where a key was refused."""
    refused = replace(key, status="refused", checked_at=now)
    return replace(own, keys=tuple(refused if it.id == key.id else it for it in own.keys))


def _is_about_key(error: ModelRefused) -> bool:
    """Whether a server refuses who asks, and not what is asked."""
    return bool(getattr(error.__cause__, "refuses_key", False))


def _refused(request: Request) -> OwnModelRefused:
    turn = "The facilitator is unavailable: the host has to mend its model; send the same message again later"
    message = turn if request.task == "turn" else "The account's own model refuses its key, or none is chosen"
    return OwnModelRefused(message, REFUSED_SECONDS)
