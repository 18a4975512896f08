"""The application stack: what fails is retried, kept and told; what runs has what it needs and no more."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from chalicelib import settings
from chalicelib.model.jobs import QUEUES
from infra import application_stack as stack
from infra import environment, functions, queues
from infra.package import Package
from tests.infra.templates import Template, complaints, of_type

STORED = {
    "AccountsTableName": "accounts",
    "AccountsTableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/accounts",
    "SessionsTableName": "sessions",
    "SessionsTableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/sessions",
    "SessionsStreamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/sessions/stream/2026-01-01T00:00:00.000",
    "ProjectsTableName": "projects",
    "ProjectsTableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/projects",
    "ConversationsTableName": "conversations",
    "ConversationsTableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/conversations",
    "ConversationsStreamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/conversations/stream/2026-01-01T00:00:00.000",
    "TelegramTableName": "telegram",
    "TelegramTableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/telegram",
    "GuardsTableName": "guards",
    "GuardsTableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/guards",
    "ExportsBucketName": "exports",
    "ExportsBucketArn": "arn:aws:s3:::exports",
    "DeploymentSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:deployment-abcdef",
}
ON_AWS = {
    **STORED,
    "Stage": "prod",
    "LlmProvider": "anthropic",
    "AnthropicSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:anthropic-abcdef",
    "AlarmEmail": "operator@example.com",
    "MailFrom": "surveys@example.com",
}
SWITCHED_ON = {
    "KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-4000-8000-000000000000",
    "DomainName": "talk.example.org",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0f0f0f0f-0000-4000-8000-000000000000",
    "TelegramBot": "a_bot",
    "SnapStart": "None",
}
BEHIND_CLOUDFRONT = {
    **SWITCHED_ON,
    "Edge": "cloudfront",
    "EdgeWebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/0f0f0f0f-0000-4000-8000-000000000000",
}


def test_cfn_lint_has_nothing_to_say_about_the_stack_on_aws(application: Template) -> None:
    switched: tuple[dict[str, str], ...] = (
        {},
        {**SWITCHED_ON, "Waf": "yes", "AccessLog": "account"},
        BEHIND_CLOUDFRONT,
    )
    assert complaints(application, *({**ON_AWS, **it} for it in switched)) == []


def test_a_deployment_must_say_which_model_answers(application: Template) -> None:
    parameter = application["Parameters"]["LlmProvider"]
    assert "Default" not in parameter
    assert parameter["AllowedValues"] == ["anthropic", "bedrock", "openai", "scripted", "offline"]


def test_every_queue_has_dead_letters_of_its_kind_that_stay_for_14_days(application: Template) -> None:
    made = of_type(application, "AWS::SQS::Queue")
    for queue in QUEUES:
        work, dead = made[queues.resource_of(queue)], made[queues.dead_letters_of(queue)]
        assert work["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [queues.dead_letters_of(queue), "Arn"]}
        assert work["RedrivePolicy"]["maxReceiveCount"] == {
            "summaries": 100,
            "replies": 200,  # more than a day, in which people wait for a model that is down
            "updates": 20,
            "deliveries": 20,
            "bounces": 20,  # a worker buries them, without addresses, after five
            "mails": 20,
        }.get(queue.name, 5)
        assert work.get("FifoQueue") == dead.get("FifoQueue") == (True if queue.fifo else None)
        assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_queues_are_encrypted_and_named_after_the_stack(application: Template) -> None:
    for properties in of_type(application, "AWS::SQS::Queue").values():
        assert properties["SqsManagedSseEnabled"] == {"Fn::If": ["HasKmsKey", {"Ref": "AWS::NoValue"}, True]}
        assert properties["KmsMasterKeyId"] == {"Fn::If": ["HasKmsKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
        assert properties["QueueName"]["Fn::Sub"].startswith("${AWS::StackName}-")


def test_each_queue_takes_no_more_of_the_account_than_the_least_that_aws_allows(application: Template) -> None:
    parameter = application["Parameters"]["JobsAtOnce"]
    assert (parameter["Default"], parameter["MinValue"]) == (2, 2)
    read = {
        it["EventSourceArn"]["Fn::GetAtt"][0]: it.get("Enabled", True)
        for it in _sources(application).values()
        if "ScalingConfig" in it
    }
    only_with = {name: it["Fn::If"] for name, it in read.items() if it is not True}
    assert only_with == {
        "BouncesQueue": ["HasMailFrom", True, False],
        "UpdatesQueue": ["HasTelegram", True, False],
        "RepliesQueue": ["HasTelegram", True, False],
    }
    text = Path("README.md").read_text()
    assert f"{2 * (len(QUEUES) - len(only_with))} jobs at once" in text
    assert f"{2 * len(QUEUES)} in all" in text


@pytest.mark.parametrize(("queue", "delay"), [("SummariesQueue", "SummaryDelay"), ("CardsQueue", "CardsDelay")])
def test_a_fifo_queue_waits_and_leaves_deduplication_to_the_sender(
    application: Template, queue: str, delay: str
) -> None:
    properties = of_type(application, "AWS::SQS::Queue")[queue]
    assert properties["DelaySeconds"] == {"Ref": delay}
    assert properties["ContentBasedDeduplication"] is False


def test_the_clock_is_done_before_it_comes_again(application: Template) -> None:
    rules = of_type(application, "AWS::Events::Rule").values()
    assert sorted(it["ScheduleExpression"] for it in rules if "ScheduleExpression" in it) == [
        "rate(1 minute)",
        "rate(5 minutes)",
    ]
    assert of_type(application, "AWS::Lambda::Function")["OpenAndClose"]["Timeout"] < 60


def test_ceilings_and_models_have_the_defaults_of_the_code_and_reach_who_needs_them(application: Template) -> None:
    defaults = {name: it.get("Default") for name, it in application["Parameters"].items()}
    assert (defaults["DailyBudget"], defaults["MaxTurns"], defaults["HelpText"]) == (50, 200, "")
    models = [defaults[f"Model{tier.title()}"] for tier in settings.DEFAULT_MODELS]
    assert models == list(settings.DEFAULT_MODELS.values())
    made = of_type(application, "AWS::Lambda::Function")
    given = {name: set(it["Environment"]["Variables"]) for name, it in made.items()}
    assert {"MAX_TURNS", "HELP_TEXT", "DAILY_BUDGET"} <= given["APIHandler"]
    for name in ("APIHandler", "WritePrompt", "WriteSummary"):
        assert {"DAILY_BUDGET", "GUARDS_TABLE"} <= given[name]


def test_the_default_models_are_known_to_the_installed_sdk() -> None:
    from anthropic.types import model

    names, _ = get_args(model.Model)
    assert set(settings.DEFAULT_MODELS.values()) <= set(get_args(names))


def _sources(template: Template) -> dict[str, Template]:
    found = of_type(template, "AWS::Lambda::EventSourceMapping").values()
    return {it["FunctionName"]["Ref"]: it for it in found}


@pytest.mark.parametrize(
    ("function", "queue", "batch"),
    [
        ("WritePrompt", "PromptsQueue", 1),
        ("WriteSummary", "SummariesQueue", 1),
        ("WriteBrief", "BriefsQueue", 5),
        ("UpdateCards", "CardsQueue", 5),
        ("DeleteData", "DeletionsQueue", 1),
    ],
)
def test_workers_report_single_failures_and_leave_room_for_chat(
    application: Template, function: str, queue: str, batch: int
) -> None:
    source = _sources(application)[function]
    assert source["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] == batch
    assert source["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "JobsAtOnce"}}
    worker = of_type(application, "AWS::Lambda::Function")[function]
    visibility = of_type(application, "AWS::SQS::Queue")[queue]["VisibilityTimeout"]
    assert visibility >= 6 * worker["Timeout"]


@pytest.mark.parametrize("function", ["SessionsChanged", "ConversationsChanged"])
def test_streams_lose_no_record_and_no_bad_one_holds_up_the_others(application: Template, function: str) -> None:
    source = _sources(application)[function]
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumRetryAttempts"] > 0
    assert source["MaximumRecordAgeInSeconds"] > 0
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [queues.STREAM_FAILURES, "Arn"]}
    assert source["FilterCriteria"]["Filters"]
    # A stream goes on behind the batch, so a failure must be raised and not reported.
    assert "FunctionResponseTypes" not in source


def test_every_setting_that_the_code_reads_is_given_to_some_function(application: Template) -> None:
    read = {
        "STAGE",
        "EDGE_SECRET_ARN",
        "DEPLOYMENT_SECRET_ARN",
        *(name.upper() for name in settings.PARAMETERS),
        *queues.addresses(),
    }
    assert len(read) > 20
    given: set[str] = set()
    for properties in of_type(application, "AWS::Lambda::Function").values():
        given |= set(properties["Environment"]["Variables"])
    assert read <= given


def test_functions_get_nothing_that_the_code_does_not_read() -> None:
    root = Path(settings.__file__).parent
    code = "".join(file.read_text() for file in root.rglob("*.py"))
    tables = {f"{table.upper()}_TABLE" for table in environment.TABLES}
    read_by_the_logger = {"LOG_LEVEL", "POWERTOOLS_SERVICE_NAME"}
    read_by_queue = {queue.delay.upper() for queue in QUEUES} | set(queues.addresses())
    for name in environment.environment_values().keys() - tables - read_by_the_logger - read_by_queue:
        assert f".{name.lower()}" in code or f'"{name}"' in code, name


def test_the_own_url_makes_no_circle(application: Template) -> None:
    variables = {
        name: it["Environment"]["Variables"] for name, it in of_type(application, "AWS::Lambda::Function").items()
    }
    of_the_api = json.dumps(variables["APIHandler"]["PUBLIC_URL"])
    assert '{"Ref": "PublicUrl"}' in of_the_api
    assert "RestAPI" not in of_the_api
    assert "EdgeDistribution" not in of_the_api
    assert "${RestAPI}" in json.dumps(variables["WriteBrief"]["PUBLIC_URL"])


def test_times_and_sizes(application: Template) -> None:
    made = of_type(application, "AWS::Lambda::Function")
    assert {name: (it["MemorySize"], it["Timeout"]) for name, it in made.items()} == {
        "APIHandler": (1024, 28),
        "SessionsChanged": (512, 30),
        "ConversationsChanged": (512, 30),
        "WritePrompt": (1024, 120),
        "WriteSummary": (1024, 400),
        "WriteBrief": (1024, 30),
        "UpdateCards": (512, 30),
        "SendMail": (512, 30),
        "NoteBounce": (512, 30),
        "DeleteData": (512, 120),
        "WriteExport": (1769, 120),
        "Deliver": (512, 120),
        "HandleUpdate": (1024, 40),
        "ReplyInChat": (1024, 120),
        "OpenAndClose": (512, 55),
        "Sweep": (512, 120),
    }


def test_logs_end(application: Template) -> None:
    kept = {name: it["RetentionInDays"] for name, it in of_type(application, "AWS::Logs::LogGroup").items()}
    assert len(kept) == len(functions.ALL) + 1  # and the API's
    assert set(kept.values()) == {30}


def _api(template: Template) -> Template:
    (api,) = of_type(template, "AWS::ApiGateway::RestApi").values()
    return api


def test_the_api_is_regional_binary_and_compressed(application: Template) -> None:
    api = _api(application)
    assert api["EndpointConfiguration"]["Types"] == ["REGIONAL"]
    assert api["BinaryMediaTypes"] == ["*/*"] == api["Body"]["x-amazon-apigateway-binary-media-types"]
    assert api["MinimumCompressionSize"] == 1024
    assert list(of_type(application, "AWS::ApiGateway::Stage")) == ["RestAPIliveStage"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "405", "method_not_allowed"),
        ("REQUEST_TOO_LARGE", "413", "payload_too_large"),
        ("THROTTLED", "429", "rate_limited"),
        ("DEFAULT_4XX", None, "validation_error"),
        ("DEFAULT_5XX", None, "internal_error"),
    ],
)
def test_the_gateway_answers_in_the_envelope_of_all_errors(
    application: Template, kind: str, status: str | None, code: str
) -> None:
    response = _api(application)["Body"]["x-amazon-apigateway-gateway-responses"][kind]
    assert response.get("statusCode") == status
    body: Any = json.loads(response["responseTemplates"]["application/json"])
    assert body["error"]["code"] == code
    assert set(body["error"]) == {"code", "message"}
    throttled = kind == "THROTTLED"
    readable = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"
    headers = {
        "Access-Control-Allow-Origin": "'*'",
        "Access-Control-Expose-Headers": f"'{readable}'",
        "RateLimit-Limit": "'300'",
        "RateLimit-Remaining": "'0'" if throttled else "'300'",
        "RateLimit-Reset": "'1'" if throttled else "'60'",
        "X-Request-Id": "context.requestId",
    } | ({"Retry-After": "'1'"} if throttled else {})
    assert response["responseParameters"] == {f"gatewayresponse.header.{name}": it for name, it in headers.items()}


def test_a_function_that_only_one_side_knows_stops_the_packaging(package: Package) -> None:
    chalice = {"Resources": {"Stranger": {"Type": "AWS::Serverless::Function", "Properties": {}}}}
    with pytest.raises(ValueError, match="Stranger"):
        stack.complete(chalice)


def test_no_log_of_awss_own_has_addresses_browsers_or_requests(application: Template) -> None:
    """As the page about privacy says. What is not switched on logs nothing."""
    whole = json.dumps(application)
    for absent in ("$context.identity", "DataTraceEnabled", "LoggingLevel", "TracingEnabled", '"Active"'):
        assert absent not in whole, absent
    logging = [name for name, it in application["Resources"].items() if "Logging" in it["Type"]]
    logging += [
        name
        for name, it in of_type(application, "AWS::CloudFront::Distribution").items()
        if "Logging" in it["DistributionConfig"]
    ]
    assert logging == []
    assert '"SampledRequestsEnabled": true' not in whole
    groups = of_type(application, "AWS::Logs::LogGroup")
    assert {it["RetentionInDays"] for it in groups.values()} == {30}
    letters = [it for name, it in of_type(application, "AWS::SQS::Queue").items() if name.endswith("DeadLetters")]
    assert {it["MessageRetentionPeriod"] for it in letters} == {14 * 24 * 3600}
