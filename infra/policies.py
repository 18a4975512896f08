"""Who may do what: one role a function, with the exact actions and resources that its code uses."""

from collections.abc import Iterator
from typing import Any

from chalicelib.model.jobs import Queue
from infra import edge, mail_events, queues
from infra.encryption import may_use_key
from infra.environment import HAS_EDGE
from infra.function import Function
from infra.functions import ALL, API
from infra.parameters import parameter_of

Json = dict[str, Any]

# The settings that name a secret of the operator's, and the condition that says whether there is one.
SECRETS = {
    "anthropic_secret_arn": "HasAnthropicSecret",
    "oidc_secret_arn": "HasOidcSecret",
    "openai_secret_arn": "HasOpenaiSecret",
    "telegram_secret_arn": "HasTelegramSecret",
}


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
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": _statements(function)}},
            ],
        },
    }


def _statements(function: Function) -> list[Json]:
    """What a function may do: log, work on its tables, send to its queues, take from its queue or stream, read its secrets."""
    asked = [queues.resource_of(queue) for queue in function.sends_to]
    statements = [_may_log(function)]
    statements += [_table(table, operations) for table, operations in function.tables.items()]
    if function.indexes:
        statements.append(_allow(["dynamodb:Query"], *(_index(table, name) for table, name in function.indexes)))
    if function.follows:
        statements += _may_follow(function.follows.parameter)
        asked.append(queues.STREAM_FAILURES)
    if function.works_off:
        statements += _may_work_off(function.works_off)
    if asked:
        statements.append(_may_send(*asked))
    if function.files:
        statements.append(_may_handle_files(function.files))
    statements.append(may_use_key())
    statements += _of_settings(function)
    return statements


def _of_settings(function: Function) -> Iterator[Json]:
    """Yields what a function may do because of what its settings name: read secrets, ask models, send mails."""
    if "deployment_secret_arn" in function.settings:
        yield _allow(["secretsmanager:GetSecretValue"], {"Ref": "DeploymentSecretArn"})
    yield from (_may_read(name) for name in SECRETS if name in function.settings)
    if "bedrock_region" in function.settings:
        yield _may_ask_bedrock()
    if "edge_secret_arn" in function.settings:
        allowed = _allow(["secretsmanager:GetSecretValue"], {"Ref": edge.SECRET})
        yield {"Fn::If": [HAS_EDGE, allowed, {"Ref": "AWS::NoValue"}]}
    if "own_models_key" in function.settings:
        yield _may_seal(function)
    if function.works_off and "mail_from" in function.settings:
        yield _may_send_mail()


def _allow(actions: list[str], *resources: Any) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _table(name: str, operations: tuple[str, ...]) -> Json:
    return _allow([f"dynamodb:{operation}" for operation in operations], {"Ref": f"{name}TableArn"})


def _may_handle_files(operations: tuple[str, ...]) -> Json:
    return _allow([f"s3:{operation}" for operation in operations], {"Fn::Sub": "${ExportsBucketArn}/*"})


def _index(table: str, name: str) -> Json:
    return {"Fn::Sub": f"${{{table}TableArn}}/index/{name}"}


def _may_send(*logical_ids: str) -> Json:
    return _allow(["sqs:SendMessage"], *({"Fn::GetAtt": [logical_id, "Arn"]} for logical_id in logical_ids))


def _may_work_off(queue: Queue) -> list[Json]:
    """Take messages, put them back for later, and bury one that will never succeed."""
    operations = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")
    own = {"Fn::GetAtt": [queues.resource_of(queue), "Arn"]}
    return [_allow([f"sqs:{operation}" for operation in operations], own), _may_send(queues.dead_letters_of(queue))]


def _may_follow(stream: str) -> list[Json]:
    operations = ("DescribeStream", "GetRecords", "GetShardIterator")
    return [
        _allow([f"dynamodb:{operation}" for operation in operations], {"Ref": stream}),
        # AWS knows no narrower resource for this one.
        _allow(["dynamodb:ListStreams"], "*"),
    ]


def _may_read(secret: str) -> Json:
    """Where an operator has named this secret."""
    statement = _allow(["secretsmanager:GetSecretValue"], {"Ref": parameter_of(secret)})
    return {"Fn::If": [SECRETS[secret], statement, {"Ref": "AWS::NoValue"}]}


def _may_ask_bedrock() -> Json:
    """Where Amazon Bedrock answers: in the account's default project, which requests belong to that name no other."""
    region = {"Fn::If": ["HasBedrockRegion", {"Ref": "BedrockRegion"}, {"Ref": "AWS::Region"}]}
    project = "arn:${AWS::Partition}:bedrock-mantle:${Region}:${AWS::AccountId}:project/default"
    statement = _allow(["bedrock-mantle:CreateInference"], {"Fn::Sub": [project, {"Region": region}]})
    return {"Fn::If": ["HasBedrock", statement, {"Ref": "AWS::NoValue"}]}


def _may_seal(function: Function) -> Json:
    """Open hosts' keys for models with the operator's key of KMS, where one is named; only the API's function makes such secrets."""
    actions = ["kms:Decrypt", *(["kms:GenerateDataKey"] if function is API else [])]
    statement = _allow(actions, {"Ref": parameter_of("own_models_key")})
    # No secret opens without the context that says whose it is.
    bound = {"Null": {"kms:EncryptionContext:user_id": "false", "kms:EncryptionContext:key_id": "false"}}
    return {"Fn::If": ["HasOwnModelsKey", statement | {"Condition": bound}, {"Ref": "AWS::NoValue"}]}


def _may_send_mail() -> Json:
    """From the one address, whichever verified identity stands for it: the address itself, or its domain."""
    own = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
    named = [{"Fn::Sub": f"{own}:{resource}"} for resource in ("identity/*", f"configuration-set/{mail_events.NAME}")]
    sender = {"StringEquals": {"ses:FromAddress": {"Ref": parameter_of("mail_from")}}}
    return {
        "Fn::If": ["HasMailFrom", _allow(["ses:SendEmail"], *named) | {"Condition": sender}, {"Ref": "AWS::NoValue"}]
    }


def _may_log(function: Function) -> Json:
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return _allow(actions, {"Fn::GetAtt": [log_group_of(function), "Arn"]})
