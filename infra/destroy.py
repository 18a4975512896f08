"""`make destroy`: deletes a stage: the application stack, and with DATA=yes all that people said there.

Whoever runs it types the stage's name, or says CONFIRM=<name> where nobody is there to type. What is protected is not deleted
before that is switched off, and nothing is deleted then.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError, WaiterError
from msgspec import Struct

from chalicelib.model.lifetimes import BACKUP_DAYS
from infra.aws import (
    Stack,
    account_of,
    application_stack_name,
    data_stack_name,
    find_stack,
    is_local,
    open_session,
    refusals_in_words,
    resources_of,
)
from infra.deployment import DeploymentFailed
from infra.deployment.bucket import bucket_name
from infra.deployment.failures import newest_event, reasons

SECRET_DAYS: Final = 30  # in which a deleted secret can be had back
_GONE: Final = ("ResourceNotFoundException", "NoSuchBucket")


class Holdings(Struct, frozen=True):
    """What of a stage holds data: names of tables and buckets, ARNs of secrets."""

    tables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()


class Demolition:
    """A stage that is to be deleted."""

    def __init__(self, session: Any, stage: str, say: Callable[[str], None]) -> None:
        self.session, self.stage, self._say = session, stage, say
        self._cloudformation = session.client("cloudformation")
        self.application = find_stack(self._cloudformation, application_stack_name(stage))
        self.data = find_stack(self._cloudformation, data_stack_name(stage))
        self._pace = {"Delay": 0.2 if is_local(session) else 5, "MaxAttempts": 1_000}

    def holdings(self) -> Holdings:
        """What would be lost with the data."""
        if self.data is None:
            return Holdings()
        kinds = ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret", "AWS::S3::Bucket")
        return Holdings(*(tuple(resources_of(self._cloudformation, self.data.id, kind).values()) for kind in kinds))

    def protections(self, holdings: Holdings, *, with_data: bool) -> list[str]:
        """A sentence for each protection that is on, which says how it is switched off."""
        stacks = [self.application, self.data if with_data else None]
        told = [
            f"The stack {stack.name} is protected. To switch that off: aws cloudformation update-termination-protection "
            f"--no-enable-termination-protection --stack-name {stack.name}"
            for stack in stacks
            if stack and stack.is_protected
        ]
        dynamodb = self.session.client("dynamodb")
        for table in holdings.tables if with_data else ():
            with _gone_before():
                if dynamodb.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
                    told.append(
                        f"The table {table} is protected. To switch that off: aws dynamodb update-table "
                        f"--no-deletion-protection-enabled --table-name {table}"
                    )
        return told

    def delete_application(self) -> None:
        """Delete the functions, the API, the queues with what waits in them, and the alarms."""
        if self.application:
            self._delete(self.application)

    def delete_data(self, holdings: Holdings) -> None:
        """Delete what holds data, then its stack, which names all that for as long as anything is left."""
        dynamodb, secrets = self.session.client("dynamodb"), self.session.client("secretsmanager")
        for table in holdings.tables:
            with _gone_before():
                dynamodb.delete_table(TableName=table)
            self._say(f"Deleted the table {table}")
        for secret in holdings.secrets:
            with _gone_before():
                secrets.delete_secret(SecretId=secret, RecoveryWindowInDays=SECRET_DAYS)
            back = "`aws secretsmanager restore-secret` brings it back"
            self._say(f"Deleted the secret {secret}; within {SECRET_DAYS} days {back}")
        for bucket in holdings.buckets:
            with _gone_before():
                self._delete_bucket(bucket)
            self._say(f"Deleted the bucket {bucket}")
        if self.data:
            self._delete(self.data)

    def _delete_bucket(self, name: str) -> None:
        s3 = self.session.client("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for item in page.get("Contents", []):
                s3.delete_object(Bucket=name, Key=item["Key"])
        s3.delete_bucket(Bucket=name)

    def _delete(self, stack: Stack) -> None:
        mark = newest_event(self._cloudformation, stack.id)
        self._cloudformation.delete_stack(StackName=stack.id)
        try:
            self._cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.id, WaiterConfig=self._pace)
        except WaiterError as error:
            why = "\n".join(f"  {line}" for line in reasons(self._cloudformation, stack.id, mark))
            raise DeploymentFailed(
                f"{stack.name} could not be deleted:\n{why}\nMend that, and run this again"
            ) from error
        self._say(f"Deleted the stack {stack.name}")


@contextlib.contextmanager
def _gone_before() -> Iterator[None]:
    """What an earlier try has deleted is no failure of this one."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


def destroy(demolition: Demolition, *, with_data: bool, confirm: Callable[[str], str]) -> None:
    """Delete the stage once its name is confirmed. Raises DeploymentFailed where nothing was deleted, or not all."""
    stage = demolition.stage
    if demolition.application is None and (demolition.data is None or not with_data):
        more = "; its data is: DATA=yes deletes that" if demolition.data else ""
        raise DeploymentFailed(f"There is no stage {stage} in {demolition.session.region_name}{more}")
    holdings = demolition.holdings()
    if protections := demolition.protections(holdings, with_data=with_data):
        raise DeploymentFailed("\n".join((*protections, "Nothing was deleted")))
    lost = f", and for good the data in {', '.join(holdings.tables)}" if with_data else ""
    question = (
        f"This deletes the stage {stage}, whose address and queued work go with it{lost}. Type its name to go on: "
    )
    if confirm(question).strip() != stage:
        raise DeploymentFailed("That is not its name; nothing was deleted")
    demolition.delete_application()
    if with_data:
        demolition.delete_data(holdings)


def left(demolition: Demolition, *, with_data: bool) -> list[str]:
    """What a deleted stage leaves behind, a sentence each."""
    bucket = bucket_name(demolition.session, demolition.stage, account_of(demolition.session))
    backups = (
        f"DynamoDB keeps a backup of each table that had point-in-time recovery for {BACKUP_DAYS} days: "
        "aws dynamodb list-backups --backup-type SYSTEM"
    )
    kept = (
        f"The data stays in the stack {data_stack_name(demolition.stage)}: `make deploy STAGE={demolition.stage}` takes it up "
        "again, DATA=yes deletes it"
    )
    return [
        backups if with_data else kept,
        f"The bucket {bucket} stays, with the packages that were deployed",
        "Secrets that you made, identities of SES, and a bot's webhook at Telegram stay as they are",
    ]


@refusals_in_words()
def main(environment: Mapping[str, str]) -> None:
    """`make destroy`."""
    stage, with_data = environment.get("STAGE", ""), environment.get("DATA") == "yes"
    if not stage:
        raise SystemExit("Say which stage: make destroy STAGE=trial")
    named = environment.get("CONFIRM", "")
    confirm: Callable[[str], str] = input if sys.stdin.isatty() and not named else lambda _: named
    demolition = Demolition(open_session(environment), stage, print)
    try:
        destroy(demolition, with_data=with_data, confirm=confirm)
    except DeploymentFailed as error:
        raise SystemExit(str(error)) from error
    print("\n".join(left(demolition, with_data=with_data)))


if __name__ == "__main__":
    main(dict(os.environ))
