"""Settings: the environment, read once, in one frozen object.

Names come from the outputs of the two stacks (`infra/`). Reading is lazy: packaging imports the application with no
environment at all.
"""

import os
from dataclasses import dataclass
from functools import cache

# What holds where the deployment says nothing; the parameters of the template have the same defaults.
DEFAULT_MODELS = {"small": "claude-haiku-5-5", "medium": "claude-sonnet-5-5", "large": "claude-opus-5-5"}
DEFAULT_MODEL_SERVER = "https://api.anthropic.com"
DEFAULT_MAX_TURNS = 200
DEFAULT_DAILY_TOKENS = 20_000_000
# Providers that have other names, too.
_PROVIDERS = {"offline": "scripted"}


class SettingMissing(RuntimeError):
    """A variable that this function needs is not in its environment."""


def _get(name: str, default: str | None = None) -> str:
    value = os.environ.get(name) or default
    if value is None:
        raise SettingMissing(f"{name} is not set")
    return value


def provider_named(name: str) -> str:
    """The provider that this name stands for."""
    return _PROVIDERS.get(name, name)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the deployment tells the code. Times are in seconds; URLs are empty where this function does not use them.

    `support_contact` is whom participants ask when a page fails them: an e-mail address, a link or a few words.
    `help_text` is the operator's, for people in distress; empty: there is none. `max_turns` are those of one thread.
    `anthropic_base_url` is the server that speaks the Messages API; empty: Anthropic's own.
    `daily_tokens` is what this stage may spend a day; 0: as much as it takes.
    """

    stage: str
    public_url: str
    deployment_secret_arn: str
    llm_provider: str
    anthropic_secret_arn: str
    anthropic_base_url: str
    model_small: str
    model_medium: str
    model_large: str
    daily_tokens: int
    max_turns: int
    help_text: str
    support_contact: str
    prompts_queue_url: str
    summaries_queue_url: str
    briefs_queue_url: str
    cards_queue_url: str
    deletions_queue_url: str
    prompts_dead_letters_url: str
    summaries_dead_letters_url: str
    briefs_dead_letters_url: str
    cards_dead_letters_url: str
    deletions_dead_letters_url: str
    summary_delay: int
    summary_interval: int
    cards_delay: int
    telegram_bot: str


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings(
        stage=_get("STAGE", "local"),
        public_url=_get("PUBLIC_URL", "").rstrip("/"),
        deployment_secret_arn=_get("DEPLOYMENT_SECRET_ARN", ""),
        llm_provider=provider_named(_get("LLM_PROVIDER", "")),
        anthropic_secret_arn=_get("ANTHROPIC_SECRET_ARN", ""),
        anthropic_base_url=_get("ANTHROPIC_BASE_URL", "").strip(),
        model_small=_get("MODEL_SMALL", DEFAULT_MODELS["small"]),
        model_medium=_get("MODEL_MEDIUM", DEFAULT_MODELS["medium"]),
        model_large=_get("MODEL_LARGE", DEFAULT_MODELS["large"]),
        daily_tokens=int(_get("DAILY_TOKENS", str(DEFAULT_DAILY_TOKENS))),
        max_turns=int(_get("MAX_TURNS", str(DEFAULT_MAX_TURNS))),
        help_text=_get("HELP_TEXT", "").strip(),
        support_contact=_get("SUPPORT_CONTACT", "").strip(),
        prompts_queue_url=_get("PROMPTS_QUEUE_URL", ""),
        summaries_queue_url=_get("SUMMARIES_QUEUE_URL", ""),
        briefs_queue_url=_get("BRIEFS_QUEUE_URL", ""),
        cards_queue_url=_get("CARDS_QUEUE_URL", ""),
        deletions_queue_url=_get("DELETIONS_QUEUE_URL", ""),
        prompts_dead_letters_url=_get("PROMPTS_DEAD_LETTERS_URL", ""),
        summaries_dead_letters_url=_get("SUMMARIES_DEAD_LETTERS_URL", ""),
        briefs_dead_letters_url=_get("BRIEFS_DEAD_LETTERS_URL", ""),
        cards_dead_letters_url=_get("CARDS_DEAD_LETTERS_URL", ""),
        deletions_dead_letters_url=_get("DELETIONS_DEAD_LETTERS_URL", ""),
        summary_delay=int(_get("SUMMARY_DELAY", "10")),
        summary_interval=int(_get("SUMMARY_INTERVAL", "30")),
        cards_delay=int(_get("CARDS_DELAY", "5")),
        telegram_bot=_get("TELEGRAM_BOT", ""),
    )


def table_name(table: str) -> str:
    """The deployed name of a table, by its name in `keys.py`; the plain name where none is set (packaging, unit tests)."""
    return os.environ.get(f"{table.upper()}_TABLE", table)
