"""Deployment: what it refuses, and that it creates first and updates later."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import deploy
from infra.deploy import DeploymentFailed, deploy_stack, main, parameters_from, with_code
from infra.package import Package

QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"QueueUrl": {"Value": {"Ref": "Queue"}}}}
TOPIC = {**QUEUE, "Resources": {**QUEUE["Resources"], "Topic": {"Type": "AWS::SNS::Topic"}}}


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "Say which stage"),
        ({"STAGE": "Prod!", "LLM_PROVIDER": "offline"}, "Say which stage"),
        ({"STAGE": "prod"}, "LLM_PROVIDER=anthropic"),
        ({"STAGE": "prod", "LLM_PROVIDER": "gpt"}, "LLM_PROVIDER=anthropic"),
        ({"STAGE": "prod", "LLM_PROVIDER": "anthropic"}, "ANTHROPIC_SECRET_ARN"),
    ],
)
def test_a_deployment_that_lacks_a_decision_is_refused(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(SystemExit, match=reason):
        main(environment)


def test_only_what_the_environment_sets_is_passed_on() -> None:
    environment = {"PUBLIC_URL": "https://harmonica.example", "ALARM_EMAIL": "", "HOME": "/root"}
    assert parameters_from(environment) == {"PublicUrl": "https://harmonica.example"}


def test_all_functions_get_the_code_from_the_bucket(package: Package) -> None:
    template = with_code(package.application, "bucket", "key")
    functions = [it for it in template["Resources"].values() if it["Type"] == "AWS::Serverless::Function"]
    assert {json.dumps(it["Properties"]["CodeUri"]) for it in functions} == {'{"Bucket": "bucket", "Key": "key"}'}
    assert "bucket" not in json.dumps(package.application)


@pytest.fixture
def session() -> Any:
    with mock_aws():
        made = boto3.Session(region_name="eu-central-1")
        location: Any = {"LocationConstraint": "eu-central-1"}
        made.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration=location)
        yield made


def test_a_stack_is_created_then_updated_then_left_alone(session: boto3.Session) -> None:
    first = deploy_stack(session, "stack", QUEUE, {}, "bucket")
    assert first["QueueUrl"].startswith("http")
    assert deploy_stack(session, "stack", TOPIC, {}, "bucket") == first
    assert session.client("sns").list_topics()["Topics"]
    assert deploy_stack(session, "stack", TOPIC, {}, "bucket") == first


def test_a_broken_template_says_so(session: boto3.Session) -> None:
    with pytest.raises(DeploymentFailed, match="stack failed to create"):
        deploy_stack(session, "stack", {"Outputs": {}}, {}, "bucket")


def test_the_bucket_is_private_and_made_once(session: boto3.Session, tmp_path: Path) -> None:
    code = tmp_path / "deployment.zip"
    code.write_bytes(b"zip")
    package = Package(data=QUEUE, application=TOPIC, code=code)
    for _ in range(2):
        deploy.deploy(session, "test", package, {})
    bucket = "harmonica-test-123456789012-eu-central-1"
    s3 = session.client("s3")
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    assert len(s3.list_objects_v2(Bucket=bucket, Prefix="code/")["Contents"]) == 1
