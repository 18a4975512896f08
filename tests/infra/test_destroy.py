"""A stage is deleted by its name alone, nothing that is protected is, and what is left is told."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import WaiterError
from msgspec.structs import replace

from infra.deployment import DeploymentFailed
from infra.destroy import Demolition, Holdings, destroy, left, main

TEMPLATE = {
    "Resources": {
        "SessionsTable": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
            },
        },
        "ExportsBucket": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {"BucketName": "exports-x"},
        },
    }
}


class Site:
    """A stage in an AWS in memory, and what was said of it."""

    def __init__(self) -> None:
        self.session, self.said, self.asked = boto3.Session(), list[str](), list[str]()
        cloudformation: Any = self.session.client("cloudformation")
        topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
        for name, template in (("harmonica-trial-data", TEMPLATE), ("harmonica-trial", topic)):
            cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        self.session.client("s3").put_object(Bucket="exports-x", Key="a/b.json", Body=b"{}")

    def demolition(self) -> Demolition:
        return Demolition(self.session, "trial", self.said.append)

    def destroy(self, answer: str, *, with_data: bool = False) -> None:
        def confirm(question: str) -> str:
            self.asked.append(question)
            return answer

        destroy(self.demolition(), with_data=with_data, confirm=confirm)

    def there(self) -> tuple[set[str], int, int]:
        """The stacks, and how many tables and buckets there are."""
        stacks = self.session.client("cloudformation").describe_stacks()["Stacks"]
        tables = [it for it in self.session.client("dynamodb").list_tables()["TableNames"] if "SessionsTable" in it]
        buckets = [it for it in self.session.client("s3").list_buckets()["Buckets"] if it["Name"] == "exports-x"]
        return {stack["StackName"] for stack in stacks}, len(tables), len(buckets)


WHOLE = ({"harmonica-trial", "harmonica-trial-data"}, 1, 1)


@pytest.fixture
def site(aws: None) -> Site:
    return Site()


@pytest.mark.parametrize("answer", ["", "yes", "prod", "trial2"])
@pytest.mark.parametrize("with_data", [False, True])
def test_all_but_its_name_deletes_nothing(site: Site, answer: str, with_data: bool) -> None:
    with pytest.raises(DeploymentFailed, match="nothing was deleted"):
        site.destroy(answer, with_data=with_data)
    assert site.there() == WHOLE
    assert ("for good the data in" in site.asked[0]) == with_data


def test_the_data_stays_unless_it_is_named(site: Site) -> None:
    site.destroy("trial\n")
    assert site.there() == ({"harmonica-trial-data"}, 1, 1)
    assert "`make deploy STAGE=trial` takes it up again" in left(site.demolition(), with_data=False)[0]
    with pytest.raises(DeploymentFailed, match="its data is: DATA=yes"):
        site.destroy("trial")
    site.destroy("trial", with_data=True)
    assert site.there() == (set(), 0, 0)
    assert "keeps a backup of each table" in left(site.demolition(), with_data=True)[0]


def test_what_an_earlier_try_deleted_is_no_failure_and_a_secret_can_be_had_back(site: Site) -> None:
    secrets: Any = site.session.client("secretsmanager")
    arn = secrets.create_secret(Name="s", SecretString="s")["ARN"]
    site.demolition().delete_data(Holdings(("gone",), (arn,), ("gone-before",)))
    assert secrets.describe_secret(SecretId=arn)["DeletedDate"]
    secrets.restore_secret(SecretId=arn)
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "s"


def test_a_demolition_that_ended_halfway_goes_on(site: Site) -> None:
    (table,) = site.demolition().holdings().tables
    site.session.client("dynamodb").delete_table(TableName=table)
    site.destroy("trial", with_data=True)
    assert site.there() == (set(), 0, 0)


def test_a_table_that_is_protected_keeps_all_of_it(site: Site) -> None:
    (table,) = site.demolition().holdings().tables
    site.session.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=True)
    with pytest.raises(DeploymentFailed) as caught:
        site.destroy("trial", with_data=True)
    assert f"aws dynamodb update-table --no-deletion-protection-enabled --table-name {table}" in str(caught.value)
    assert site.there() == WHOLE
    assert site.asked == []


def test_a_stack_that_is_protected_is_not_deleted(site: Site) -> None:
    demolition = site.demolition()
    assert demolition.application
    assert demolition.data
    demolition.application = _protected(demolition.application)
    demolition.data = _protected(demolition.data)
    told = demolition.protections(Holdings(), with_data=False)
    assert len(told) == 1
    assert told[0].endswith("--no-enable-termination-protection --stack-name harmonica-trial")
    assert len(demolition.protections(Holdings(), with_data=True)) == 2
    with pytest.raises(DeploymentFailed, match="Nothing was deleted"):
        destroy(demolition, with_data=False, confirm=lambda _: "trial")
    assert site.there() == WHOLE


def _protected(stack: Any) -> Any:
    return replace(stack, is_protected=True)


def test_why_a_stack_could_not_be_deleted_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    demolition = site.demolition()
    events = [
        {
            "EventId": "2",
            "StackId": "id",
            "LogicalResourceId": "Api",
            "ResourceType": "AWS::ApiGateway::RestApi",
            "ResourceStatus": "DELETE_FAILED",
            "ResourceStatusReason": "a domain name points there",
        }
    ]

    class Failing:
        """CloudFormation that deletes nothing."""

        def describe_stack_events(self, **_: str) -> Any:
            return {"StackEvents": []}

        def delete_stack(self, **_: str) -> None:
            """Begin."""

        def get_waiter(self, _: str) -> "Failing":
            return self

        def wait(self, **_: Any) -> None:
            raise WaiterError("stack_delete_complete", "failed", {})

        def get_paginator(self, _: str) -> "Failing":
            return self

        def paginate(self, **_: str) -> Any:
            return [{"StackEvents": events}]

    monkeypatch.setattr(demolition, "_cloudformation", Failing())
    with pytest.raises(DeploymentFailed, match="a domain name points there"):
        demolition.delete_application()


def test_the_command_takes_the_name_from_whoever_cannot_type(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(SystemExit, match="Say which stage"):
        main({"AWS_REGION": "us-east-1"})
    with pytest.raises(SystemExit, match="There is no stage elsewhere"):
        main({"AWS_REGION": "us-east-1", "STAGE": "elsewhere", "CONFIRM": "elsewhere"})
    with pytest.raises(SystemExit, match="nothing was deleted"):
        main({"AWS_REGION": "us-east-1", "STAGE": "trial"})
    main({"AWS_REGION": "us-east-1", "STAGE": "trial", "CONFIRM": "trial"})
    assert site.there() == ({"harmonica-trial-data"}, 1, 1)
    assert "harmonica-trial-123456789012-us-east-1 stays" in capsys.readouterr().out
