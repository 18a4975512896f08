"""Keys for servers of models: added, changed, checked and removed by their host, and the models chosen behind them.

A key is checked before it is stored. What a server refuses for good is not stored, and its words are told; what could not be found
out is stored, and said so. Nothing gives a key away once it is stored: sent to another address it would be.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.llm.key_check import Access, Checked, list_models, try_model
from chalicelib.llm.model_servers import AddressRefused, ModelServers
from chalicelib.model.own_models import (
    ChosenModel,
    Fallback,
    KeyStatus,
    ModelKey,
    ModelProvider,
    ModelTiers,
    OwnModels,
    SealedSecret,
    Size,
)
from chalicelib.services.own_models.problems import ModelKeyProblem
from chalicelib.services.own_models.providers import mend_address, name_recipient, read_providers
from chalicelib.store.own_models import OwnModelStore

MOST_KEYS: Final = 10
LIST_SECONDS: Final = 5.0
CALL_SECONDS: Final = 10.0
_SHOWN: Final = 4  # characters of a key, where it is long enough that they tell nothing
_LONG_KEY: Final = 16


class ModelKeyDeps(Struct, frozen=True):
    """What keys for models work with: `seal` and `open` a secret in a context, `servers` that may be asked."""

    store: OwnModelStore
    seal: Callable[[str, Mapping[str, str]], SealedSecret]
    open: Callable[[SealedSecret, Mapping[str, str]], str]
    servers: ModelServers
    new_id: Callable[[], str]


class NewKey(Struct, frozen=True):
    """A key as its host enters it. Without a `model`, one is tried that the server lists."""

    provider: ModelProvider
    name: str = ""
    base_url: str = ""
    key: str = ""
    model: str = ""
    daily_limit: int = 0


class CheckedKey(Struct, frozen=True):
    """A key as it is stored, and what the server said where it was not content."""

    key: ModelKey
    words: str = ""


def context_of(user_id: str, key_id: str) -> dict[str, str]:
    """What a secret is bound to: it opens in nobody else's place."""
    return {"user_id": user_id, "key_id": key_id}


def add_key(user_id: str, new: NewKey, *, deps: ModelKeyDeps, now: datetime) -> CheckedKey:
    """Check and store a key. Raises Invalid where it is refused, or there are too many."""
    own = deps.store.get(user_id)
    if len(own.keys) >= MOST_KEYS:
        raise ModelKeyProblem("too_many", f"An account has at most {MOST_KEYS} keys: remove one first")
    row, text = read_providers()[new.provider], _checked_text(new.key)
    base_url = mend_address(new.provider, new.base_url, deps.servers)
    if row.needs_key and not text and base_url == row.base_url:
        raise ModelKeyProblem("key_needed", f"key is required for {row.title}")
    key = ModelKey(deps.new_id(), new.provider, new.name or row.title or urlsplit(base_url).netloc, base_url, now)
    found = _check(key, text, new.model, deps, now)
    _require_taken(found)
    key = replace(found.key, daily_limit=new.daily_limit, **_sealed(user_id, key.id, text, deps))
    deps.store.put(replace(own, keys=(*own.keys, key)))
    return CheckedKey(key, found.words)


def edit_key(
    user_id: str,
    key_id: str,
    *,
    name: str | None,
    base_url: str | None,
    key: str | None,
    daily_limit: int | None,
    deps: ModelKeyDeps,
    now: datetime,
) -> CheckedKey:
    """Change what is not None of a key, and check it where it is another one, or elsewhere. Raises NotFound, Invalid."""
    own = deps.store.get(user_id)
    before = _find(own, key_id)
    address = before.base_url if base_url is None else mend_address(before.provider, base_url, deps.servers)
    if address != before.base_url and before.secret and key is None:
        raise ModelKeyProblem("key_again", "key is required with another base_url: the stored one is sent nowhere else")
    after = replace(
        before,
        name=before.name if name is None else name or urlsplit(address).netloc,
        base_url=address,
        daily_limit=before.daily_limit if daily_limit is None else daily_limit,
    )
    found = CheckedKey(after)
    if key is not None or address != before.base_url:
        text = _checked_text(key or "")
        row = read_providers()[after.provider]
        if row.needs_key and not text and address == row.base_url:
            raise ModelKeyProblem("key_needed", f"key is required for {row.title}")
        found = _check(after, text, _model_of(own, key_id), deps, now)
        _require_taken(found)
        found = CheckedKey(replace(found.key, **_sealed(user_id, key_id, text, deps)), found.words)
    _put_changed(own, _with(own, found.key), deps, now)
    return found


def remove_key(user_id: str, key_id: str, *, deps: ModelKeyDeps) -> None:
    """Remove a key. Raises NotFound; Conflict while a chosen model is behind it."""
    own = deps.store.get(user_id)
    _find(own, key_id)
    if any(key.id == key_id for key in own.used_keys):
        raise Conflict("A chosen model is behind this key: choose another one, or none, first")
    deps.store.put(replace(own, keys=tuple(key for key in own.keys if key.id != key_id)))


def check_key(user_id: str, key_id: str, *, model: str = "", deps: ModelKeyDeps, now: datetime) -> CheckedKey:
    """Check a stored key with a model, the chosen one where none is named, and note how it stands. Raises NotFound, Invalid."""
    own = deps.store.get(user_id)
    key = _find(own, key_id)
    found = _check(key, _open(user_id, key, deps), model or _model_of(own, key_id), deps, now)
    deps.store.put(_with(own, found.key))
    return found


def choose_models(
    user_id: str,
    chosen: Mapping[Size, ChosenModel],
    fallback: Fallback,
    *,
    deps: ModelKeyDeps,
    now: datetime,
) -> tuple[OwnModels, str]:
    """Choose a model for each tier, or none for any, after one short call of each with a tool; gives what could not be found out.

    Raises Invalid where a key or a model is refused, or only some tiers have one.
    """
    own = before = deps.store.get(user_id)
    if not chosen:
        return _put_changed(own, replace(own, tiers=None), deps, now), ""
    missing = [size for size in ("small", "medium", "large") if size not in chosen]
    if missing:
        raise ModelKeyProblem("tier_missing", f"{missing[0]} is required: every tier needs a model, or none has one")
    known = {key.id for key in own.keys}
    for size, it in chosen.items():
        if it.key_id not in known:
            raise Invalid(f"{size}.key_id {it.key_id!r} does not exist")
    pairs = list(dict.fromkeys(chosen.values()))
    with ThreadPoolExecutor(len(pairs)) as pool:
        results = dict(
            zip(pairs, pool.map(lambda it: _try(user_id, _find(own, it.key_id), it.model, deps), pairs), strict=True)
        )
    undecided = ""
    for size, it in chosen.items():
        key, result = _find(own, it.key_id), results[it]
        if result.outcome in ("refused", "model_refused"):
            raise ModelKeyProblem(result.outcome, f"{size}: {it.model} cannot be used: {_told(result)}", result.words)
        if result.outcome != "works":
            undecided = f"{it.model}: {result.words or _UNTOLD[result.outcome]}"
        own = _with(own, replace(key, status=_STATUSES[result.outcome], checked_at=now))
    tiers = ModelTiers(chosen["small"], chosen["medium"], chosen["large"], fallback)
    return _put_changed(before, replace(own, tiers=tiers), deps, now), undecided


def _put_changed(before: OwnModels, after: OwnModels, deps: ModelKeyDeps, now: datetime) -> OwnModels:
    """Store a change, and with it when what people write began to go to others: whoever takes part already is told."""
    is_same = _recipients(before) == _recipients(after)
    return deps.store.put(after if is_same else replace(after, recipients_since=now))


def _recipients(own: OwnModels) -> tuple[frozenset[str], Fallback]:
    return frozenset(map(name_recipient, own.used_keys)), own.tiers.fallback if own.tiers else "none"


_UNTOLD: Final = {"undecided": "it did not answer in time, or failed", "unreachable": "its server was not reached"}
_STATUSES: Final[Mapping[str, KeyStatus]] = {
    "works": "verified",
    "refused": "refused",
    "model_refused": "unverified",
    "undecided": "unverified",
    "unreachable": "unreachable",
}


def _check(key: ModelKey, text: str, model: str, deps: ModelKeyDeps, now: datetime) -> CheckedKey:
    """How a key stands: by its list, then by a call of the model, or of one that the server lists. Raises Invalid where a named
    model is refused by a server that takes the key, or the address may not be asked."""
    row = read_providers()[key.provider]
    access = Access(row.kind, key.base_url, text)
    try:
        result = listed = list_models(access, deps.servers, LIST_SECONDS)
        tried = model or next((it for it in row.tried if it in listed.models), "") or next(iter(listed.models), "")
        if listed.outcome in ("works", "model_refused"):
            result = try_model(access, tried, deps.servers, CALL_SECONDS) if tried else Checked("undecided")
    except AddressRefused as error:
        raise ModelKeyProblem("address", f"base_url cannot be used: {error}") from error
    if model and result.outcome == "model_refused":
        raise ModelKeyProblem("model_refused", f"model {model!r} cannot be used: {_told(result)}", result.words)
    models = listed.models or key.models
    return CheckedKey(replace(key, status=_STATUSES[result.outcome], checked_at=now, models=models), result.words)


def _try(user_id: str, key: ModelKey, model: str, deps: ModelKeyDeps) -> Checked:
    access = Access(read_providers()[key.provider].kind, key.base_url, _open(user_id, key, deps))
    try:
        return try_model(access, model, deps.servers, CALL_SECONDS)
    except AddressRefused as error:
        raise ModelKeyProblem("address", f"base_url cannot be used: {error}") from error


def _open(user_id: str, key: ModelKey, deps: ModelKeyDeps) -> str:
    if key.secret is None:
        return ""
    try:
        return deps.open(key.secret, context_of(user_id, key.id))
    except LookupError as error:
        raise ModelKeyProblem("lost", "The stored key cannot be read any more: enter it again") from error


def _told(result: Checked) -> str:
    silent = (
        "it gives no reason"
        if result.outcome == "refused"
        else "it did not call a tool, or gave no answer that can be read"
    )
    return result.words or silent


def _require_taken(found: CheckedKey) -> None:
    if found.key.status == "refused":
        told = found.words or "it gives no reason"
        raise ModelKeyProblem("refused", f"The server refuses this key: {told}", found.words)


def _sealed(user_id: str, key_id: str, text: str, deps: ModelKeyDeps) -> dict[str, SealedSecret | str | None]:
    if not text:
        return {"secret": None, "last4": None}
    last4 = text[-_SHOWN:] if len(text) >= _LONG_KEY else None
    try:
        return {"secret": deps.seal(text, context_of(user_id, key_id)), "last4": last4}
    except LookupError as error:
        raise Unavailable(
            "No key can be stored now: the operator of this server has to look at its key of KMS", 60
        ) from error


def _checked_text(text: str) -> str:
    bare = text.strip()
    if not bare.isascii() or not (bare.isprintable() or not bare) or " " in bare:
        raise ModelKeyProblem("key_form", "key must be one word of ASCII characters")
    return bare


def _find(own: OwnModels, key_id: str) -> ModelKey:
    key = own.key(key_id)
    if key is None:
        raise NotFound("There is no such key")
    return key


def _with(own: OwnModels, key: ModelKey) -> OwnModels:
    return replace(own, keys=tuple(key if it.id == key.id else it for it in own.keys))


def _model_of(own: OwnModels, key_id: str) -> str:
    """The model that is chosen behind a key, the one for conversations first."""
    tiers = own.tiers
    chosen = (tiers.medium, tiers.small, tiers.large) if tiers else ()
    return next((it.model for it in chosen if it.key_id == key_id), "")
