"""What is said of stacks, bucket, alarms, dead letters, and of how many functions may run."""

import json
from typing import Any

import pytest

from chalicelib.model.jobs import QUEUES
from infra.alarms import ALARM_TOPIC
from infra.checks.cloud import check_alarms, check_bucket, check_concurrency, check_dead_letters, check_stacks
from infra.checks.stage import Stage
from tests.infra.checks.stubs import ACCOUNT, Session, stack, stage, told

BUCKET = f"harmonica-prod-{ACCOUNT}-eu-central-1"
OURS = {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT}
CLOSED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
TLS = {"Statement": [{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}


@pytest.mark.parametrize(
    ("status", "protected", "expected"),
    [
        ("UPDATE_COMPLETE", True, [("well", "harmonica-prod: UPDATE_COMPLETE")]),
        ("UPDATE_COMPLETE", False, [("well", "harmonica-prod: UPDATE_COMPLETE"), ("warning", "can delete it at once")]),
        ("UPDATE_ROLLBACK_COMPLETE", True, [("warning", "what was there before runs on")]),
        ("REVIEW_IN_PROGRESS", True, [("warning", "nothing runs there")]),
        ("ROLLBACK_COMPLETE", True, [("warning", "nothing runs there")]),
        ("UPDATE_ROLLBACK_FAILED", True, [("fault", "continue-update-rollback")]),
        ("UPDATE_IN_PROGRESS", True, [("fault", "is being changed by somebody else")]),
    ],
)
def test_the_state_of_a_stack_is_told(status: str, protected: bool, expected: list[tuple[str, str]]) -> None:
    session = Session()
    one = Stage(
        "prod", session, ACCOUNT, stack(status=status, is_protected=protected), stack("harmonica-prod-data"), {}
    )
    first, *found = told(list(check_stacks(one)))
    assert first == ("well", "harmonica-prod-data: UPDATE_COMPLETE")
    assert [level for level, _ in found] == [level for level, _ in expected]
    assert all(said in text for (_, text), (_, said) in zip(found, expected, strict=True))


def test_a_stage_that_is_not_deployed_yet_is_no_fault() -> None:
    found = told(list(check_stacks(stage(Session(), deployed=False))))
    assert [level for level, _ in found] == ["warning", "warning"]
    assert "make deploy STAGE=prod" in found[0][1]


@pytest.mark.parametrize(
    ("status", "level", "said"), [(403, "fault", "another account's"), (404, "warning", "not there yet")]
)
def test_a_bucket_that_is_not_ours_or_not_there_is_told(status: int, level: str, said: str) -> None:
    session = Session()
    session.refuses("s3", "head_bucket", str(status), status)
    ((found, text),) = told(list(check_bucket(stage(session))))
    assert found == level
    assert said in text


@pytest.mark.parametrize(
    ("versioning", "block", "policy", "expected"),
    [
        ("Enabled", CLOSED, TLS, [("well", "closed to all others")]),
        ("Suspended", CLOSED, TLS, [("warning", "no older versions"), ("well", "closed to all others")]),
        ("Enabled", {**CLOSED, "BlockPublicAcls": False}, None, [("fault", "may be opened to everybody")]),
        ("Enabled", None, None, [("fault", "may be opened to everybody")]),
        ("Enabled", CLOSED, None, [("warning", "without TLS")]),
        ("Enabled", CLOSED, {"Statement": [{"Effect": "Allow"}]}, [("warning", "without TLS")]),
    ],
)
def test_how_the_bucket_is_closed_is_told(
    versioning: str, block: dict[str, bool] | None, policy: Any, expected: list[tuple[str, str]]
) -> None:
    session = Session()
    session.answers("s3", "head_bucket", {}, OURS)
    session.answers("s3", "get_bucket_versioning", {"Status": versioning}, OURS)
    if block is None:
        session.refuses("s3", "get_public_access_block", "NoSuchPublicAccessBlockConfiguration", 404)
    else:
        session.answers("s3", "get_public_access_block", {"PublicAccessBlockConfiguration": block}, OURS)
    if policy:
        session.answers("s3", "get_bucket_policy", {"Policy": json.dumps(policy)}, OURS)
    elif block == CLOSED:
        session.refuses("s3", "get_bucket_policy", "NoSuchBucketPolicy", 404)
    found = told(list(check_bucket(stage(session))))
    assert session.all_asked()
    assert [level for level, _ in found] == [level for level, _ in expected]
    assert all(said in text for (_, text), (_, said) in zip(found, expected, strict=True))


@pytest.mark.parametrize(("at_once", "level"), [(10, "warning"), (99, "warning"), (1000, "well")])
def test_what_few_functions_at_once_mean_is_told(at_once: int, level: str) -> None:
    session = Session()
    limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": at_once}
    session.answers("lambda", "get_account_settings", {"AccountLimit": limit})
    ((found, text),) = told(list(check_concurrency(stage(session, JobsAtOnce="2"))))
    assert found == level
    assert text.startswith(f"{at_once} functions may run at once")
    assert ("people wait" in text) == (level == "warning")


def test_only_queues_that_are_read_count_towards_what_runs_at_once() -> None:
    def jobs(mail: str = "", bot: str = "") -> int:
        session = Session()
        limit = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
        session.answers("lambda", "get_account_settings", {"AccountLimit": limit})
        ((_, text),) = told(list(check_concurrency(stage(session, JobsAtOnce="2", MailFrom=mail, TelegramBot=bot))))
        return int(text.partition("workers alone may take ")[2].partition(":")[0])

    bare = jobs()
    assert jobs(mail="surveys@example.org") == bare + 2
    assert jobs(mail="surveys@example.org", bot="ours_bot") == bare + 6 == 2 * len(QUEUES)


def _listed(session: Session, *resources: tuple[str, str, str]) -> None:
    rows = [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": 1_790_000_000,
        }
        for name, physical, kind in resources
    ]
    session.answers("cloudformation", "list_stack_resources", {"StackResourceSummaries": rows})


def test_alarms_that_ring_are_told_of_this_stack_alone_however_many_there_are() -> None:
    session = Session()
    alarms = [(f"A{n}", f"harmonica-prod-A{n}", "AWS::CloudWatch::Alarm") for n in range(120)]
    _listed(session, *alarms, ("Q", "q", "AWS::SQS::Queue"))
    asked = [
        {"StateValue": "ALARM", "MaxRecords": 100, "AlarmNames": [it[1] for it in part]}
        for part in (alarms[:100], alarms[100:])
    ]
    rings = {"AlarmName": "harmonica-prod-A3", "AlarmDescription": "The model refuses us."}
    session.answers("cloudwatch", "describe_alarms", {"MetricAlarms": [rings]}, asked[0])
    session.answers("cloudwatch", "describe_alarms", {"MetricAlarms": []}, asked[1])
    found = told(list(check_alarms(stage(session))))
    assert found[0] == ("fault", "Alarm harmonica-prod-A3 rings: The model refuses us.")
    assert found[1][0] == "warning"
    assert "ALARM_EMAIL" in found[1][1]
    assert session.all_asked()


@pytest.mark.parametrize(
    ("subscriptions", "level"),
    [
        ([{"Endpoint": "ops@example.org", "SubscriptionArn": "arn:aws:sns:x"}], "well"),
        ([{"Endpoint": "ops@example.org", "SubscriptionArn": "PendingConfirmation"}], "fault"),
        ([{"Endpoint": "somebody@example.org", "SubscriptionArn": "arn:aws:sns:x"}], "fault"),
        ([], "fault"),
    ],
)
def test_whether_anybody_hears_alarms_is_told(subscriptions: list[dict[str, str]], level: str) -> None:
    session = Session()
    for _ in range(2):
        _listed(session, (ALARM_TOPIC, "arn:aws:sns:eu-central-1:1:topic", "AWS::SNS::Topic"))
    session.answers("sns", "list_subscriptions_by_topic", {"Subscriptions": subscriptions})
    found = told(list(check_alarms(stage(session, AlarmEmail="ops@example.org"))))
    assert [level for level, _ in found] == [level]
    assert "ops@example.org" in found[0][1]


def test_what_was_given_up_is_told_by_queue() -> None:
    session = Session()
    outputs = {"SummariesDeadLettersUrl": "s", "PromptsDeadLettersUrl": "p", "StreamFailuresUrl": "f"}
    counts = {"p": 0, "s": 3, "f": 2}
    for url, count in counts.items():
        told_of = {"ApproximateNumberOfMessages": str(count)}
        asked = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"]}
        session.answers("sqs", "get_queue_attributes", {"Attributes": told_of}, asked)
    found = told(list(check_dead_letters(stage(session, outputs=outputs))))
    assert found[0][0] == "fault"
    assert found[0][1].startswith("3 jobs of summaries were given up")
    assert "make redrive STAGE=prod QUEUE=summaries" in found[0][1]
    assert found[1][0] == "warning"
    assert session.all_asked()


def test_before_the_first_deployment_there_is_nothing_to_be_told() -> None:
    session = Session()
    assert list(check_alarms(stage(session, deployed=False))) == []
    assert list(check_dead_letters(stage(session, deployed=False))) == []
