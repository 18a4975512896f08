"""Models of a host's own: keys for servers of models, and which model does what. A key that is entered is never shown again."""

from contextlib import suppress
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, Invalid, NotFound, Unavailable
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model.own_models import ModelProvider, OwnModels, Size
from chalicelib.operations.operation import Nothing
from chalicelib.operations.own_models import (
    ADDRESS_LIMIT,
    KEY_LIMIT,
    MODEL_LIMIT,
    NAME_LIMIT,
    AddModelKey,
    CheckModelKey,
    ChooseModels,
    EditModelKey,
    ModelKeyInput,
    NamedModel,
    OwnModelKey,
    Tiers,
    add_model_key,
    check_model_key,
    choose_model_tiers,
    edit_model_key,
    get_model_tiers,
    list_model_keys,
    remove_model_key,
)
from chalicelib.services.accounts.logins import ProofTooOld
from chalicelib.services.own_models.problems import ModelKeyProblem
from chalicelib.services.own_models.providers import read_providers
from chalicelib.settings import settings
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import Texts, format_time_with_zone

PAGE = "/account/models"
SIZES: tuple[Size, ...] = get_args(Size)
DONE = ("added", "changed", "checked", "removed", "chosen", "cleared")
_KEPT = (
    "provider",
    "name",
    "base_url",
    "daily_limit",
    "fallback",
    *(f"{it}_{what}" for it in SIZES for what in ("key", "model")),
)


class ShownModelKey(Struct, frozen=True):
    """A key as its page shows it."""

    id: str
    name: str
    provider: str
    base_url: str
    last4: str | None
    stands: str
    is_refused: bool
    daily_limit: int


class ShownTier(Struct, frozen=True):
    """A tier as its page shows it: what it is for, the key behind its model, and the model."""

    size: str
    label: str
    key_id: str
    model: str


class Problem(Struct, frozen=True):
    """Why nothing was saved, and what the server said."""

    told: str
    words: str = ""


def show_models(
    host: HostRequest, form: Form | None = None, problem: Problem | None = None, status: int = 200
) -> Response:
    """Returns the keys and the chosen models. Raises NotFound where the operator has not switched them on."""
    texts, query = locale_for(host.request).texts, host.request.query_params or {}
    keys: list[OwnModelKey] = host.perform(list_model_keys, Nothing()).data
    tiers: Tiers = host.perform(get_model_tiers, Nothing())
    entered = {name: (form or {}).get(name, "") for name in _KEPT}
    done = query.get("done", "")
    values: dict[str, Any] = {
        "keys": [_shown(key, host.zone, texts) for key in keys],
        "providers": [(name, row.title or texts("models_other")) for name, row in read_providers().items()],
        "tiers": [_tier(size, tiers, entered, texts) for size in SIZES],
        "is_chosen": tiers.medium is not None,
        "falls_back": entered["fallback"] if form else tiers.fallback == "stage",
        "may_fall_back": settings().llm_provider != SCRIPTED,
        "offered": list(dict.fromkeys(model for key in keys for model in key.models)),
        "entered": entered,
        "problem": problem,
        "must_sign_in": status == ProofTooOld.status,
        "news": texts(f"models_done_{done}") if done in DONE and problem is None else "",
        "limits": {"name": NAME_LIMIT, "address": ADDRESS_LIMIT, "key": KEY_LIMIT, "model": MODEL_LIMIT},
        "page": f"{root(host.request)}{PAGE}",
    }
    return render_host_page(host.request, "own_models.html", status, host=host, **values)


def receive_models(host: HostRequest) -> Response:
    """Adds, changes, checks or removes a key, or chooses models."""
    form = host.form()
    try:
        done = _do(host, form)
    except ProofTooOld as error:
        return _refuse(host, form, "models_fresh", error)
    except ModelKeyProblem as error:
        return _refuse(host, form, f"models_no_{error.reason}", error, error.words)
    except Conflict as error:
        return _refuse(host, form, "models_no_in_use" if "remove" in form else "models_no_meanwhile", error)
    except Invalid as error:
        return _refuse(host, form, "models_no_entry", error)
    return see_other(f"{root(host.request)}{PAGE}?{urlencode({'done': done})}")


def _refuse(host: HostRequest, form: Form, key: str, error: HarmonicaError, words: str = "") -> Response:
    texts = locale_for(host.request).texts
    return show_models(host, form, Problem(texts(key), words), error.status)


def _do(host: HostRequest, form: Form) -> str:
    """Does what was asked for; returns the name of the text that says so."""
    if key_id := form.get("remove"):
        with suppress(NotFound):  # it is gone already: the button was pressed twice
            host.perform(remove_model_key, ModelKeyInput(key_id=key_id))
        return "removed"
    if key_id := form.get("check"):
        host.perform(check_model_key, CheckModelKey(key_id=key_id))
        return "checked"
    if key_id := form.get("change"):
        host.perform(edit_model_key, _changes(key_id, form))
        return "changed"
    if "clear" in form:
        host.perform(choose_model_tiers, ChooseModels())
        return "cleared"
    if "choose" in form:
        host.perform(choose_model_tiers, _choice(form))
        return "chosen"
    host.perform(add_model_key, _new(form))
    return "added"


def _new(form: Form) -> AddModelKey:
    named = form.get("provider", "")
    provider = next((it for it in get_args(ModelProvider) if it == named), None)
    if provider is None:
        raise Invalid("provider is required")
    return AddModelKey(
        provider=provider,
        name=form.get("name", "").strip(),
        base_url=form.get("base_url", "").strip(),
        key=form.get("key", "").strip(),
        daily_limit=_dollars(form),
    )


def _changes(key_id: str, form: Form) -> EditModelKey:
    key = form.get("key", "").strip()
    return EditModelKey(
        key_id=key_id,
        name=form.get("name", "").strip(),
        base_url=form.get("base_url", "").strip(),
        key=key or UNSET,
        daily_limit=_dollars(form),
    )


def _choice(form: Form) -> ChooseModels:
    chosen = {}
    for size in SIZES:
        key_id, model = form.get(f"{size}_key", ""), form.get(f"{size}_model", "").strip()
        if not key_id or not model:
            raise ModelKeyProblem("tier_missing", f"{size} is required")
        chosen[size] = NamedModel(key_id=key_id, model=model)
    return ChooseModels(**chosen, fallback="stage" if form.get("fallback") else "none")


def _dollars(form: Form) -> int:
    """Returns the limit that was entered. Raises Invalid for what is no whole number."""
    text = form.get("daily_limit", "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise Invalid("daily_limit must be a whole number")
    return int(text)


def _shown(key: OwnModelKey, zone: str, texts: Texts) -> ShownModelKey:
    checked = ""
    if key.checked_at:
        at = format_time_with_zone(datetime.fromisoformat(key.checked_at), zone, texts)
        checked = f" · {texts('models_checked', time=at)}"
    return ShownModelKey(
        key.id,
        key.name,
        key.provider,
        key.base_url,
        key.last4,
        texts(f"models_is_{key.status}") + checked,
        key.status == "refused",
        key.daily_limit,
    )


def _tier(size: Size, tiers: Tiers, entered: Form, texts: Texts) -> ShownTier:
    stored = getattr(tiers, size)
    key_id = entered[f"{size}_key"] or (stored.key_id if stored else "")
    model = entered[f"{size}_model"] or (stored.model if stored else "")
    return ShownTier(size, texts(f"models_{size}"), key_id, model)


def is_silent(user_id: str) -> bool:
    """Says whether nobody answers with this account's own models: a chosen one's key is refused, or none is chosen."""
    own = _read(user_id)
    return own is not None and (own.tiers is None or _is_refused(own))


def has_refused_key(user_id: str) -> bool:
    """Says whether a key is refused that a chosen model of this account needs."""
    own = _read(user_id)
    return own is not None and _is_refused(own)


def _is_refused(own: OwnModels) -> bool:
    return any(key.status == "refused" for key in own.used_keys)


def _read(user_id: str) -> OwnModels | None:
    """Returns what an account has; None where the table does not answer: no page fails for what it would only add."""
    try:
        return container.own_models().get(user_id)
    except Unavailable:
        return None
