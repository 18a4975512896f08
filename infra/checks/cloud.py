"""The stage's stacks, its bucket, what its alarms and dead letters say, and how many functions its account may run."""

import json
from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.model.jobs import QUEUES
from infra import queues
from infra.alarms import ALARM_TOPIC
from infra.aws import Stack, application_stack_name, data_stack_name, resources_of
from infra.checks import Finding, fault, warning, well
from infra.checks.stage import Stage
from infra.data_stack import PRODUCTION
from infra.deployment.bucket import bucket_name
from infra.deployment.states import NEXT, obstacle
from infra.event_sources import HAS_MAIL, HAS_TELEGRAM, NEEDED_WITH
from infra.parameters import JOBS_AT_ONCE

ENOUGH_AT_ONCE: Final = 100  # executions; with less, people wait for our own workers
_AT_A_TIME: Final = 100  # alarms that one call tells of


def check_stacks(stage: Stage) -> Iterator[Finding]:
    """Yields a sentence for the state of each stack."""
    for stack, name in (
        (stage.data, data_stack_name(stage.name)),
        (stage.application, application_stack_name(stage.name)),
    ):
        if stack is None:
            yield warning(f"{name}: not deployed yet; `make deploy STAGE={stage.name}` makes it")
        elif why := obstacle(stack):
            yield fault(why)
        elif NEXT[stack.status] != "update":
            yield warning(
                f"{name}: nothing runs there, for the first deployment failed or was not agreed to ({stack.status}); deploy again, and say "
                "anew what it was told"
            )
        elif "ROLLBACK" in stack.status:
            yield warning(f"{name}: the last deployment failed ({stack.status}); what was there before runs on")
        else:
            yield well(f"{name}: {stack.status}")
            yield from _protection(stage, stack)


def _protection(stage: Stage, stack: Stack) -> Iterator[Finding]:
    if stage.name == PRODUCTION and not stack.is_protected:
        yield warning(
            f"{stack.name}: anybody with the rights can delete it at once; the next deployment switches protection on"
        )


def check_bucket(stage: Stage) -> Iterator[Finding]:
    """Yields whether the bucket of deployments is ours and closed."""
    name, s3 = bucket_name(stage.session, stage.name, stage.account), stage.session.client("s3")
    ours = {"Bucket": name, "ExpectedBucketOwner": stage.account}
    try:
        s3.head_bucket(**ours)
    except ClientError as error:
        if error.response["Error"]["Code"] == "403":
            yield fault(
                f"The bucket {name} is another account's, or you may not use it: nothing can be deployed through it"
            )
        else:
            yield warning(f"The bucket {name} is not there yet; the first deployment makes it")
        return
    if s3.get_bucket_versioning(**ours).get("Status") != "Enabled":
        yield warning(f"The bucket {name} keeps no older versions; the next deployment sees to that")
    if not _is_closed(s3, ours):
        yield fault(f"The bucket {name} may be opened to everybody; deploy again, which closes it")
    elif not stage.is_local and not _wants_tls(s3, ours):
        yield warning(f"The bucket {name} is read without TLS, too; the next deployment sees to that")
    else:
        yield well(f"The bucket {name} is this account's, and closed to all others")


def _is_closed(s3: Any, ours: dict[str, str]) -> bool:
    try:
        return all(s3.get_public_access_block(**ours)["PublicAccessBlockConfiguration"].values())
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchPublicAccessBlockConfiguration":
            raise
        return False


def _wants_tls(s3: Any, ours: dict[str, str]) -> bool:
    try:
        policy = json.loads(s3.get_bucket_policy(**ours)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return False
    return any("aws:SecureTransport" in json.dumps(it.get("Condition", {})) for it in policy["Statement"])


def check_concurrency(stage: Stage) -> Iterator[Finding]:
    """Yields how many functions run at once in this account, and what that means."""
    if stage.is_local:
        return  # what it says of itself is nobody's quota
    limit = stage.session.client("lambda").get_account_settings()["AccountLimit"]
    at_once = int(limit.get("UnreservedConcurrentExecutions", limit["ConcurrentExecutions"]))
    if at_once >= ENOUGH_AT_ONCE:
        yield well(f"{at_once} functions may run at once in this account")
        return
    jobs = int(stage.parameters.get(JOBS_AT_ONCE) or 0) * _queues_read(stage)
    yield warning(
        f"{at_once} functions may run at once in this account, and workers alone may take {jobs}: people wait when some dozens "
        "write at once. Ask for 1,000 before a workshop: Service Quotas, AWS Lambda, Concurrent executions"
    )


def _queues_read(stage: Stage) -> int:
    """How many queues workers wait at: some only where mails are sent, or there is a bot."""
    has = {HAS_MAIL: stage.setting("mail_from")}
    has[HAS_TELEGRAM] = stage.setting("telegram_bot") or stage.setting("telegram_secret_arn")
    return sum(queue not in NEEDED_WITH or bool(has[NEEDED_WITH[queue]]) for queue in QUEUES)


def check_alarms(stage: Stage) -> Iterator[Finding]:
    """Yields the alarms that ring, and whether anybody hears them."""
    if stage.application is None:
        return
    name = application_stack_name(stage.name)
    cloudformation, cloudwatch = stage.session.client("cloudformation"), stage.session.client("cloudwatch")
    alarms = list(resources_of(cloudformation, name, "AWS::CloudWatch::Alarm").values())
    ringing = [
        alarm
        for begin in range(0, len(alarms), _AT_A_TIME)
        for alarm in cloudwatch.describe_alarms(
            AlarmNames=alarms[begin : begin + _AT_A_TIME], StateValue="ALARM", MaxRecords=_AT_A_TIME
        )["MetricAlarms"]
    ]
    for alarm in ringing:
        yield fault(f"Alarm {alarm['AlarmName']} rings: {alarm.get('AlarmDescription', '')}")
    if alarms and not ringing:
        yield well(f"None of {len(alarms)} alarms rings")
    yield from _listeners(stage, cloudformation, name)


def _listeners(stage: Stage, cloudformation: Any, stack: str) -> Iterator[Finding]:
    if stage.is_local:
        return
    address = stage.parameters.get("AlarmEmail", "")
    if not address:
        yield warning("Nobody hears alarms: deploy with ALARM_EMAIL=…")
        return
    topics = resources_of(cloudformation, stack, "AWS::SNS::Topic")
    if ALARM_TOPIC not in topics:
        return
    found = stage.session.client("sns").list_subscriptions_by_topic(TopicArn=topics[ALARM_TOPIC])["Subscriptions"]
    if any(it["Endpoint"] == address and it["SubscriptionArn"].startswith("arn:") for it in found):
        yield well(f"Alarms go to {address}")
    else:
        yield fault(
            f"Alarms reach nobody before {address} follows the link in the mail that AWS sent; look in its spam, too"
        )


def check_dead_letters(stage: Stage) -> Iterator[Finding]:
    """Yields the work that was given up, by queue."""
    sqs, told = stage.session.client("sqs"), 0
    watched = {queue.name: queues.dead_letters_of(queue) for queue in QUEUES} | {"": queues.STREAM_FAILURES}
    for name, logical_id in watched.items():
        url = stage.outputs.get(queues.url_output(logical_id))
        if not url:
            continue
        told += 1
        counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
        count = int(counted["ApproximateNumberOfMessages"])
        if count and name:
            again = f"`make redrive STAGE={stage.name} QUEUE={name}` sends them again"
            yield fault(
                f"{count} {'jobs of' if count > 1 else 'job of'} {name} were given up: once the cause is mended, {again}"
            )
        elif count:
            yield warning(f"{count} batches of changes were not followed; the sweep has found what they name")
    if told:
        yield well(f"{told} queues of dead letters were looked at")
