"""Records of models of one's own: keys of an account for servers of models, and which model does what."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

ModelSource = Literal["stage", "account"]
ModelProvider = Literal["anthropic", "openai", "google", "ollama", "openai_compatible"]
ApiKind = Literal["anthropic", "openai"]  # the dialects that these providers speak
KeyStatus = Literal["verified", "unverified", "refused", "unreachable"]
Fallback = Literal["none", "stage"]
Size = Literal["small", "medium", "large"]


class SealedSecret(Struct, frozen=True):
    """A secret as it is stored: encrypted with a key of its own, which is encrypted with the key of the operator's."""

    data_key: bytes
    nonce: bytes
    text: bytes


class ModelKey(Struct, frozen=True):
    """Access to a server of models. `secret` is None for a server that wants none; `daily_limit` is in dollars, 0 for no limit.

    `models` are the names of those that it offered when it was last checked, none where it lists none.
    """

    id: str
    provider: ModelProvider
    name: str
    base_url: str
    created_at: datetime
    secret: SealedSecret | None = None
    last4: str | None = None
    status: KeyStatus = "unverified"
    checked_at: datetime | None = None
    models: tuple[str, ...] = ()
    daily_limit: int = 0


class ChosenModel(Struct, frozen=True):
    """One model, behind one of the account's keys."""

    key_id: str
    model: str


class ModelTiers(Struct, frozen=True):
    """Which model does what: small for short answers and notes, medium for conversations, large for summaries. With `fallback`
    stage, the stage's model answers where the account's own does not."""

    small: ChosenModel
    medium: ChosenModel
    large: ChosenModel
    fallback: Fallback = "none"

    @property
    def by_size(self) -> dict[Size, ChosenModel]:
        """The chosen models."""
        return {"small": self.small, "medium": self.medium, "large": self.large}


class OwnModels(Struct, frozen=True):
    """What an account has of its own; `version` counts its changes. What is sent to its models has gone to others since
    `recipients_since`: behind the chosen models were other servers before, or the stage's took over, or did not."""

    user_id: str
    keys: tuple[ModelKey, ...] = ()
    tiers: ModelTiers | None = None
    version: int = 0
    recipients_since: datetime | None = None

    def key(self, key_id: str) -> ModelKey | None:
        """A key by its id."""
        return next((key for key in self.keys if key.id == key_id), None)

    @property
    def used_keys(self) -> tuple[ModelKey, ...]:
        """The keys behind the models that are chosen, each once, that of conversations first."""
        chosen = (self.tiers.medium, self.tiers.large, self.tiers.small) if self.tiers else ()
        return tuple(key for key in (self.key(name) for name in dict.fromkeys(it.key_id for it in chosen)) if key)
