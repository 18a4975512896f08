"""Settings: the environment, read once, in one frozen object; one row a setting.

Names come from the outputs of the two stacks (`infra/`), which derive the template's parameters and each function's
environment from these rows. Reading is lazy: packaging imports the application with no environment at all.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any

from msgspec import Struct
from msgspec.structs import fields, replace

from chalicelib.model.jobs import QUEUES

LOCAL_STAGE = "local"  # of an instance on a machine of one's own
DEFAULT_MODELS = {
    "small": "claude-haiku-5-5",
    "medium": "claude-sonnet-5-5",
    "large": "claude-opus-5-5",
}
DEFAULT_MODEL_SERVERS = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}
BEDROCK_SERVER = "bedrock-mantle.{region}.api.aws"
# Providers that have other names, too.
_PROVIDERS = {"offline": "scripted"}


class SettingMissing(RuntimeError):
    """A variable that this function needs is not in its environment."""


def provider_named(name: str) -> str:
    """The provider that this name stands for."""
    return _PROVIDERS.get(name, name)


class Parameter(Struct, frozen=True):
    """A parameter of the deployment: what CloudFormation tells and checks, and what holds where it says nothing."""

    description: str
    limits: Mapping[str, int | str]
    read: Callable[[str], Any]
    default: str | int = ""


def _text(
    description: str = "", *, longest: int = 0, pattern: str = "", read: Callable[[str], str] = str.strip
) -> Parameter:
    limits: dict[str, int | str] = {"MaxLength": longest} if longest else {}
    return Parameter(description, {**limits, "AllowedPattern": pattern} if pattern else limits, read)


def _number(description: str, *, minimum: int = 1, maximum: int) -> Parameter:
    return Parameter(description, {"MinValue": minimum, "MaxValue": maximum}, int)


_DOLLARS = {"minimum": 0, "maximum": 10**6}


class Settings(Struct, frozen=True):
    """What the deployment tells the code. Times are in seconds; a URL is empty where this function does not use it.

    A field is read from the variable of its name in capitals. The queues' addresses go by the queue's name.
    """

    stage: str
    deployment_secret_arn: str
    queue_urls: Mapping[str, str]
    dead_letters_urls: Mapping[str, str]
    exports_bucket: str = ""
    mail_configuration_set: str = ""
    edge_secret_arn: str = ""
    region: str = ""  # where it runs; empty on a machine of one's own, whose local cloud has regions in name only
    public_url: Annotated[
        str,
        _text(
            "Where participants reach the application; empty: the API's own address.", read=lambda url: url.rstrip("/")
        ),
    ] = ""
    llm_provider: Annotated[str, _text(read=provider_named)] = ""
    model_small: Annotated[str, _text()] = DEFAULT_MODELS["small"]
    model_medium: Annotated[str, _text()] = DEFAULT_MODELS["medium"]
    model_large: Annotated[str, _text()] = DEFAULT_MODELS["large"]
    anthropic_secret_arn: Annotated[str, _text("Secret that holds the key of Anthropic's API.")] = ""
    anthropic_base_url: Annotated[
        str, _text("Another server that speaks the Messages API; empty: Anthropic's own.")
    ] = ""
    bedrock_region: Annotated[
        str,
        _text("Region whose Amazon Bedrock answers; empty: the stack's own.", pattern=r"([a-z]{2}(-[a-z]+)+-[0-9])?"),
    ] = ""
    openai_secret_arn: Annotated[str, _text("Secret that holds the key of OpenAI's API.")] = ""
    openai_base_url: Annotated[str, _text("Another server that speaks OpenAI's dialect; empty: OpenAI's own.")] = ""
    daily_budget: Annotated[
        int, _number("Dollars that models may cost on one day (UTC), all sessions together; 0: no limit.", **_DOLLARS)
    ] = 50
    owner_budget: Annotated[
        int, _number("Dollars that the sessions of one owner may cost on one day (UTC); 0: no limit.", **_DOLLARS)
    ] = 30
    session_budget: Annotated[int, _number("Dollars that one session may cost in all; 0: no limit.", **_DOLLARS)] = 100
    own_models_key: Annotated[
        str,
        _text(
            "ARN of a symmetric key of KMS in this region, under which hosts' own keys for models are stored; empty: hosts bring none.",
            pattern=r"(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?",
        ),
    ] = ""
    model_hosts: Annotated[
        str,
        _text(
            "Servers of models that hosts may name although they are private or without TLS: host or host:port, comma-separated.",
            longest=500,
            pattern=r"[A-Za-z0-9.:,\[\] -]*",
        ),
    ] = ""
    max_turns: Annotated[int, _number("Turns of one participant's conversation.", maximum=10_000)] = 200
    joins_per_address: Annotated[
        int, _number("Conversations that may begin from one address within a minute.", maximum=100_000)
    ] = 60
    joins_per_session: Annotated[
        int, _number("Conversations that may begin in one session within a minute.", maximum=100_000)
    ] = 120
    openings_per_session: Annotated[
        int,
        _number("Openings that a model writes in one session within a minute; a script writes more.", maximum=100_000),
    ] = 60
    # All variables of a function together may have 4 KB.
    help_text: Annotated[
        str, _text("Where people in distress find help; the facilitator passes it on.", longest=500)
    ] = ""
    support_contact: Annotated[
        str,
        _text("Whom participants ask for help: an e-mail address, an https link or a few words.", longest=200),
    ] = ""
    summary_delay: Annotated[
        int, _number("Seconds in which many messages of a session make one summary.", maximum=900)
    ] = 10
    summary_interval: Annotated[int, _number("Least seconds between two summaries of a session.", maximum=3600)] = 30
    summary_silence: Annotated[
        int,
        _number("Seconds without a word in a session after which its summary is written anew.", maximum=86_400),
    ] = 600
    cards_delay: Annotated[
        int, _number("Seconds in which many changes of a session reach others' lists at once.", maximum=900)
    ] = 5
    retention_days: Annotated[
        int,
        _number(
            "Days after its end until a session is deleted that does not say so itself; 0: never.",
            minimum=0,
            maximum=3650,
        ),
    ] = 0
    sign_up: Annotated[
        str,
        _text(
            "Who may open an account by signing in: invited (nobody by themselves), open, or domains: and mail domains, "
            "comma-separated.",
            pattern=r"invited|open|domains:[A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*",
        ),
    ] = "invited"
    public_templates: Annotated[
        str,
        _text("Whether hosts find templates of each other's that are public: yes or no.", pattern="yes|no"),
    ] = "no"
    mail_from: Annotated[
        str,
        _text(
            "Verified address of SES that mails come from, without a name; empty: no mail is sent.",
            longest=200,
            pattern=r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)?",
        ),
    ] = ""
    reminder_hour: Annotated[
        int,
        _number(
            "Seconds in which an hour passes that somebody is not yet reminded, to try reminders; the time of day stays.",
            maximum=3600,
        ),
    ] = 3600
    oidc_issuer: Annotated[
        str,
        _text(
            "OpenID provider that hosts may sign in with, by its issuer; empty: none.",
            longest=300,
            pattern=r"(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#]*)?)?",
        ),
    ] = ""
    oidc_client_id: Annotated[str, _text("What that provider calls this application.", longest=300)] = ""
    oidc_secret_arn: Annotated[
        str, _text("Secret that holds the client secret of that provider; empty: a public client.")
    ] = ""
    oidc_name: Annotated[str, _text("What hosts call that provider; empty: its host name.", longest=60)] = ""
    demo_sign_in: Annotated[
        str, _text("Lets everybody in who can open the pages, as the demo host. Only the local launcher sets it.")
    ] = ""
    telegram_bot: Annotated[str, _text("User name of the Telegram bot; empty: there is none.")] = ""
    telegram_secret_arn: Annotated[
        str, _text("Secret that holds the bot's token and the webhook's secret: {bot_token, webhook_secret}.")
    ] = ""
    telegram_api_url: Annotated[
        str, _text("Another server that speaks the Bot API; empty: Telegram's own.", read=lambda url: url.rstrip("/"))
    ] = ""
    reply_delay: Annotated[
        int,
        _number("Seconds in which several messages of one person in Telegram make one turn.", minimum=0, maximum=60),
    ] = 2


def _parameters() -> dict[str, Parameter]:
    rows = {}
    for field in fields(Settings):
        for row in getattr(field.type, "__metadata__", ()):
            rows[field.name] = replace(row, default=field.default)
    return rows


PARAMETERS = _parameters()


@cache
def settings() -> Settings:
    """The settings of this process."""
    named = {name: row.read(os.environ.get(name.upper()) or str(row.default)) for name, row in PARAMETERS.items()}
    stage = os.environ.get("STAGE") or LOCAL_STAGE
    return Settings(
        stage=stage,
        deployment_secret_arn=os.environ.get("DEPLOYMENT_SECRET_ARN", ""),
        exports_bucket=os.environ.get("EXPORTS_BUCKET", ""),
        mail_configuration_set=os.environ.get("MAIL_CONFIGURATION_SET", ""),
        edge_secret_arn=os.environ.get("EDGE_SECRET_ARN", ""),
        region="" if stage == LOCAL_STAGE else os.environ.get("AWS_REGION", ""),
        queue_urls={queue.name: os.environ.get(queue.url_variable, "") for queue in QUEUES},
        dead_letters_urls={queue.name: os.environ.get(queue.dead_letters_variable, "") for queue in QUEUES},
        **named,
    )


def table_name(table: str) -> str:
    """The deployed name of a table, by its name in `keys/`; the plain name where none is set (packaging, unit tests)."""
    return os.environ.get(f"{table.upper()}_TABLE", table)
