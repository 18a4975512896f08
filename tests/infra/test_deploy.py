"""Deployment: what it refuses, and what it passes on."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws

from infra import deploy as deployment
from infra.deploy import DeploymentFailed, deploy, deploy_stack, main, parameters_from, with_code
from infra.package import Package
from infra.parameters import parameters


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
    ],
)
def test_a_deployment_that_lacks_a_decision_is_refused(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(SystemExit, match=reason):
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
    given: list[tuple[str, dict[str, str]]] = []

    def note(session: object, stage: str, package: Package, parameters: dict[str, str]) -> dict[str, str]:
        given.append((stage, parameters))
        return {"ApiUrl": "https://api.example"}

    monkeypatch.setattr(deployment, "BUILD", tmp_path)
    monkeypatch.setattr(deployment, "package_everything", lambda _: package)
    monkeypatch.setattr(deployment, "deploy", note)
    main({"STAGE": "trial", **environment})
    assert given == [("trial", parameters)]


def test_all_functions_get_the_code_from_the_bucket(package: Package) -> None:
    template = with_code(package.application, "bucket", "key")
    functions = [it for it in template["Resources"].values() if it["Type"] == "AWS::Serverless::Function"]
    assert {json.dumps(it["Properties"]["CodeUri"]) for it in functions} == {'{"Bucket": "bucket", "Key": "key"}'}
    assert "bucket" not in json.dumps(package.application)


def _template(**defaults: str | None) -> dict[str, Any]:
    """A stack that gives back its parameters, each with this default, if it has one."""
    return {
        "Parameters": {
            name: {"Type": "String"} | ({} if default is None else {"Default": default})
            for name, default in defaults.items()
        },
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": {"Ref": name}} for name in defaults},
    }


def test_an_update_keeps_what_is_not_given_and_takes_the_default_of_what_is_new() -> None:
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        session.client("s3").create_bucket(Bucket="bucket")

        def deployed(template: dict[str, Any], **parameters: str) -> dict[str, str]:
            return deploy_stack(session, "stack", template, parameters, "bucket")

        before = _template(Stage=None, Email="", Model="small", Gone="x")
        assert deployed(before, Stage="prod", Email="a@example.com", Gone="y") == {
            "Stage": "prod",
            "Email": "a@example.com",
            "Model": "small",
            "Gone": "y",
        }
        after = _template(Stage=None, Email="", Model="large", New="default")
        assert deployed(after, Stage="prod") == {
            "Stage": "prod",
            "Email": "a@example.com",
            "Model": "small",
            "New": "default",
        }
        assert deployed(after, Stage="prod", Email="b@example.com")["Email"] == "b@example.com"
        assert deployed(after, Stage="prod")["Email"] == "b@example.com"


def test_code_never_goes_into_a_bucket_that_another_account_made_under_our_name() -> None:
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        named = f"harmonica-prod-{session.client('sts').get_caller_identity()['Account']}-us-east-1"
        session.client("s3").create_bucket(Bucket=named)
        asked: dict[str, Any] = {}

        def refused(params: dict[str, Any], **_: Any) -> Any:
            asked.update(params["headers"])
            return (AWSResponse("", 403, HTTPHeaders(), None), {"Error": {"Code": "403", "Message": "Forbidden"}})

        session.events.register("before-call.s3.HeadBucket", refused)
        with pytest.raises(DeploymentFailed, match="another account"):
            deploy(session, "prod", Package({}, {}, Path()), {})
        assert asked["x-amz-expected-bucket-owner"] == named.split("-")[2]


def test_an_update_takes_a_demo_button_away_that_somebody_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[dict[str, str]] = []

    def note(_: object, name: str, template: object, parameters: dict[str, str], bucket: str) -> dict[str, str]:
        told.append(parameters)
        return {}

    (tmp_path / "code.zip").write_bytes(b"")
    monkeypatch.setattr(deployment, "deploy_stack", note)
    with mock_aws():
        deploy(boto3.Session(), "prod", Package({}, {"Resources": {}}, tmp_path / "code.zip"), {})
    assert told[-1]["DemoSignIn"] == ""


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
