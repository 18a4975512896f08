"""Who may do what: one role a function, with the exact actions and resources that its code uses."""

from typing import Any

from chalicelib.store import keys
from infra import queues
from infra.functions import (
    ALL,
    API,
    CONVERSATIONS_CHANGED,
    DELETE_DATA,
    SESSIONS_CHANGED,
    SWEEP,
    UPDATE_CARDS,
    WRITE_BRIEF,
    WRITE_PROMPT,
    WRITE_SUMMARY,
    Function,
)

Json = dict[str, Any]

KEY_ITEM = ("GetItem", "UpdateItem")
ITEMS = ("BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem", "Query", "UpdateItem")


def roles() -> Json:
    """The roles of all functions, by logical id."""
    return {role_of(function): _role(function) for function in ALL}


def role_of(function: Function) -> str:
    """Logical id of a function's role."""
    return f"{function.logical_id}Role"


def log_group_of(function: Function) -> str:
    """Logical id of a function's log group."""
    return f"{function.logical_id}Logs"


def _role(function: Function) -> Json:
    statements = [_may_log(function), *_statements()[function.logical_id]]
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}},
            ],
        },
    }


def _statements() -> dict[str, list[Json]]:
    """What each function may do beyond logging, by logical id."""
    return {API.logical_id: _api(), SWEEP.logical_id: _sweep(), **_streams(), **_workers()}


def _api() -> list[Json]:
    return [
        _table("Accounts", KEY_ITEM),
        _table("Sessions", (*ITEMS, "DeleteItem")),
        _allow(["dynamodb:Query"], _index("Sessions", keys.BY_MEMBER), _index("Sessions", keys.PUBLIC_FEED)),
        _may_send(queues.DELETIONS.resource, queues.SUMMARIES.resource),
        _table("Conversations", (*ITEMS, "DeleteItem")),
        _table("Telegram", ("BatchGetItem", "DeleteItem", "Query", "UpdateItem")),
        _table("Guards", (*KEY_ITEM, "ConditionCheckItem", "PutItem")),
        _allow(["secretsmanager:GetSecretValue"], {"Ref": "DeploymentSecretArn"}),
        _may_ask_the_model(),
    ]


def _sweep() -> list[Json]:
    return [
        _allow(["dynamodb:Query"], _index("Sessions", keys.DUE), _index("Conversations", keys.DUE)),
        _table("Sessions", ("BatchGetItem", "UpdateItem")),
        _table("Conversations", ("UpdateItem",)),
        _may_send(*(queue.resource for queue in queues.ALL if queue is not queues.CARDS)),
    ]


def _streams() -> dict[str, list[Json]]:
    return {
        SESSIONS_CHANGED.logical_id: [
            *_may_follow("SessionsStreamArn"),
            _may_send(queues.PROMPTS.resource, queues.BRIEFS.resource, queues.CARDS.resource, queues.STREAM_FAILURES),
            _table("Guards", ("UpdateItem",)),
        ],
        CONVERSATIONS_CHANGED.logical_id: [
            *_may_follow("ConversationsStreamArn"),
            _table("Sessions", ("UpdateItem",)),
            _table("Conversations", ("BatchGetItem",)),
            _may_send(queues.SUMMARIES.resource, queues.STREAM_FAILURES),
        ],
    }


def _workers() -> dict[str, list[Json]]:
    return {
        WRITE_PROMPT.logical_id: [
            *_may_work_off(queues.PROMPTS),
            _table("Sessions", ITEMS),
            _table("Guards", KEY_ITEM),
            _may_ask_the_model(),
        ],
        WRITE_SUMMARY.logical_id: [
            *_may_work_off(queues.SUMMARIES),
            _may_send(queues.SUMMARIES.resource),
            _table("Sessions", (*ITEMS, "DeleteItem")),  # themes that only people who were taken out speak of
            _table("Conversations", ITEMS),
            _table("Guards", KEY_ITEM),
            _may_ask_the_model(),
        ],
        WRITE_BRIEF.logical_id: [*_may_work_off(queues.BRIEFS), _table("Sessions", ITEMS)],
        UPDATE_CARDS.logical_id: [
            *_may_work_off(queues.CARDS),
            _table("Sessions", ("BatchGetItem", "Query", "UpdateItem")),
        ],
        DELETE_DATA.logical_id: [
            *_may_work_off(queues.DELETIONS),
            _may_send(queues.DELETIONS.resource),
            _table("Sessions", ("BatchWriteItem", "Query", "UpdateItem")),
            _table("Conversations", ("BatchGetItem", "BatchWriteItem", "DeleteItem", "Query")),
        ],
    }


def _allow(actions: list[str], *resources: Any) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _table(name: str, operations: tuple[str, ...]) -> Json:
    return _allow([f"dynamodb:{operation}" for operation in operations], {"Ref": f"{name}TableArn"})


def _index(table: str, name: str) -> Json:
    return {"Fn::Sub": f"${{{table}TableArn}}/index/{name}"}


def _may_send(*logical_ids: str) -> Json:
    return _allow(["sqs:SendMessage"], *({"Fn::GetAtt": [logical_id, "Arn"]} for logical_id in logical_ids))


def _may_work_off(queue: queues.Queue) -> list[Json]:
    """Take messages, put them back for later, and bury one that will never succeed."""
    operations = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
    own = {"Fn::GetAtt": [queue.resource, "Arn"]}
    return [_allow([f"sqs:{operation}" for operation in operations], own), _may_send(queue.dead_letters)]


def _may_follow(stream: str) -> list[Json]:
    operations = ("DescribeStream", "GetRecords", "GetShardIterator")
    return [
        _allow([f"dynamodb:{operation}" for operation in operations], {"Ref": stream}),
        # AWS knows no narrower resource for this one.
        _allow(["dynamodb:ListStreams"], "*"),
    ]


def _may_ask_the_model() -> Json:
    statement = _allow(["secretsmanager:GetSecretValue"], {"Ref": "AnthropicSecretArn"})
    return {"Fn::If": ["HasAnthropicSecret", statement, {"Ref": "AWS::NoValue"}]}


def _may_log(function: Function) -> Json:
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return _allow(actions, {"Fn::GetAtt": [log_group_of(function), "Arn"]})
