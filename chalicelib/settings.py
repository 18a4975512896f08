"""Settings: the environment, read once, in one frozen object; one row a setting.

Names come from the outputs of the two stacks (`infra/`), which derive the template's parameters and each function's
environment from these rows. Reading is lazy: packaging imports the application with no environment at all.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from chalicelib.model.jobs import QUEUES

DEFAULT_MODELS = {"small": "claude-haiku-5-5", "medium": "claude-sonnet-5-5", "large": "claude-opus-5-5"}
DEFAULT_MODEL_SERVER = "https://api.anthropic.com"
DEFAULT_DAILY_TOKENS = 20_000_000
# Providers that have other names, too.
_PROVIDERS = {"offline": "scripted"}


class SettingMissing(RuntimeError):
    """A variable that this function needs is not in its environment."""


def provider_named(name: str) -> str:
    """The provider that this name stands for."""
    return _PROVIDERS.get(name, name)


@dataclass(frozen=True)
class Parameter:
    """A parameter of the deployment: what holds where it says nothing, and what CloudFormation tells and checks."""

    default: str | int
    description: str
    limits: Mapping[str, int]
    read: Callable[[str], Any]


def _text(
    default: str = "", description: str = "", *, longest: int | None = None, read: Callable[[str], str] = str.strip
) -> Any:
    limits = {"MaxLength": longest} if longest else {}
    return field(metadata={"parameter": Parameter(default, description, limits, read)})


def _number(default: int, description: str, *, minimum: int = 1, maximum: int) -> Any:
    limits = {"MinValue": minimum, "MaxValue": maximum}
    return field(metadata={"parameter": Parameter(default, description, limits, int)})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the deployment tells the code. Times are in seconds; a URL is empty where this function does not use it.

    A field is read from the variable of its name in capitals. The queues' addresses go by the queue's name.
    """

    stage: str
    deployment_secret_arn: str
    queue_urls: Mapping[str, str]
    dead_letters_urls: Mapping[str, str]
    public_url: str = _text(
        "", "Where participants reach the application; empty: the API's own address.", read=lambda url: url.rstrip("/")
    )
    llm_provider: str = _text(read=provider_named)
    model_small: str = _text(DEFAULT_MODELS["small"])
    model_medium: str = _text(DEFAULT_MODELS["medium"])
    model_large: str = _text(DEFAULT_MODELS["large"])
    anthropic_secret_arn: str = _text("", "Secret that holds the Anthropic API key.")
    anthropic_base_url: str = _text("", "Another server that speaks the Messages API; empty: Anthropic's own.")
    daily_tokens: int = _number(
        DEFAULT_DAILY_TOKENS,
        "Tokens that the models may read and write on one day (UTC), cached ones included; 0: no limit.",
        minimum=0,
        maximum=10**12,
    )
    max_turns: int = _number(200, "Turns of one participant's conversation.", maximum=10_000)
    # All variables of a function together may have 4 KB.
    help_text: str = _text("", "Where people in distress find help; the facilitator passes it on.", longest=500)
    support_contact: str = _text(
        "", "Whom participants ask for help: an e-mail address, an https link or a few words.", longest=200
    )
    summary_delay: int = _number(10, "Seconds in which many messages of a session make one summary.", maximum=900)
    summary_interval: int = _number(30, "Least seconds between two summaries of a session.", maximum=3600)
    cards_delay: int = _number(
        5, "Seconds in which many changes of a session reach others' lists at once.", maximum=900
    )
    telegram_bot: str = _text("", "User name of the Telegram bot; empty: there is none.")


PARAMETERS: dict[str, Parameter] = {
    row.name: row.metadata["parameter"] for row in fields(Settings) if "parameter" in row.metadata
}


@cache
def settings() -> Settings:
    """The settings of this process."""
    named = {name: row.read(os.environ.get(name.upper()) or str(row.default)) for name, row in PARAMETERS.items()}
    return Settings(
        stage=os.environ.get("STAGE") or "local",
        deployment_secret_arn=os.environ.get("DEPLOYMENT_SECRET_ARN", ""),
        queue_urls={queue.name: os.environ.get(queue.url_variable, "") for queue in QUEUES},
        dead_letters_urls={queue.name: os.environ.get(queue.dead_letters_variable, "") for queue in QUEUES},
        **named,
    )


def table_name(table: str) -> str:
    """The deployed name of a table, by its name in `keys.py`; the plain name where none is set (packaging, unit tests)."""
    return os.environ.get(f"{table.upper()}_TABLE", table)
