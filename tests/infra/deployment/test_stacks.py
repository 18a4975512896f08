"""One stack: what it is told, what is shown before, and what is said where it goes no further."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

from infra.aws import find_stack
from infra.deployment import DeploymentFailed
from infra.deployment.bucket import Bucket, open_bucket
from infra.deployment.changes import Approve, Plan, unasked
from infra.deployment.stacks import deploy_stack, parameters_of

TOPIC = {"Topic": {"Type": "AWS::SNS::Topic"}}


def _template(resources: dict[str, Any] = TOPIC, **defaults: str | int | None) -> dict[str, Any]:
    """A stack that takes these parameters, each with this default, if it has one."""
    declared: dict[str, Any] = {
        name: {"Type": "String"} | ({} if default is None else {"Default": default})
        for name, default in defaults.items()
    }
    return {"Parameters": declared, "Resources": resources}


@pytest.fixture
def bucket(session: boto3.Session) -> Bucket:
    return open_bucket(session, "prod")


class Cloud:
    """One stack in an AWS in memory."""

    def __init__(self, session: boto3.Session, bucket: Bucket) -> None:
        self.session, self.bucket = session, bucket
        self.cloudformation: Any = session.client("cloudformation")

    def deploy(self, template: dict[str, Any], approve: Approve = unasked, **parameters: str) -> None:
        deploy_stack(self.session, "stack", template, parameters, self.bucket, approve)

    def told(self) -> dict[str, str]:
        stack = find_stack(self.cloudformation, "stack")
        assert stack
        return stack.parameters


@pytest.fixture
def cloud(session: boto3.Session, bucket: Bucket) -> Cloud:
    return Cloud(session, bucket)


def test_an_update_keeps_what_was_told_and_takes_new_defaults_and_what_is_new(cloud: Cloud) -> None:
    before = _template(Stage=None, Email="", Model="small", Turns=200, Gone="x")
    cloud.deploy(before, Stage="prod", Email="a@example.com", Gone="y")
    assert cloud.told() == {"Stage": "prod", "Email": "a@example.com", "Model": "small", "Turns": "200", "Gone": "y"}
    after = _template(Stage=None, Email="", Model="large", Turns=300, New="default")
    cloud.deploy(after, Stage="prod")
    now = {"Stage": "prod", "Email": "a@example.com", "Model": "large", "Turns": "300", "New": "default"}
    assert now.items() <= cloud.told().items()  # the cloud in memory never forgets a parameter that is gone
    cloud.deploy(after, Stage="prod", Email="b@example.com")
    cloud.deploy(after, Stage="prod", Model="mine")
    cloud.deploy(_template(Stage=None, Email="", Model="huge", Turns=300, New="default"), Stage="prod")
    assert {**now, "Email": "b@example.com", "Model": "mine"}.items() <= cloud.told().items()


def test_a_no_to_a_new_stack_leaves_what_somebody_else_made_of_it_meanwhile(cloud: Cloud) -> None:
    def no(_: Plan) -> None:
        raise DeploymentFailed("nothing was changed")

    def late_no(plan: Plan) -> None:
        cloud.deploy(_template())
        no(plan)

    with pytest.raises(DeploymentFailed):
        cloud.deploy(_template(), no)
    assert find_stack(cloud.cloudformation, "stack") is None
    with pytest.raises(DeploymentFailed):
        cloud.deploy(_template(), late_no)
    made = find_stack(cloud.cloudformation, "stack")
    assert made
    assert made.status == "CREATE_COMPLETE"


def test_a_hyphen_goes_back_to_the_default(cloud: Cloud) -> None:
    template = _template(Email="", Model="small")
    cloud.deploy(template, Email="a@example.com", Model="mine")
    cloud.deploy(template, Email="-", Model="-")
    assert cloud.told() == {"Email": "", "Model": "small"}


def test_a_hyphen_for_what_has_no_default_is_refused() -> None:
    with pytest.raises(DeploymentFailed, match="Stage: there is no default"):
        parameters_of(_template(Stage=None), {}, {}, {"Stage": "-"})


def test_changes_are_shown_and_so_it_is_where_there_are_none(cloud: Cloud) -> None:
    plans: list[Plan] = []
    cloud.deploy(_template(), plans.append)
    cloud.deploy(_template(), plans.append)
    cloud.deploy(_template({**TOPIC, "Other": TOPIC["Topic"]}), plans.append)
    assert [(plan.stack, plan.is_new) for plan in plans] == [("stack", True), ("stack", False), ("stack", False)]
    assert plans[1].changes == ()
    assert ("Add", "Other") in [(change.action, change.name) for change in plans[2].changes]


def test_each_index_of_a_table_is_a_step_of_its_own(cloud: Cloud) -> None:
    def table(*indexes: str) -> dict[str, Any]:
        keyed = [
            {
                "IndexName": name,
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for name in indexes
        ]
        properties = {
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("k", *indexes)],
            **({"GlobalSecondaryIndexes": keyed} if keyed else {}),
        }
        return _template({"Things": {"Type": "AWS::DynamoDB::Table", "Properties": properties}})

    plans: list[Plan] = []
    cloud.deploy(table())
    cloud.deploy(table("by_day", "by_name"), plans.append)
    assert [plan.note.partition(";")[0] for plan in plans] == ["stack: step 1 of 2", "stack: step 2 of 2"]
    body = cloud.cloudformation.get_template(StackName="stack")["TemplateBody"]
    assert body == table("by_day", "by_name")


def _refuse(_: Plan) -> None:
    raise DeploymentFailed("no, thank you")


def test_a_no_leaves_nothing_behind(cloud: Cloud) -> None:
    with pytest.raises(DeploymentFailed, match="no, thank you"):
        cloud.deploy(_template(), _refuse)
    assert find_stack(cloud.cloudformation, "stack") is None
    cloud.deploy(_template(Model="small"))
    before = cloud.cloudformation.list_change_sets(StackName="stack")["Summaries"]
    with pytest.raises(DeploymentFailed, match="no, thank you"):
        cloud.deploy(_template(Model="small"), _refuse, Model="large")
    assert cloud.told() == {"Model": "small"}
    assert cloud.cloudformation.list_change_sets(StackName="stack")["Summaries"] == before


def test_a_template_that_somebody_swapped_on_its_way_is_not_run(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    put = Bucket.put

    def swapped(bucket: Bucket, key: str, body: bytes) -> None:
        put(bucket, key, body.replace(b"AWS::SNS::Topic", b"AWS::SQS::Queue"))

    monkeypatch.setattr(Bucket, "put", swapped)
    with pytest.raises(DeploymentFailed, match="another template than was built here"):
        cloud.deploy(_template())
    assert find_stack(cloud.cloudformation, "stack") is None


class Aws:
    """CloudFormation with one stack in a state, and one reason for which it goes no further."""

    def __init__(self, status: str, reason: str = "") -> None:
        self.status, self.reason, self.deleted = status, reason, False

    def client(self, _: str) -> "Aws":
        return self

    @property
    def meta(self) -> Any:
        return boto3.client("sts", region_name="us-east-1").meta

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        stack = {"StackName": "harmonica-prod", "StackId": "id", "StackStatus": self.status}
        return {"Stacks": [{**stack, "StackStatusReason": "Rate exceeded"}]}

    def get_template(self, **_: str) -> dict[str, Any]:
        return {"TemplateBody": _template()}

    def create_change_set(self, **_: Any) -> dict[str, str]:
        if not self.reason:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "Unresolved condition Odd"}}, "CreateChangeSet"
            )
        return {"Id": "changes", "StackId": "id"}

    def get_waiter(self, _: str) -> "Aws":
        return self

    def wait(self, **_: Any) -> None:
        raise WaiterError("waiter", "it failed", {})

    def describe_change_set(self, **_: Any) -> dict[str, Any]:
        return {"StatusReason": self.reason}

    def get_paginator(self, name: str) -> "Aws":
        assert name == "describe_events"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        assert asked["Filters"] == {"FailedEvents": True}
        faults = ("Timeout is no number", "Role is missing")
        return [{"OperationEvents": [{"LogicalResourceId": "Api", "ValidationStatusReason": it}]} for it in faults]

    def delete_change_set(self, **_: Any) -> None:
        self.deleted = True


class Shelf:
    """A bucket that takes everything."""

    def put(self, key: str, body: bytes) -> None:
        """Take it."""

    def url(self, key: str) -> str:
        return key


def _deployed(aws: Aws) -> None:
    deploy_stack(aws, "harmonica-prod", _template(), {}, Shelf(), unasked)  # type: ignore[arg-type]


def test_all_that_is_wrong_with_a_change_set_is_told_and_it_is_dropped() -> None:
    aws = Aws("UPDATE_COMPLETE", "Template validation failed")
    with pytest.raises(DeploymentFailed) as caught:
        _deployed(aws)
    assert str(caught.value).splitlines() == [
        "harmonica-prod was not touched:",
        "  Template validation failed",
        "  Api: Role is missing",
        "  Api: Timeout is no number",
    ]
    assert aws.deleted


def test_what_keeps_a_change_set_from_being_made_is_told() -> None:
    with pytest.raises(DeploymentFailed, match="harmonica-prod was not touched: Unresolved condition Odd"):
        _deployed(Aws("UPDATE_COMPLETE"))


def test_a_stack_at_work_is_left_alone() -> None:
    with pytest.raises(DeploymentFailed, match=r"harmonica-prod is being changed by somebody else.*\(Rate exceeded\)"):
        _deployed(Aws("UPDATE_IN_PROGRESS"))
