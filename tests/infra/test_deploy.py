"""Deployment: what it refuses, and what it passes on."""

import json

import pytest

from infra.deploy import main, parameters_from, with_code
from infra.package import Package


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
