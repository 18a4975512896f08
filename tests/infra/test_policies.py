"""Least privilege: every role by itself, exact actions, exact resources."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.services.delivery.bounces import reduce_message
from infra import access_log
from infra.functions import ALL
from infra.policies import role_of
from tests.infra.templates import Template, of_type
from tests.workers.test_bounces import bounce, complaint

LIST_STREAMS = ["dynamodb:ListStreams"]
# Which identity stands for the sender, itself or its domain, the operator knows; a condition holds the sender.
SEND_MAIL = ["ses:SendEmail"]

BOT = {"Deliver", "HandleUpdate", "ReplyInChat"}  # what speaks to Telegram

# The files of the one bucket.
FILES = [{"Fn::Sub": "${ExportsBucketArn}/*"}]


def _statements(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in of_type(template, "AWS::IAM::Role").items():
        if name == access_log.ROLE:
            continue
        (policy,) = role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]:
            yield name, statement["Fn::If"][1] if "Fn::If" in statement else statement


def test_each_function_has_a_role_of_its_own(application: Template) -> None:
    roles = {name: it["Role"]["Fn::GetAtt"][0] for name, it in of_type(application, "AWS::Lambda::Function").items()}
    assert roles == {function.logical_id: role_of(function) for function in ALL}
    assert set(of_type(application, "AWS::IAM::Role")) == {*roles.values(), access_log.ROLE}


def test_only_lambda_may_take_a_role(application: Template) -> None:
    for name, role in of_type(application, "AWS::IAM::Role").items():
        if name == access_log.ROLE:
            continue
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert "ManagedPolicyArns" not in role


def test_no_action_is_a_pattern(application: Template) -> None:
    for _, statement in _statements(application):
        assert all("*" not in action for action in statement["Action"])


def test_no_resource_is_a_pattern_but_where_aws_knows_none(application: Template) -> None:
    for _, statement in _statements(application):
        if statement["Action"] == SEND_MAIL:
            assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
        elif statement["Action"][0].startswith("s3:"):
            assert statement["Resource"] == FILES
        elif statement["Action"] != LIST_STREAMS:
            assert "*" not in json.dumps(statement["Resource"])


def test_no_function_may_scan_or_drop_what_is_not_its_own(application: Template) -> None:
    actions = {action for _, statement in _statements(application) for action in statement["Action"]}
    assert not actions & {"dynamodb:Scan", "dynamodb:DeleteTable", "sqs:PurgeQueue"}


def test_only_who_is_asked_to_may_delete(application: Template) -> None:
    assert _who_may(application, "dynamodb:DeleteItem") == {
        *("APIHandler", "DeleteData", "Deliver", "HandleUpdate", "SendMail", "WriteSummary"),
    }
    assert _who_may(application, "dynamodb:BatchWriteItem") == {"DeleteData"}


def _who_may(template: Template, action: str) -> set[str]:
    return {name.removesuffix("Role") for name, statement in _statements(template) if action in statement["Action"]}


def test_who_may_read_secrets_and_change_the_tables(application: Template) -> None:
    assert _who_may(application, "secretsmanager:GetSecretValue") == {
        "APIHandler",
        "DeleteData",  # whose invitation a thread began with
        "NoteBounce",
        "SendMail",
        "WritePrompt",
        "WriteSummary",
        *BOT,
    }
    assert _who_may(application, "dynamodb:PutItem") == {
        "APIHandler",
        "DeleteData",
        "NoteBounce",
        "SendMail",  # what a digest has told of
        "UpdateCards",  # what hosts are told of
        "WriteExport",  # how far the export of an account is
        "WritePrompt",
        "WriteSummary",
        "WriteBrief",
        "OpenAndClose",  # a draft begins with what its projects remember
        "Sweep",
        *BOT,
    }


def test_files_are_written_by_the_one_job_and_read_by_nobody_but_who_signs_links(application: Template) -> None:
    assert _who_may(application, "s3:PutObject") == {"WriteExport"}
    assert _who_may(application, "s3:GetObject") == {"APIHandler"}
    assert _who_may(application, "s3:DeleteObject") == {"APIHandler", "DeleteData", "HandleUpdate", "WriteExport"}


def test_the_api_asks_only_for_what_no_stream_would_tell(application: Template) -> None:
    queues = [
        resource["Fn::GetAtt"][0]
        for name, statement in _statements(application)
        if name == "APIHandlerRole" and "sqs:SendMessage" in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert sorted(queues) == ["DeletionsQueue", "ExportsQueue", "MailsQueue", "SummariesQueue", "UpdatesQueue"]


def test_only_the_events_of_our_own_mails_get_into_their_queue_and_none_without_a_sender(application: Template) -> None:
    resources = application["Resources"]
    made = {name for name, it in resources.items() if it.get("Condition") == "HasMailFrom"}
    assert made == {
        *("MailConfigurationSet", "MailEventDestination", "MailEventsPolicy"),
        *("MailBounces", "MailComplaints"),
        *("BounceRateAlarm", "ComplaintRateAlarm"),
    }
    for rule in ("MailBounces", "MailComplaints"):
        pattern = resources[rule]["Properties"]["EventPattern"]
        assert pattern["detail"]["mail"]["tags"] == {"ses:configuration-set": [{"Ref": "MailConfigurationSet"}]}
    rules = [{"Fn::GetAtt": [rule, "Arn"]} for rule in ("MailBounces", "MailComplaints")]
    (statement,) = resources["MailEventsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == ["sqs:SendMessage"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["BouncesQueue", "Arn"]}]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rules}}
    told = resources["MailEventDestination"]["Properties"]["EventDestination"]["MatchingEventTypes"]
    assert told == ["bounce", "complaint"]  # nobody is told who opened what


@pytest.mark.parametrize(("rule", "event"), [("MailBounces", bounce("Permanent")), ("MailComplaints", complaint())])
def test_of_such_an_event_only_what_its_worker_reads_gets_into_the_queue(
    application: Template, rule: str, event: dict[str, Any]
) -> None:
    properties = application["Resources"][rule]["Properties"]
    assert properties["EventPattern"]["detail-type"] == [event["detail-type"]]
    (target,) = properties["Targets"]
    body = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        value: Any = event
        for step in path.removeprefix("$.").split("."):
            value = value[step]
        body = body.replace(f"<{name}>", json.dumps(value))
    assert json.loads(reduce_message(body, b"secret")) == json.loads(reduce_message(json.dumps(event), b"secret"))
    assert "address_hashes" in reduce_message(body, b"secret")
    assert not any(said in body for said in ("headers", "destination", "messageId", "reportingMTA"))


def test_the_key_of_the_model_is_asked_for_only_where_there_is_one(application: Template) -> None:
    conditional = json.dumps(application["Resources"]["WritePromptRole"])
    assert '"Fn::If": ["HasAnthropicSecret"' in conditional
    assert '"Fn::If": ["HasOpenaiSecret"' in conditional


def test_those_who_ask_models_may_ask_bedrock_where_that_answers(application: Template) -> None:
    assert _who_may(application, "bedrock-mantle:CreateInference") == {
        "APIHandler", "ReplyInChat", "WritePrompt", "WriteSummary",
    }  # fmt: skip
    assert '"Fn::If": ["HasBedrock"' in json.dumps(application["Resources"]["WritePromptRole"])


def test_only_the_pages_read_the_secret_of_an_openid_provider_where_there_is_one(application: Template) -> None:
    roles = {name: json.dumps(it) for name, it in application["Resources"].items() if it["Type"] == "AWS::IAM::Role"}
    assert [name for name, role in roles.items() if "OidcSecretArn" in role] == ["APIHandlerRole"]
    assert '"Fn::If": ["HasOidcSecret"' in roles["APIHandlerRole"]
