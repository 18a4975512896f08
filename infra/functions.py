"""The functions of the application stack, one row each: size, time, what it reads, asks for and is woken by.

Its environment follows from the row here, its role in `policies.py`.
"""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from chalicelib.model.jobs import (
    BOUNCES,
    BRIEFS,
    CARDS,
    DELETIONS,
    DELIVERIES,
    EXPORTS,
    MAILS,
    PROMPTS,
    REPLIES,
    SUMMARIES,
    UPDATES,
    Queue,
)
from chalicelib.settings import PARAMETERS
from chalicelib.store import due_kinds, keys
from infra import mail_events, queues
from infra.parameters import JOBS_AT_ONCE, parameter_of

Json = dict[str, Any]

REST_API = "RestAPI"
API_STAGE = "live"

WORKER_SECONDS = 120
SHORT_WORKER_SECONDS = (
    30  # where a job is a few reads and writes: a message whose worker was lost waits six times as long
)
CLOCK_SECONDS = 55  # it comes each minute, and is done before the next one
UPDATE_SECONDS = (
    40  # an update asks no model, and what its chat sends behind it waits six times as long for a lost worker
)
STREAM_SECONDS = 30
VISIBILITY_TIMES = 6  # the worker's timeout, as Lambda asks, so that no message runs twice at once
API_SECONDS = 28  # API Gateway gives up after 29

TABLES = ("Accounts", "Sessions", "Conversations", "Telegram", "Guards")
KEY_ITEM = ("GetItem", "UpdateItem")
OWN_MODEL_ITEMS = ("GetItem", "PutItem")  # a call that is refused is noted
CHAT_ITEMS = ("GetItem", "Query", "UpdateItem")
ITEMS = ("BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem", "Query", "UpdateItem")

OWN_MODELS = ("own_models_key", "model_hosts")
MODEL = (
    "llm_provider",
    "model_small",
    "model_medium",
    "model_large",
    "anthropic_secret_arn",
    "anthropic_base_url",
    "bedrock_region",
    "openai_secret_arn",
    "openai_base_url",
    "daily_budget",
    "owner_budget",
    "session_budget",
    *OWN_MODELS,
)
BOT = ("telegram_bot", "telegram_secret_arn", "telegram_api_url")


class Stream(Struct, frozen=True):
    """The changes of a table that wake a function."""

    parameter: str
    patterns: tuple[Json, ...]


class Function(Struct, frozen=True):
    """One Lambda function: `logical_id` is what Chalice makes of its name in app.py.

    `tables` are those it works on, with the operations; `indexes` those it queries, `settings` those it reads; `files` are its
    operations on exports.
    """

    logical_id: str
    memory: int
    timeout: int
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    indexes: tuple[tuple[str, str], ...] = ()
    settings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sends_to: tuple[Queue, ...] = ()
    works_off: Queue | None = None
    follows: Stream | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables, but for those that all have."""
        own = self.works_off
        names = [
            *(f"{table.upper()}_TABLE" for table in self.tables),
            *(name.upper() for name in self.settings),
            *(["EXPORTS_BUCKET"] if self.files else []),
            *(["MAIL_CONFIGURATION_SET"] if own and "mail_from" in self.settings else []),
            *(queue.url_variable for queue in self.sends_to),
            *(queue.delay.upper() for queue in self.sends_to if queue.delay),
            *((own.url_variable, own.dead_letters_variable) if own else ()),
        ]
        return tuple(dict.fromkeys(names))


def environment_values() -> Json:
    """Every variable a function can get, and where its value comes from."""
    return {
        "STAGE": {"Ref": "Stage"},
        "LOG_LEVEL": {"Ref": "LogLevel"},
        "POWERTOOLS_SERVICE_NAME": "harmonica",
        **{f"{table.upper()}_TABLE": {"Ref": f"{table}TableName"} for table in TABLES},
        "DEPLOYMENT_SECRET_ARN": {"Ref": "DeploymentSecretArn"},
        "EXPORTS_BUCKET": {"Ref": "ExportsBucketName"},
        "MAIL_CONFIGURATION_SET": mail_events.name_of_set(),
        **{name.upper(): {"Ref": parameter_of(name)} for name in PARAMETERS},
        "PUBLIC_URL": {"Fn::If": ["HasPublicUrl", {"Ref": "PublicUrl"}, {"Fn::Sub": _own_url()}]},
        **{variable: {"Ref": logical_id} for variable, logical_id in queues.addresses().items()},
    }


def environment_of(function: Function) -> Json:
    """The variables of one function."""
    values = environment_values()
    names = ("STAGE", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", *function.variables)
    environment = {name: values[name] for name in names}
    if function is API and "PUBLIC_URL" in environment:
        # The API's own URL depends on the API, which depends on this function: where the parameter is empty,
        # the function reads the URL from the request context instead.
        environment["PUBLIC_URL"] = {"Ref": "PublicUrl"}
    return environment


def event_of(function: Function) -> Json | None:
    """What wakes a function, where that is a queue or a stream."""
    if function.works_off:
        return _queue_event(function.works_off)
    return _stream_event(function.follows) if function.follows else None


def _own_url() -> str:
    return f"https://${{{REST_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{API_STAGE}"


def _stream_event(stream: Stream) -> Json:
    return {
        "Type": "DynamoDB",
        "Properties": {
            "Stream": {"Ref": stream.parameter},
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 25,
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 20,
            "MaximumRecordAgeInSeconds": 3600,
            "DestinationConfig": {
                "OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": [queues.STREAM_FAILURES, "Arn"]}}
            },
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in stream.patterns]},
        },
    }


def _queue_event(queue: Queue) -> Json:
    return {
        "Type": "SQS",
        "Properties": {
            "Queue": {"Fn::GetAtt": [queues.resource_of(queue), "Arn"]},
            "BatchSize": queue.batch,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": {"Ref": JOBS_AT_ONCE}},
        },
    }


SESSION_CHANGED = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {keys.PART: {"S": [keys.SESSION]}}}}
# A filter knows nothing of what was before: every turn changes a tally, and the function drops what no list shows.
TALLY_CHANGED = {"eventName": ["MODIFY"], "dynamodb": {"Keys": {keys.PART: {"S": [{"prefix": keys.TALLIES}]}}}}
WORK_WANTED = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"Keys": {keys.PART: {"S": [keys.CONTEXT, keys.ANNOUNCING]}}},
}
SUMMARY_WRITTEN = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {keys.PART: {"S": [keys.SUMMARY]}}}}
PARTICIPANT_SPOKE = {
    "eventName": ["INSERT"],
    "dynamodb": {"Keys": {keys.PART: {"S": [{"prefix": keys.MESSAGES}]}}, "NewImage": {"role": {"S": ["user"]}}},
}

API = Function(
    "APIHandler",
    memory=1024,
    timeout=API_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "DeleteItem", *KEY_ITEM, "PutItem"),
        "Sessions": (*ITEMS, "DeleteItem"),
        "Conversations": (*ITEMS, "DeleteItem"),
        "Telegram": ("BatchGetItem", "DeleteItem", "Query", "UpdateItem"),
        "Guards": (*KEY_ITEM, "ConditionCheckItem", "DeleteItem", "PutItem"),
    },
    indexes=(("Accounts", keys.BY_USER), ("Sessions", keys.BY_MEMBER), ("Sessions", keys.PUBLIC_FEED)),
    settings=(
        "deployment_secret_arn",
        "public_url",
        "summary_interval",
        "retention_days",
        "telegram_bot",
        "telegram_secret_arn",
        "max_turns",
        "joins_per_address",
        "joins_per_session",
        "openings_per_session",
        "help_text",
        "support_contact",
        "sign_up",
        "mail_from",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_secret_arn",
        "oidc_name",
        "demo_sign_in",
        *MODEL,
    ),
    files=("GetObject", "DeleteObject"),  # links are signed with its rights
    sends_to=(DELETIONS, EXPORTS, MAILS, SUMMARIES, UPDATES),
)
SESSIONS_CHANGED = Function(
    "SessionsChanged",
    memory=512,
    timeout=STREAM_SECONDS,
    sends_to=(PROMPTS, SUMMARIES, BRIEFS, CARDS, DELIVERIES),
    follows=Stream("SessionsStreamArn", (SESSION_CHANGED, TALLY_CHANGED, WORK_WANTED, SUMMARY_WRITTEN)),
)
CONVERSATIONS_CHANGED = Function(
    "ConversationsChanged",
    memory=512,
    timeout=STREAM_SECONDS,
    tables={"Sessions": ("UpdateItem",), "Conversations": ("BatchGetItem",)},
    sends_to=(SUMMARIES,),
    follows=Stream("ConversationsStreamArn", (PARTICIPANT_SPOKE,)),
)
WRITE_PROMPT = Function(
    "WritePrompt",
    memory=1024,
    timeout=WORKER_SECONDS,
    tables={"Accounts": OWN_MODEL_ITEMS, "Sessions": ITEMS, "Guards": KEY_ITEM},
    settings=MODEL,
    works_off=PROMPTS,
)
WRITE_SUMMARY = Function(
    "WriteSummary",
    memory=1024,
    timeout=WORKER_SECONDS,
    tables={
        "Accounts": OWN_MODEL_ITEMS,
        "Sessions": (*ITEMS, "DeleteItem"),  # themes that only people who were taken out speak of
        "Conversations": ITEMS,
        "Guards": KEY_ITEM,
    },
    settings=("summary_interval", *MODEL),
    sends_to=(SUMMARIES,),
    works_off=SUMMARIES,
)
WRITE_BRIEF = Function(
    "WriteBrief",
    memory=1024,
    timeout=SHORT_WORKER_SECONDS,
    tables={"Sessions": ITEMS},
    settings=("public_url",),
    works_off=BRIEFS,
)
UPDATE_CARDS = Function(
    "UpdateCards",
    memory=512,
    timeout=SHORT_WORKER_SECONDS,
    tables={"Sessions": ("BatchGetItem", "Query", "UpdateItem")},
    works_off=CARDS,
)
DELETE_DATA = Function(
    "DeleteData",
    memory=512,
    timeout=WORKER_SECONDS,
    tables={
        "Sessions": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "PutItem", "Query", "UpdateItem"),
        "Conversations": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "Query"),
        "Guards": ("BatchWriteItem", "PutItem"),
    },
    settings=("retention_days",),
    files=("DeleteObject",),
    sends_to=(DELETIONS, DELIVERIES),
    works_off=DELETIONS,
)
WRITE_EXPORT = Function(
    "WriteExport",
    memory=1769,  # a whole processor: sessions of a thousand people are tens of megabytes
    timeout=WORKER_SECONDS,
    tables={"Sessions": ("BatchGetItem", "GetItem", "Query", "UpdateItem"), "Conversations": ("BatchGetItem", "Query")},
    files=("PutObject", "DeleteObject"),
    works_off=EXPORTS,
)
SEND_MAIL = Function(
    "SendMail",
    memory=512,
    timeout=SHORT_WORKER_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "GetItem"),
        "Sessions": ("BatchGetItem", "UpdateItem"),
        "Conversations": ("BatchGetItem", "Query"),
        "Guards": (*KEY_ITEM, "DeleteItem"),
    },
    settings=("deployment_secret_arn", "public_url", "sign_up", "mail_from", "support_contact", "llm_provider"),
    works_off=MAILS,
)
NOTE_BOUNCE = Function(
    "NoteBounce",
    memory=512,
    timeout=SHORT_WORKER_SECONDS,
    tables={"Accounts": ("PutItem",)},
    settings=("deployment_secret_arn",),
    works_off=BOUNCES,
)
DELIVER = Function(
    "Deliver",
    memory=512,
    timeout=WORKER_SECONDS,
    tables={
        "Accounts": ("GetItem",),
        "Sessions": (*ITEMS, "DeleteItem"),
        "Conversations": ("BatchGetItem", "ConditionCheckItem", "DeleteItem", "UpdateItem"),
        "Telegram": ("BatchGetItem", "DeleteItem", "GetItem", "Query", "UpdateItem"),
        "Guards": KEY_ITEM,
    },
    indexes=(("Telegram", keys.BY_GROUP), ("Sessions", keys.BY_MEMBER)),
    settings=("deployment_secret_arn", "public_url", "mail_from", "support_contact", "llm_provider", *BOT),
    works_off=DELIVERIES,
)
HANDLE_UPDATE = Function(
    "HandleUpdate",
    memory=1024,
    timeout=UPDATE_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "GetItem"),
        "Sessions": ITEMS,
        "Conversations": (*ITEMS, "DeleteItem"),  # an earlier comment on a conversation that is rated anew
        "Telegram": (*CHAT_ITEMS, "BatchGetItem", "DeleteItem", "PutItem"),
        "Guards": KEY_ITEM,
    },
    indexes=(("Telegram", keys.BY_GROUP), ("Sessions", keys.BY_MEMBER)),
    settings=(
        "deployment_secret_arn",
        "public_url",
        "reply_delay",
        "max_turns",
        "help_text",
        "support_contact",
        "llm_provider",
        "anthropic_base_url",
        "openai_base_url",
        *BOT,
    ),
    sends_to=(REPLIES,),
    works_off=UPDATES,
)
REPLY_IN_CHAT = Function(
    "ReplyInChat",
    memory=1024,
    timeout=WORKER_SECONDS,
    tables={
        "Accounts": OWN_MODEL_ITEMS,
        "Sessions": ITEMS,
        "Conversations": ITEMS,
        "Telegram": CHAT_ITEMS,
        "Guards": KEY_ITEM,
    },
    settings=(
        "deployment_secret_arn",
        "public_url",
        "reply_delay",
        "max_turns",
        "joins_per_address",
        "joins_per_session",
        "openings_per_session",
        "help_text",
        "support_contact",
        *BOT,
        *MODEL,
    ),
    sends_to=(REPLIES,),
    works_off=REPLIES,
)
OPEN_AND_CLOSE = Function(
    "OpenAndClose",
    memory=512,
    timeout=CLOCK_SECONDS,
    tables={"Sessions": ("BatchGetItem", "UpdateItem")},
    indexes=(("Sessions", keys.DUE),),
)
SWEEP = Function(
    "Sweep",
    memory=512,
    timeout=WORKER_SECONDS,
    tables={**OPEN_AND_CLOSE.tables, "Conversations": ("UpdateItem",)},
    indexes=(("Sessions", keys.DUE), ("Conversations", keys.DUE)),
    settings=("retention_days",),
    sends_to=due_kinds.queues(),
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
    WRITE_EXPORT,
    SEND_MAIL,
    NOTE_BOUNCE,
    DELIVER,
    HANDLE_UPDATE,
    REPLY_IN_CHAT,
    OPEN_AND_CLOSE,
    SWEEP,
)

# For how many seconds a message of a queue, by its name, is hidden from others once a worker has it.
VISIBILITY = {function.works_off.name: VISIBILITY_TIMES * function.timeout for function in ALL if function.works_off}
