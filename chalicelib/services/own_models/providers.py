"""The providers of models that hosts may have keys of, and their addresses."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from chalicelib.llm.model_servers import AddressRefused, ModelServers
from chalicelib.model.own_models import ApiKind, ModelKey, ModelProvider
from chalicelib.services.own_models.problems import ModelKeyProblem

_FILE = Path(__file__).with_name("providers.toml")
_METHODS = re.compile(r"/(?:chat/completions|completions|responses|messages|models)/?$")


class ProviderRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider: its name for people, empty where it is known by its address only; its API and own address."""

    title: str
    kind: ApiKind
    base_url: str
    tried: tuple[str, ...]
    needs_key: bool = True


@cache
def read_providers() -> Mapping[ModelProvider, ProviderRow]:
    """All providers, in the order in which they are offered."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), dict[ModelProvider, ProviderRow])


def mend_address(provider: ModelProvider, given: str, servers: ModelServers) -> str:
    """An address as people copy it, made whole: the provider's own where there is none, no method behind it, and for the OpenAI
    dialect `/v1` where it has no path. Raises Invalid for one that may not be asked."""
    row = read_providers()[provider]
    bare = given.strip().rstrip("/")
    if not bare:
        if not row.base_url:
            raise ModelKeyProblem("address", "base_url is required for this provider")
        bare = row.base_url
    if "//" not in bare:
        bare = f"https://{bare}"
    bare = _METHODS.sub("", bare).rstrip("/")
    if row.kind == "anthropic":
        bare = bare.removesuffix("/v1")  # which its client adds
    try:
        if row.kind == "openai" and not urlsplit(bare).path:
            bare += "/v1"
        parts = servers.check(bare)
    except (AddressRefused, ValueError) as error:
        raise ModelKeyProblem("address", f"base_url cannot be used: {error}") from error
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def name_recipient(key: ModelKey) -> str:
    """Who processes what is written, behind this key: the provider by name at its own address, else the server by its host."""
    row = read_providers()[key.provider]
    if row.title and row.base_url.startswith("https://") and key.base_url == row.base_url:
        return row.title
    return urlsplit(key.base_url).hostname or row.title
