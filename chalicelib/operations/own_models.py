"""Models of one's own: keys for servers of models, and which model does what. Only a signed-in browser may see and change them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.model.own_models import ChosenModel, Fallback, ModelKey, ModelProvider, OwnModels, Size
from chalicelib.operations.fields import Time, Uuid, moment, moment_or_null
from chalicelib.operations.operation import Call, Changes, Done, Input, Nothing, Operation, Output, Repeat
from chalicelib.services.accounts.logins import ProofTooOld, require_fresh

NAME_LIMIT, ADDRESS_LIMIT, KEY_LIMIT, MODEL_LIMIT = 100, 500, 1_000, 200

Provider = Annotated[
    ModelProvider,
    Meta(
        description="Whose model: `ollama` and `openai_compatible` are servers that speak OpenAI's dialect, and need no key.",
        examples=["openai"],
    ),
]
Name = Annotated[str, Meta(max_length=NAME_LIMIT, description="What to call the key.", examples=["Team"])]
Address = Annotated[
    str,
    Meta(
        max_length=ADDRESS_LIMIT,
        description="Where it is asked: https and public, but for servers that the operator has listed. Empty: the provider's own. What "
        "is copied with a method behind it is made whole.",
        examples=["https://api.openai.com/v1"],
    ),
]
Secret = Annotated[
    str,
    Meta(
        max_length=KEY_LIMIT,
        description="The key. It is stored encrypted, and never told again.",
        extra_json_schema={"writeOnly": True},
        examples=["sk-…"],
    ),
]
ModelName = Annotated[
    str, Meta(max_length=MODEL_LIMIT, description="The model's name on its server.", examples=["gpt-5-mini"])
]
DailyLimit = Annotated[
    int,
    Meta(
        ge=0,
        le=1_000_000,
        description="Dollars (by our table of prices) that it may cost on a day (UTC); 0: no limit.",
        examples=[10],
    ),
]
KeyId = Annotated[Uuid, Meta(description="The id of the key.", examples=["0d9c1b2a-3f44-4a8e-8f7e-b1f7a0de2c43"])]
FallbackChoice = Annotated[
    Fallback,
    Meta(
        description="What answers where the account's own model does not: `none`, or the `stage`'s model, which then gets to read what "
        "people write, and is named to them.",
        examples=["none"],
    ),
]


class OwnModelKey(Output):
    """A key for a server of models, without the key itself."""

    id: KeyId
    provider: Provider
    name: Name
    base_url: Address
    last4: Annotated[
        str | None, Meta(description="How the key ends; null without one, and for short ones.", examples=["a7c9"])
    ]
    status: Annotated[
        Literal["verified", "unverified", "refused", "unreachable"],
        Meta(
            description="How it stood when it was last asked: `unverified` where that could not be found out, by a time-out, a limit or a "
            "fault of the server. One that is `refused` is not asked again until it is mended or checked.",
            examples=["verified"],
        ),
    ]
    checked_at: Annotated[Time | None, Meta(description="When that was.")]
    models: Annotated[
        list[str],
        Meta(description="The models that the server lists; empty where it lists none.", examples=[["gpt-5-mini"]]),
    ]
    daily_limit: DailyLimit
    created_at: Annotated[Time, Meta(description="When it was added.")]


class CheckedModelKey(OwnModelKey):
    """A key that was just checked."""

    detail: Annotated[
        str | None,
        Meta(description="What the server said where it was not content, without the key.", examples=[None]),
    ]


class ModelKeyList(Output):
    """The account's keys for servers of models."""

    data: Annotated[list[OwnModelKey], Meta(description="The keys, the oldest first.")]


class OfferedModel(Output):
    """A model that one of the keys offers."""

    key_id: KeyId
    provider: Provider
    name: Annotated[str, Meta(description="What the key is called.", examples=["Team"])]
    model: ModelName


class OfferedModels(Output):
    """What the account's keys offer, as their servers list it."""

    data: Annotated[list[OfferedModel], Meta(description="The models, key by key.")]


class TierModel(Output):
    """The model of a tier."""

    key_id: KeyId
    model: ModelName


class Tiers(Output):
    """Which model does what."""

    small: Annotated[TierModel | None, Meta(description="For short answers and notes.")]
    medium: Annotated[TierModel | None, Meta(description="For conversations.")]
    large: Annotated[TierModel | None, Meta(description="For summaries.")]
    fallback: FallbackChoice
    detail: Annotated[
        str | None,
        Meta(description="What could not be found out about a model that was just chosen.", examples=[None]),
    ]


class AddModelKey(Input):
    """A key to be added."""

    provider: Provider
    name: Name = ""
    base_url: Address = ""
    key: Secret = ""
    model: Annotated[ModelName, Meta(description="The model to check it with; empty: one that the server lists.")] = ""
    daily_limit: DailyLimit = 0


class ModelKeyInput(Input):
    """Names a key."""

    key_id: KeyId


class EditModelKey(ModelKeyInput, Changes):
    """What is to change of a key; what is absent stays. With another address the key has to be sent again."""

    name: Name | UnsetType = UNSET
    base_url: Address | UnsetType = UNSET
    key: Secret | UnsetType = UNSET
    daily_limit: DailyLimit | UnsetType = UNSET


class CheckModelKey(ModelKeyInput):
    """A key to be checked."""

    model: Annotated[
        ModelName,
        Meta(description="The model to check it with; empty: one that is chosen, else one that the server lists."),
    ] = ""


class NamedModel(Input):
    """A model behind one of the account's keys."""

    key_id: KeyId
    model: Annotated[
        str, Meta(min_length=1, max_length=MODEL_LIMIT, description="The model's name.", examples=["gpt-5-mini"])
    ]


class ChooseModels(Input):
    """The models of all three tiers, or none at all."""

    small: Annotated[NamedModel, Meta(description="For short answers and notes.")] | None = None
    medium: Annotated[NamedModel, Meta(description="For conversations.")] | None = None
    large: Annotated[NamedModel, Meta(description="For summaries.")] | None = None
    fallback: FallbackChoice = "none"


def require_own_models(user_id: str) -> None:
    """Raises Invalid where an account has no model for each tier."""
    if not container.has_own_models() or container.own_models().get(user_id).tiers is None:
        raise Invalid("models cannot be account: no models are chosen in the account of the session's owner")


def list_model_keys(call: Call, _: Nothing) -> ModelKeyList:
    """The account's keys for servers of models, without the keys themselves. It takes a signed-in browser."""
    return ModelKeyList([OwnModelKey(**_shown(key)) for key in _own(call).keys])


def add_model_key(call: Call, given: AddModelKey) -> Done:
    """Add a key for a server of models, after a check: its list of models, then one short call with a tool.

    A key that the server refuses is not stored: 400, with the server's words. Where that could not be found out it is stored, as
    `unverified` or `unreachable`. It takes a browser that signed in within the last ten minutes.
    """
    from chalicelib.services.own_models.keys import NewKey, add_key

    user_id = _require_fresh(call)
    new = NewKey(given.provider, given.name, given.base_url, given.key, given.model, given.daily_limit)
    found = add_key(user_id, new, deps=container.model_key_deps(), now=call.now)
    return Done(CheckedModelKey(**_shown(found.key), detail=found.words or None), {"key_id": found.key.id})


def edit_model_key(call: Call, given: EditModelKey) -> CheckedModelKey:
    """Change a key's name, limit, address or the key itself; of the last two, another one is checked first, as when it is added.

    It takes a browser that signed in within the last ten minutes.
    """
    from chalicelib.services.own_models.keys import edit_key

    user_id = _require_fresh(call)
    changed: dict[str, Any] = {
        name: None if (value := getattr(given, name)) is UNSET else value
        for name in ("name", "base_url", "key", "daily_limit")
    }
    found = edit_key(user_id, given.key_id, **changed, deps=container.model_key_deps(), now=call.now)
    return CheckedModelKey(**_shown(found.key), detail=found.words or None)


def remove_model_key(call: Call, given: ModelKeyInput) -> None:
    """Remove a key for good; 409 while a chosen model is behind it. It takes a browser that signed in within the last ten minutes."""
    from chalicelib.services.own_models.keys import remove_key

    remove_key(_require_fresh(call), given.key_id, deps=container.model_key_deps())


def check_model_key(call: Call, given: CheckModelKey) -> CheckedModelKey:
    """Check a stored key anew, and note how it stands. It takes a browser that signed in within the last ten minutes."""
    from chalicelib.services.own_models.keys import check_key

    user_id = _require_fresh(call)
    found = check_key(user_id, given.key_id, model=given.model, deps=container.model_key_deps(), now=call.now)
    return CheckedModelKey(**_shown(found.key), detail=found.words or None)


def list_offered_models(call: Call, _: Nothing) -> OfferedModels:
    """What the account's keys offer. It takes a signed-in browser."""
    own = _own(call)
    return OfferedModels(
        [OfferedModel(key.id, key.provider, key.name, model) for key in own.keys for model in key.models]
    )


def get_model_tiers(call: Call, _: Nothing) -> Tiers:
    """Which model does what in sessions with `models: account`. It takes a signed-in browser."""
    return _tiers(_own(call))


def choose_model_tiers(call: Call, given: ChooseModels) -> Tiers:
    """Choose a model for each tier, after one short call of each with a tool; new sessions then have the account's models.

    400 where a server refuses its key or model. With none at all, sessions of `models: account` have no facilitator until there are
    some again. It takes a browser that signed in within the last ten minutes.
    """
    from chalicelib.services.own_models.keys import choose_models

    user_id = _require_fresh(call)
    named: dict[Size, NamedModel | None] = {"small": given.small, "medium": given.medium, "large": given.large}
    chosen = {size: ChosenModel(it.key_id, it.model) for size, it in named.items() if it is not None}
    own, detail = choose_models(user_id, chosen, given.fallback, deps=container.model_key_deps(), now=call.now)
    return _tiers(own, detail)


def _own(call: Call) -> OwnModels:
    user_id = call.principal.require_login().user_id
    _require_offered()
    return container.own_models().get(user_id)


def _require_fresh(call: Call) -> str:
    login = call.principal.require_login()
    _require_offered()
    require_fresh(login, call.now)
    return login.user_id


def _require_offered() -> None:
    if not container.has_own_models():
        raise NotFound("The operator of this server has not switched models of one's own on")


def _shown(key: ModelKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "provider": key.provider,
        "name": key.name,
        "base_url": key.base_url,
        "last4": key.last4,
        "status": key.status,
        "checked_at": moment_or_null(key.checked_at),
        "models": list(key.models),
        "daily_limit": key.daily_limit,
        "created_at": moment(key.created_at),
    }


def _tiers(own: OwnModels, detail: str = "") -> Tiers:
    if own.tiers is None:
        return Tiers(None, None, None, "none", detail or None)
    shown = {size: TierModel(it.key_id, it.model) for size, it in own.tiers.by_size.items()}
    return Tiers(**shown, fallback=own.tiers.fallback, detail=detail or None)


def _again(call: Call, kept: dict[str, Any]) -> CheckedModelKey:
    key = _own(call).key(kept["key_id"])
    if key is None:
        raise NotFound("The key was removed since")
    return CheckedModelKey(**_shown(key), detail=None)


OPERATIONS = (
    Operation(list_model_keys, "user", Nothing, ModelKeyList, settled=False),
    Operation(
        add_model_key,
        "user",
        AddModelKey,
        CheckedModelKey,
        again=Repeat(_again),
        creates=True,
        fails=(ProofTooOld, Conflict, Unavailable),
    ),
    Operation(edit_model_key, "user", EditModelKey, CheckedModelKey, fails=(ProofTooOld, Conflict, Unavailable)),
    Operation(remove_model_key, "user", ModelKeyInput, fails=(ProofTooOld, Conflict)),
    Operation(
        check_model_key,
        "user",
        CheckModelKey,
        CheckedModelKey,
        again=Repeat.never("How a key stands is another answer every time: check it without this Idempotency-Key"),
        fails=(ProofTooOld, Conflict, Unavailable),
    ),
    Operation(list_offered_models, "user", Nothing, OfferedModels, settled=False),
    Operation(get_model_tiers, "user", Nothing, Tiers, settled=False),
    Operation(choose_model_tiers, "user", ChooseModels, Tiers, fails=(ProofTooOld, Conflict, Unavailable)),
)
