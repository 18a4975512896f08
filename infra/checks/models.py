"""Whether the models answer: the secret behind them, and one short call of each tier by the adapter that the functions use."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, get_args

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import SCRIPTED, Block, ChatMessage, Model, ModelRefused, ModelUnavailable, Request, Tier
from chalicelib.settings import DEFAULT_MODELS, SettingMissing
from infra.checks import Finding, fault, warning, well
from infra.checks.secrets import Secret, check_secret, look_at_bot, look_at_key
from infra.checks.stage import Stage

CALL_SECONDS: Final = 60.0
MOST_TOKENS: Final = 1_000  # room for what a model thinks before it answers; what it does not use costs nothing

# What a secret's text should be like, by the setting that names it.
_LOOKS: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "anthropic_secret_arn": ("an API key of Anthropic", look_at_key("api_key", "sk-ant-")),
    "oidc_secret_arn": ("a client secret", look_at_key("client_secret")),
    "telegram_secret_arn": ("a bot's token and a webhook's secret", look_at_bot),
}
_KEY: Final = ("a key", look_at_key("api_key"))


def check_secrets(stage: Stage) -> Iterator[Finding]:
    """Yields what is to be said of each secret that a setting names."""
    named = [name for name in stage.parameters if name.endswith("SecretArn") and name != "DeploymentSecretArn"]
    for parameter in named:
        setting = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in parameter).removeprefix(
            "_"
        )
        if address := stage.setting(setting):
            own_key = stage.parameters.get("KmsKeyArn", "")
            is_others = setting == "anthropic_secret_arn" and stage.setting(
                "anthropic_base_url"
            )  # whose keys begin otherwise
            looks = _KEY if is_others else _LOOKS.get(setting, _KEY)
            secret = Secret(setting.upper(), address, *looks, own_key)
            yield from check_secret(stage.session, stage.account, secret)


def check_models(stage: Stage) -> Iterator[Finding]:
    """Yields whether each tier answers, asked as the functions ask it."""
    if not stage.setting("llm_provider"):
        yield fault("No model is chosen: deploy with LLM_PROVIDER=…")
        return
    if stage.setting("llm_provider") == SCRIPTED:
        yield warning(
            "A script answers, and no model: it asks its questions one after the other, and lists and counts answers"
        )
        return
    from chalicelib import container

    try:
        model = adapter_of(container.model())
    except SettingMissing as error:
        yield fault(str(error))
        return
    for tier in get_args(Tier):
        try:
            name = stage.setting(f"model_{tier}") or DEFAULT_MODELS[tier]
            yield _answer(model, tier, name, is_bedrock=stage.setting("llm_provider") == "bedrock")
        except SettingMissing as error:
            yield _without_key(stage, error)
            return


def _without_key(stage: Stage, error: SettingMissing) -> Finding:
    if stage.is_local:
        return warning("No model was asked: its key is in the environment of `make run` alone")
    return fault(f"No model can be asked, for there is no key: {error}")


def adapter_of(model: Model) -> Model:
    """The stage's model behind its budget: a check is paid by nobody's session, and there may be no table yet."""
    from chalicelib.services.usage.budget import BudgetedModel
    from chalicelib.services.usage.model_choice import ModelOfSessions

    if isinstance(model, ModelOfSessions):  # where hosts may bring their own
        model = model.stage
    return model.model if isinstance(model, BudgetedModel) else model


def _answer(model: Model, tier: Tier, name: str, *, is_bedrock: bool) -> Finding:
    """Whether a tier answers. Raises SettingMissing where there is no key to ask it with.

    Bedrock has the rights of whoever asks in a key's place, which here are the operator's: of those of the functions it says nothing.
    """
    asked = (ChatMessage("user", (Block("Answer with one word: ready"),)),)
    request = Request("digest", tier, (Block("You are being tested for whether you answer."),), asked, MOST_TOKENS)
    clock = Clock()
    began = clock.now()
    try:
        reply = model.complete(request, Deadline(clock, began.timestamp() + CALL_SECONDS))
    except ModelUnavailable as error:
        missing = [cause for cause in _causes(error) if isinstance(cause, SettingMissing)]
        if missing:
            raise missing[0] from error
        if is_bedrock and _status_of(error) in (401, 403):
            return warning(
                f"The {tier} model, {name}: Bedrock does not let you ask it{_words_of(error)}. You need bedrock-mantle:CreateInference for "
                "this check; the functions have it in their own roles, so `make smoke` tells whether it answers them"
            )
        return fault(f"The {tier} model, {name}: {_why(error)}")
    except Unavailable as error:
        return fault(f"The {tier} model, {name}: {error.message}")
    seconds = (clock.now() - began).total_seconds()
    return well(
        f"The {tier} model answers as {reply.model} in {seconds:.1f} s, for {reply.usage.cost / 1e6:.4f} dollars"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What an error was raised from, and what that was raised from, down to the provider's own."""
    while error.__cause__:
        error = error.__cause__
        yield error


def _why(error: ModelUnavailable) -> str:
    """What keeps it from answering, and what to do about it."""
    status, said = _status_of(error), _words_of(error)
    if status == 401:
        return "the key is refused: make a new one, and put it into the secret"
    if status == 403:
        return f"this key may not ask it{said}: have access to this model switched on"
    if status == 404:
        return f"there is no model of this name at that server, or it is not switched on for this account{said}"
    if status == 429:
        return f"too many requests or tokens for what this account may use{said}: ask for higher limits, or try again later"
    if status == 402 or "credit" in said.lower():
        return f"the account has no money left{said}"
    if isinstance(error, ModelRefused):
        return f"the request is refused{said}"
    return f"no answer within {CALL_SECONDS:.0f} seconds, or none of use{said}"


def _status_of(error: ModelUnavailable) -> int | None:
    told = (getattr(cause, name, None) for cause in _causes(error) for name in ("status_code", "status"))
    return next((it for it in told if isinstance(it, int)), None)


def _words_of(error: ModelUnavailable) -> str:
    causes = list(_causes(error))
    return f" ({_said(causes[-1])})" if causes else ""


def _said(cause: BaseException) -> str:
    """What the server says, in one line."""
    return " ".join(str(getattr(cause, "message", "") or type(cause).__name__).split())[:300]
