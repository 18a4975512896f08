"""The functions of the application stack: size, time, environment and what wakes each of them, in one table."""

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.store import keys
from infra import queues

Json = dict[str, Any]

REST_API = "RestAPI"
API_STAGE = "live"

WORKER_SECONDS = 120
STREAM_SECONDS = 30
API_SECONDS = 28  # API Gateway gives up after 29

SPENDING = ("GUARDS_TABLE", "DAILY_TOKENS")
MODEL = (
    "LLM_PROVIDER",
    "MODEL_SMALL",
    "MODEL_MEDIUM",
    "MODEL_LARGE",
    "ANTHROPIC_SECRET_ARN",
    "ANTHROPIC_BASE_URL",
    *SPENDING,
)


@dataclass(frozen=True)
class Function:
    """One Lambda function: `logical_id` is what Chalice makes of its name in app.py, `environment` the names it gets."""

    logical_id: str
    memory: int
    timeout: int
    environment: tuple[str, ...]
    event: Json | None = None


def environment_values() -> Json:
    """Every variable a function can get, and where its value comes from."""
    values: Json = {
        "STAGE": {"Ref": "Stage"},
        "LOG_LEVEL": {"Ref": "LogLevel"},
        "POWERTOOLS_SERVICE_NAME": "harmonica",
        "ACCOUNTS_TABLE": {"Ref": "AccountsTableName"},
        "SESSIONS_TABLE": {"Ref": "SessionsTableName"},
        "CONVERSATIONS_TABLE": {"Ref": "ConversationsTableName"},
        "TELEGRAM_TABLE": {"Ref": "TelegramTableName"},
        "GUARDS_TABLE": {"Ref": "GuardsTableName"},
        "DEPLOYMENT_SECRET_ARN": {"Ref": "DeploymentSecretArn"},
        "LLM_PROVIDER": {"Ref": "LlmProvider"},
        "MODEL_SMALL": {"Ref": "ModelSmall"},
        "MODEL_MEDIUM": {"Ref": "ModelMedium"},
        "MODEL_LARGE": {"Ref": "ModelLarge"},
        "ANTHROPIC_SECRET_ARN": {"Ref": "AnthropicSecretArn"},
        "ANTHROPIC_BASE_URL": {"Ref": "AnthropicBaseUrl"},
        "DAILY_TOKENS": {"Ref": "DailyTokens"},
        "MAX_TURNS": {"Ref": "MaxTurns"},
        "HELP_TEXT": {"Ref": "HelpText"},
        "SUPPORT_CONTACT": {"Ref": "SupportContact"},
        "SUMMARY_DELAY": {"Ref": "SummaryDelay"},
        "SUMMARY_INTERVAL": {"Ref": "SummaryInterval"},
        "CARDS_DELAY": {"Ref": "CardsDelay"},
        "TELEGRAM_BOT": {"Ref": "TelegramBot"},
        "PUBLIC_URL": {"Fn::If": ["HasPublicUrl", {"Ref": "PublicUrl"}, {"Fn::Sub": _own_url()}]},
    }
    for queue in queues.ALL:
        values[f"{queue.logical_id.upper()}_QUEUE_URL"] = {"Ref": queue.resource}
        values[f"{queue.logical_id.upper()}_DEAD_LETTERS_URL"] = {"Ref": queue.dead_letters}
    return values


def environment_of(function: Function) -> Json:
    """The variables of one function."""
    values = environment_values()
    names = ("STAGE", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", *function.environment)
    environment = {name: values[name] for name in names}
    if function is API and "PUBLIC_URL" in environment:
        # The API's own URL depends on the API, which depends on this function: where the parameter is empty,
        # the function reads the URL from the request context instead.
        environment["PUBLIC_URL"] = {"Ref": "PublicUrl"}
    return environment


def _own_url() -> str:
    return f"https://${{{REST_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{API_STAGE}"


def _stream(parameter: str, *patterns: Json) -> Json:
    return {
        "Type": "DynamoDB",
        "Properties": {
            "Stream": {"Ref": parameter},
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 25,
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 20,
            "MaximumRecordAgeInSeconds": 3600,
            "DestinationConfig": {
                "OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": [queues.STREAM_FAILURES, "Arn"]}}
            },
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]},
        },
    }


def _queue(queue: queues.Queue, *, batch: int, concurrency: int) -> Json:
    return {
        "Type": "SQS",
        "Properties": {
            "Queue": {"Fn::GetAtt": [queue.resource, "Arn"]},
            "BatchSize": batch,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": concurrency},
        },
    }


SESSION_CHANGED = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {keys.PART: {"S": [keys.SESSION]}}}}
# A filter knows nothing of what was before: every turn changes a tally, and the function drops what no list shows.
TALLY_CHANGED = {"eventName": ["MODIFY"], "dynamodb": {"Keys": {keys.PART: {"S": [{"prefix": keys.TALLIES}]}}}}
SUMMARY_WRITTEN = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {keys.PART: {"S": [keys.SUMMARY]}}}}
PARTICIPANT_SPOKE = {
    "eventName": ["INSERT"],
    "dynamodb": {"Keys": {keys.PART: {"S": [{"prefix": keys.MESSAGES}]}}, "NewImage": {"role": {"S": ["user"]}}},
}

API = Function(
    "APIHandler",
    memory=1024,
    timeout=API_SECONDS,
    environment=(
        "ACCOUNTS_TABLE",
        "SESSIONS_TABLE",
        "CONVERSATIONS_TABLE",
        "TELEGRAM_TABLE",
        "DEPLOYMENT_SECRET_ARN",
        "PUBLIC_URL",
        "DELETIONS_QUEUE_URL",
        "SUMMARIES_QUEUE_URL",
        "SUMMARY_DELAY",
        "SUMMARY_INTERVAL",
        "TELEGRAM_BOT",
        "MAX_TURNS",
        "HELP_TEXT",
        "SUPPORT_CONTACT",
        *MODEL,
    ),
)
SESSIONS_CHANGED = Function(
    "SessionsChanged",
    memory=512,
    timeout=STREAM_SECONDS,
    environment=("PROMPTS_QUEUE_URL", "BRIEFS_QUEUE_URL", "CARDS_QUEUE_URL", "CARDS_DELAY", *SPENDING),
    event=_stream("SessionsStreamArn", SESSION_CHANGED, TALLY_CHANGED, SUMMARY_WRITTEN),
)
CONVERSATIONS_CHANGED = Function(
    "ConversationsChanged",
    memory=512,
    timeout=STREAM_SECONDS,
    environment=("SESSIONS_TABLE", "CONVERSATIONS_TABLE", "SUMMARIES_QUEUE_URL", "SUMMARY_DELAY"),
    event=_stream("ConversationsStreamArn", PARTICIPANT_SPOKE),
)
WRITE_PROMPT = Function(
    "WritePrompt",
    memory=1024,
    timeout=WORKER_SECONDS,
    environment=("SESSIONS_TABLE", "PROMPTS_QUEUE_URL", "PROMPTS_DEAD_LETTERS_URL", *MODEL),
    event=_queue(queues.PROMPTS, batch=1, concurrency=2),
)
WRITE_SUMMARY = Function(
    "WriteSummary",
    memory=1024,
    timeout=WORKER_SECONDS,
    environment=(
        "SESSIONS_TABLE",
        "CONVERSATIONS_TABLE",
        "SUMMARIES_QUEUE_URL",
        "SUMMARIES_DEAD_LETTERS_URL",
        "SUMMARY_DELAY",
        "SUMMARY_INTERVAL",
        *MODEL,
    ),
    event=_queue(queues.SUMMARIES, batch=1, concurrency=2),
)
WRITE_BRIEF = Function(
    "WriteBrief",
    memory=1024,
    timeout=WORKER_SECONDS,
    environment=("SESSIONS_TABLE", "BRIEFS_QUEUE_URL", "BRIEFS_DEAD_LETTERS_URL", "PUBLIC_URL"),
    event=_queue(queues.BRIEFS, batch=5, concurrency=2),
)
UPDATE_CARDS = Function(
    "UpdateCards",
    memory=512,
    timeout=WORKER_SECONDS,
    environment=("SESSIONS_TABLE", "CARDS_QUEUE_URL", "CARDS_DEAD_LETTERS_URL"),
    event=_queue(queues.CARDS, batch=5, concurrency=2),
)
DELETE_DATA = Function(
    "DeleteData",
    memory=512,
    timeout=WORKER_SECONDS,
    environment=("SESSIONS_TABLE", "CONVERSATIONS_TABLE", "DELETIONS_QUEUE_URL", "DELETIONS_DEAD_LETTERS_URL"),
    event=_queue(queues.DELETIONS, batch=1, concurrency=2),
)
SWEEP = Function(
    "Sweep",
    memory=512,
    timeout=WORKER_SECONDS,
    environment=(
        "SESSIONS_TABLE",
        "CONVERSATIONS_TABLE",
        "PROMPTS_QUEUE_URL",
        "BRIEFS_QUEUE_URL",
        "SUMMARIES_QUEUE_URL",
        "SUMMARY_DELAY",
        "DELETIONS_QUEUE_URL",
    ),
)
ALL = (
    API,
    SESSIONS_CHANGED,
    CONVERSATIONS_CHANGED,
    WRITE_PROMPT,
    WRITE_SUMMARY,
    WRITE_BRIEF,
    UPDATE_CARDS,
    DELETE_DATA,
    SWEEP,
)
