"""Ground: the APIs that models are asked through, each imported only where it is used."""

import os
from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from chalicelib.llm.calls import ProvidedModel
from chalicelib.llm.exchange import Provider, sendable_key
from chalicelib.llm.interface import Tier
from chalicelib.llm.model_servers import ModelServers
from chalicelib.settings import DEFAULT_MODELS, SettingMissing, Settings

Kind = Literal["anthropic", "bedrock", "openai"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


def provider(
    kind: Kind,
    *,
    models: Mapping[Tier, str],
    base_url: str = "",
    key: str | Callable[[], str] = "",
    region: str = "",
    servers: ModelServers | None = None,
) -> ProvidedModel:
    """A model of three tiers from plain values: whose API, at which address (its own where empty), with which key.

    A key that is a function is read when it is first needed, and again once it was refused; it may raise SettingMissing or
    Unavailable. Bedrock has a role in a key's place, and a `region`, the process's own where empty. `servers` says which may be asked,
    where an address is not the operator's own word.
    """
    read: Callable[[], str] = key if callable(key) else lambda: key
    return ProvidedModel(
        kind, provider_at(kind, base_url.strip(), read, region, servers), models, is_hosts=servers is not None
    )


def model_from(configured: Settings, read_secret: Callable[[str], str]) -> ProvidedModel:
    """The model that a deployment's settings name. Its key is that of the environment, else that of the secret. Raises SettingMissing
    where no provider is named, or one without models."""
    kind = next((kind for kind in KINDS if kind == configured.llm_provider), None)
    if kind is None:
        raise SettingMissing(f"LLM_PROVIDER must be one of {', '.join(KINDS)}, scripted")
    models: dict[Tier, str] = {
        "small": configured.model_small,
        "medium": configured.model_medium,
        "large": configured.model_large,
    }
    if kind == "openai" and not configured.openai_base_url and set(models.values()) & set(DEFAULT_MODELS.values()):
        raise SettingMissing("LLM_PROVIDER=openai needs MODEL_SMALL, MODEL_MEDIUM and MODEL_LARGE")
    named = {"anthropic": configured.anthropic_base_url, "openai": configured.openai_base_url}
    secrets = {"anthropic": configured.anthropic_secret_arn, "openai": configured.openai_secret_arn}

    def read_key() -> str:
        if key := os.environ.get(f"{kind.upper()}_API_KEY", ""):
            return key
        arn = secrets.get(kind, "")
        return sendable_key(lambda: read_secret(arn)) if arn else ""

    return provider(kind, models=models, base_url=named.get(kind, ""), key=read_key, region=configured.bedrock_region)


def provider_at(
    kind: Kind, base_url: str, read_key: Callable[[], str], region: str = "", servers: ModelServers | None = None
) -> Provider:
    """What asks one API, at this address. Only a check of a key asks it without deadlines and second tries."""
    if kind == "anthropic":
        from chalicelib.llm.providers.anthropic import AnthropicProvider

        return AnthropicProvider(base_url, read_key, servers)
    if kind == "bedrock":
        from chalicelib.llm.providers.bedrock import BedrockProvider

        return BedrockProvider(base_url, region)
    from chalicelib.llm.providers.openai import OpenAIProvider

    return OpenAIProvider(base_url, read_key, servers)
