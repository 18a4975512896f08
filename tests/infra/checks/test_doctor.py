"""The command: what it looks at, what it tells, and how it ends."""

import json
import logging
import os
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.observability import logger
from infra import doctor
from infra.checks import Finding, fault, warning, well
from infra.checks.stage import Stage, open_stage
from tests.conftest import forget_wiring
from tests.infra.checks.stubs import Session, stage, told


@pytest.fixture(autouse=True)
def shell() -> Iterator[None]:
    """What a command sets in its environment is taken back."""
    before, level = dict(os.environ), logging.getLogger("harmonica").level
    forget_wiring()
    yield
    logger.setLevel(level)
    os.environ.clear()
    os.environ.update(before)
    forget_wiring()


def test_what_may_not_be_looked_at_keeps_nothing_else_from_being() -> None:
    def denied(_: Stage) -> Iterator[Finding]:
        yield well("so far")
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "DescribeAlarms")

    def unreachable(_: Stage) -> Iterator[Finding]:
        raise EndpointConnectionError(endpoint_url="https://sns.example")

    found = told(list(doctor.findings(stage(Session()), [denied, unreachable, lambda _: iter([fault("the last")])])))
    assert [level for level, _ in found] == ["well", "warning", "warning", "fault"]
    assert "AWS refused DescribeAlarms (AccessDenied): not you" in found[1][1]
    assert "https://sns.example" in found[2][1]


@pytest.mark.parametrize(
    ("found", "faults"), [([well("a"), warning("b")], 0), ([fault("c"), well("a"), fault("d")], 2)]
)
def test_it_ends_with_how_many_things_have_to_be_mended(
    found: list[Finding],
    faults: int,
    aws: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(doctor, "CHECKS", {"Things": lambda _: iter(found)})
    if faults:
        with pytest.raises(SystemExit, match=f"{faults} of these have to be mended"):
            doctor.main({"STAGE": "prod"})
    else:
        doctor.main({"STAGE": "prod"})
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["prod in us-east-1, account 123456789012", "Things"]
    assert [line.split()[-1] for line in lines[2:]] == [finding.text for finding in found]


def test_a_stage_is_seen_with_what_it_was_told_and_what_the_next_deployment_is_given(aws: None) -> None:
    template = {
        "Parameters": {name: {"Type": "String"} for name in ("MailFrom", "ModelLarge", "AlarmEmail")},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"ApiUrl": {"Value": "https://api.example"}},
    }
    before = {"MailFrom": "a@example.org", "ModelLarge": "old", "AlarmEmail": "ops@example.org"}
    boto3.client("cloudformation").create_stack(
        StackName="harmonica-prod",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in before.items()],
    )
    seen = open_stage(boto3.Session(), "prod", {"ModelLarge": "-", "AlarmEmail": "new@example.org"})
    assert seen.setting("mail_from") == "a@example.org"
    assert seen.setting("model_large") == "claude-opus-5-5"
    assert seen.parameters["AlarmEmail"] == "new@example.org"
    assert seen.outputs["ApiUrl"] == "https://api.example"
    assert seen.data is None


def test_keys_of_this_shell_stand_for_none_of_a_stage(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY")
    os.environ |= dict.fromkeys(names, "sk-of-this-shell")
    keys: list[str | None] = []

    def note(_: Stage) -> Iterator[Finding]:
        keys.extend(map(os.environ.get, names))
        return iter([])

    monkeypatch.setattr(doctor, "CHECKS", {"Things": note})
    doctor.main({"STAGE": "prod"})
    assert keys == [None, None]
