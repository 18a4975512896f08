"""Deployment: what it refuses, and what it passes on."""

import hashlib
import json
import re
from base64 import b64encode
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from msgspec.structs import replace

from infra import deploy as deployment
from infra.aws import find_stack
from infra.deploy import deploy, main, parameters_from, with_code
from infra.deployment import DeploymentFailed
from infra.package import Package
from infra.parameters import parameters
from tests.infra.memory_aws import fill_gaps


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "Say which stage"),
        ({"STAGE": "Prod!", "LLM_PROVIDER": "scripted"}, "Say which stage"),
        ({"STAGE": "prod"}, "LLM_PROVIDER=anthropic"),
        ({"STAGE": "prod", "LLM_PROVIDER": "gpt"}, "LLM_PROVIDER=anthropic"),
        ({"STAGE": "prod", "LLM_PROVIDER": "anthropic"}, "ANTHROPIC_SECRET_ARN"),
        ({"STAGE": "prod", "LLM_PROVIDER": "openai"}, "OPENAI_SECRET_ARN"),
        ({"STAGE": "prod", "LLM_PROVIDER": "openai", "OPENAI_SECRET_ARN": "arn:x", "MODEL_SMALL": "m"}, "MODEL_SMALL"),
        ({"STAGE": "prod", "LLM_PROVIDER": "scripted", "DEMO_SIGN_IN": "a@b.org x"}, "only `make run` sets it"),
        (
            {"STAGE": "prod", "LLM_PROVIDER": "anthropic", "ANTHROPIC_SECRET_ARN": "my-key", "AWS_REGION": "us-east-1"},
            "ANTHROPIC_SECRET_ARN: my-key is no ARN",
        ),
    ],
)
def test_a_deployment_that_lacks_a_decision_is_refused(environment: dict[str, str], reason: str) -> None:
    with mock_aws(), pytest.raises(SystemExit, match=reason):
        main(environment)


def test_only_what_the_environment_sets_is_passed_on() -> None:
    environment = {"PUBLIC_URL": "https://harmonica.example", "ALARM_EMAIL": "", "HOME": "/root", "MODEL_LARGE": "huge"}
    assert parameters_from(environment) == {"PublicUrl": "https://harmonica.example", "ModelLarge": "huge"}


@pytest.mark.parametrize(
    ("environment", "parameters"),
    [
        ({"LLM_PROVIDER": "offline"}, {"LlmProvider": "scripted"}),
        (
            {"LLM_PROVIDER": "anthropic", "ANTHROPIC_BASE_URL": "https://models.example"},
            {"LlmProvider": "anthropic", "AnthropicBaseUrl": "https://models.example"},
        ),
    ],
)
def test_a_deployment_goes_out_with_the_script_and_with_a_server_that_asks_for_no_key(
    environment: dict[str, str],
    parameters: dict[str, str],
    package: Package,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    given: list[tuple[str | None, str, dict[str, str]]] = []

    def note(
        session: boto3.Session, stage: str, package: Package, parameters: dict[str, str], *_: object
    ) -> dict[str, str]:
        given.append((session.region_name, stage, parameters))
        return {"ApiUrl": "https://api.example"}

    monkeypatch.setattr(deployment, "BUILD", tmp_path)
    monkeypatch.setattr(deployment, "package_everything", lambda _: package)
    monkeypatch.setattr(deployment, "deploy", note)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    with mock_aws():
        main({"STAGE": "trial", "AWS_REGION": "eu-central-1", **environment})
    assert given == [("eu-central-1", "trial", parameters)]


def test_an_update_need_not_say_again_where_the_key_is(
    package: Package, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(deployment, "BUILD", tmp_path)
    monkeypatch.setattr(deployment, "package_everything", lambda _: package)
    monkeypatch.setattr(deployment, "deploy", lambda *_: {"ApiUrl": "https://api.example"})
    told = {
        "Parameters": {"AnthropicSecretArn": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    with mock_aws():
        boto3.client("cloudformation").create_stack(
            StackName="harmonica-trial",
            TemplateBody=json.dumps(told),
            Parameters=[{"ParameterKey": "AnthropicSecretArn", "ParameterValue": "arn:of-the-key"}],
        )
        main({"STAGE": "trial", "LLM_PROVIDER": "anthropic"})
        with pytest.raises(SystemExit, match="ANTHROPIC_SECRET_ARN"):
            main({"STAGE": "other", "LLM_PROVIDER": "anthropic"})
        # What is left of a first deployment that failed is made anew, and nobody tells it then what the old one was told.
        found = find_stack(boto3.client("cloudformation"), "harmonica-trial")
        assert found
        monkeypatch.setattr(deployment, "find_stack", lambda *_: replace(found, status="ROLLBACK_COMPLETE"))
        with pytest.raises(SystemExit, match="ANTHROPIC_SECRET_ARN"):
            main({"STAGE": "trial", "LLM_PROVIDER": "anthropic"})


def test_all_functions_get_the_code_from_the_bucket(package: Package) -> None:
    template = with_code(package.application, "bucket", "key")
    functions = [it for it in template["Resources"].values() if it["Type"] == "AWS::Serverless::Function"]
    assert {json.dumps(it["Properties"]["CodeUri"]) for it in functions} == {'{"Bucket": "bucket", "Key": "key"}'}
    assert "bucket" not in json.dumps(package.application)


def test_an_update_takes_a_demo_button_away_that_somebody_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_gaps(monkeypatch)
    (tmp_path / "code.zip").write_bytes(b"code")
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    told = {name: {"Type": "String", "Default": ""} for name in ("Stage", "DemoSignIn", "PublicUrl")}
    data = {"Parameters": {"Stage": {"Type": "String"}}, "Resources": topic}
    package = Package(data, {"Parameters": told, "Resources": topic}, tmp_path / "code.zip")
    with mock_aws():
        session = boto3.Session()
        deploy(session, "trial", package, {"DemoSignIn": "somebody", "PublicUrl": "https://a.example"})
        deploy(session, "trial", package, {})
        (stack,) = session.client("cloudformation").describe_stacks(StackName="harmonica-trial")["Stacks"]
    now = {it["ParameterKey"]: it["ParameterValue"] for it in stack["Parameters"]}
    assert now == {"Stage": "trial", "DemoSignIn": "", "PublicUrl": "https://a.example"}


def test_a_stack_that_anybody_can_delete_is_protected() -> None:
    switched: list[dict[str, Any]] = []

    class Aws:
        """CloudFormation with two stacks, one of them protected."""

        def client(self, _: str) -> "Aws":
            return self

        def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
            told = {"StackName": StackName, "StackId": "id", "StackStatus": "UPDATE_COMPLETE"}
            return {"Stacks": [{**told, "EnableTerminationProtection": StackName.endswith("-data")}]}

        def update_termination_protection(self, **asked: Any) -> None:
            switched.append(asked)

    deployment._protect(Aws(), "prod")  # type: ignore[arg-type]
    assert switched == [{"StackName": "harmonica-prod", "EnableTerminationProtection": True}]


def test_other_code_than_was_built_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Aws:
        """A stack of two functions, one of which somebody has given other code."""

        def client(self, _: str) -> "Aws":
            return self

        def get_paginator(self, name: str) -> Any:
            rows = {
                "list_stack_resources": {
                    "StackResourceSummaries": [
                        {
                            "ResourceType": "AWS::Lambda::Function",
                            "LogicalResourceId": it,
                            "PhysicalResourceId": f"f-{it}",
                        }
                        for it in ("Api", "Sweep")
                    ]
                },
                "list_functions": {
                    "Functions": [
                        {"FunctionName": "f-Api", "CodeSha256": b64encode(hashlib.sha256(b"code").digest()).decode()},
                        {"FunctionName": "f-Sweep", "CodeSha256": "other"},
                    ]
                },
            }
            return SimpleNamespace(paginate=lambda **_: [rows[name]])

    with pytest.raises(DeploymentFailed, match=r"^Sweep: other code runs there"):
        deployment._require_code(Aws(), "prod", b"code")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sender", "is_taken"),
    [
        ("", True),
        ("no-reply@example.org", True),
        ("Harmonica <no-reply@example.org>", False),
        ('"x"@example.org', False),
        (" no-reply@example.org", False),
        ("a@example.org, b@example.org", False),
    ],
)
def test_the_sender_of_mails_is_an_address_and_nothing_else(sender: str, is_taken: bool) -> None:
    pattern = str(parameters()["MailFrom"]["AllowedPattern"])
    assert (re.fullmatch(pattern, sender) is not None) == is_taken
