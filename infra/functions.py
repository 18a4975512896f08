"""The functions of the application stack, one row each: size, time, what it reads, asks for and is woken by.

Its environment follows from the row here, its role in `policies.py`.
"""

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
)
from chalicelib.store import due_kinds, keys
from infra.environment import API_FUNCTION
from infra.function import Function, Stream

WORKER_SECONDS = 120
# A large model that thinks takes minutes for a long summary. Where such a worker dies, its session waits until this time is up.
SUMMARY_WORKER_SECONDS = 400
SHORT_WORKER_SECONDS = (
    30  # where a job is a few reads and writes: a message whose worker was lost waits six times as long
)
CLOCK_SECONDS = 55  # it comes each minute, and is done before the next one
UPDATE_SECONDS = 40  # an update asks no model, and what its chat sends behind it waits as long for a lost worker
STREAM_SECONDS = 30
VISIBILITY_TIMES = 6  # the worker's timeout, as Lambda asks, so that no message runs twice at once
API_SECONDS = 28  # API Gateway gives up after 29

KEY_ITEM = ("GetItem", "UpdateItem")
OWN_MODEL_ITEMS = ("BatchGetItem", "GetItem", "PutItem")  # a call that is refused is noted, and its host told
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
    API_FUNCTION,
    memory=1024,
    timeout=API_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "ConditionCheckItem", "DeleteItem", *KEY_ITEM, "PutItem"),
        "Sessions": (*ITEMS, "DeleteItem"),
        "Projects": (*ITEMS, "DeleteItem"),
        "Conversations": (*ITEMS, "DeleteItem"),
        "Telegram": ("BatchGetItem", "DeleteItem", "Query", "UpdateItem"),
        "Guards": (*KEY_ITEM, "BatchGetItem", "ConditionCheckItem", "DeleteItem", "PutItem"),
    },
    indexes=(
        ("Accounts", keys.BY_USER),
        ("Accounts", keys.PUBLIC_FEED),
        ("Sessions", keys.BY_MEMBER),
        ("Sessions", keys.PUBLIC_FEED),
    ),
    settings=(
        "deployment_secret_arn",
        "edge_secret_arn",
        "public_url",
        "summary_interval",
        "summary_silence",
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
        "public_templates",
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
    sends_to=(CARDS, SUMMARIES),
    follows=Stream("ConversationsStreamArn", (PARTICIPANT_SPOKE,)),
)
WRITE_PROMPT = Function(
    "WritePrompt",
    memory=1024,
    timeout=WORKER_SECONDS,
    tables={
        "Accounts": OWN_MODEL_ITEMS,
        "Sessions": ITEMS,
        "Conversations": ("BatchGetItem", "Query"),  # digests, which knowledge is made of
        "Guards": KEY_ITEM,
    },
    settings=MODEL,
    works_off=PROMPTS,
)
WRITE_SUMMARY = Function(
    "WriteSummary",
    memory=1024,
    timeout=SUMMARY_WORKER_SECONDS,
    tables={
        "Accounts": OWN_MODEL_ITEMS,
        "Sessions": (*ITEMS, "DeleteItem"),  # themes that only people who were taken out speak of
        "Conversations": ITEMS,
        "Guards": KEY_ITEM,
    },
    settings=("summary_interval", "summary_silence", *MODEL),
    sends_to=(CARDS,),
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
    tables={
        "Accounts": ("BatchGetItem", "GetItem", "PutItem"),
        "Sessions": ("BatchGetItem", "Query", "UpdateItem"),
        "Projects": ("Query",),
    },
    works_off=CARDS,
)
DELETE_DATA = Function(
    "DeleteData",
    memory=512,
    timeout=WORKER_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"),
        "Sessions": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
        "Projects": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "Query", "UpdateItem"),
        "Conversations": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "Query", "UpdateItem"),
        "Telegram": ("BatchGetItem", "BatchWriteItem", "Query"),
        "Guards": ("BatchGetItem", "BatchWriteItem", "PutItem", "UpdateItem"),
    },
    indexes=(("Accounts", keys.BY_USER), ("Sessions", keys.BY_MEMBER), ("Telegram", keys.BY_GROUP)),
    settings=("deployment_secret_arn", "retention_days"),
    files=("DeleteObject",),
    sends_to=(DELETIONS, DELIVERIES, SUMMARIES),
    works_off=DELETIONS,
)
WRITE_EXPORT = Function(
    "WriteExport",
    memory=1769,  # a whole processor: sessions of a thousand people are tens of megabytes
    timeout=WORKER_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "GetItem", "UpdateItem"),
        "Sessions": ITEMS,
        "Projects": ("Query",),
        "Conversations": ("BatchGetItem", "Query"),
        "Telegram": ("Query",),
    },
    indexes=(("Accounts", keys.BY_USER), ("Sessions", keys.BY_MEMBER)),
    files=("PutObject", "DeleteObject"),
    sends_to=(CARDS, EXPORTS),
    works_off=EXPORTS,
)
SEND_MAIL = Function(
    "SendMail",
    memory=512,
    timeout=SHORT_WORKER_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem"),
        "Sessions": ("BatchGetItem", "DeleteItem", "PutItem", "UpdateItem"),
        "Projects": ("BatchGetItem", "DeleteItem", "PutItem"),
        "Conversations": ("BatchGetItem", "Query"),
        "Telegram": ("BatchGetItem",),  # names of groups that ask for a session
        "Guards": (*KEY_ITEM, "BatchGetItem", "DeleteItem"),
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
    settings=(
        "deployment_secret_arn",
        "public_url",
        "mail_from",
        "reminder_hour",
        "support_contact",
        "llm_provider",
        *BOT,
    ),
    works_off=DELIVERIES,
)
HANDLE_UPDATE = Function(
    "HandleUpdate",
    memory=1024,
    timeout=UPDATE_SECONDS,
    tables={
        "Accounts": ("BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem"),
        # A participant may have their conversation deleted, and all that it is in.
        "Sessions": (*ITEMS, "DeleteItem"),
        "Conversations": (*ITEMS, "DeleteItem"),
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
    files=("DeleteObject",),
    sends_to=(DELETIONS, REPLIES, SUMMARIES),
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
    tables={
        # A draft that opens begins with what its projects remember, where its owner has a role in them.
        "Accounts": ("BatchGetItem",),
        "Sessions": ("BatchGetItem", "ConditionCheckItem", "PutItem", "UpdateItem"),
        "Projects": ("BatchGetItem",),
    },
    indexes=(("Sessions", keys.DUE), ("Sessions", keys.BY_MEMBER)),
)
SWEEP = Function(
    "Sweep",
    memory=512,
    timeout=WORKER_SECONDS,
    tables={
        **OPEN_AND_CLOSE.tables,
        "Projects": ("BatchGetItem", "UpdateItem"),
        "Conversations": ("UpdateItem",),
        # Whether mails wait to who is invited to be a member.
        "Guards": ("BatchGetItem", "ConditionCheckItem"),
    },
    indexes=(*OPEN_AND_CLOSE.indexes, ("Projects", keys.DUE), ("Conversations", keys.DUE)),
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
