"""Every state that a stack can be in has a next step, or a sentence that says what its operator has to do."""

import boto3
import pytest

from infra.aws import Stack
from infra.deployment.states import NEXT, obstacle

STATES = boto3.client("cloudformation", region_name="us-east-1").meta.service_model.shape_for("StackStatus").enum


def _stack(status: str) -> Stack:
    return Stack("harmonica-prod-data", "id", status, "", False, {}, {})


@pytest.mark.parametrize("status", STATES)
def test_every_state_is_known(status: str) -> None:
    said = obstacle(_stack(status))
    assert (status in NEXT) != bool(said)
    if said:
        assert said.startswith("harmonica-prod-data ")
        assert "not known" not in said
        assert "{" not in said
        assert "deploy again" in said


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name harmonica-prod-data"),
        ("DELETE_FAILED", "aws cloudformation delete-stack --stack-name harmonica-prod-data"),
        ("UPDATE_IN_PROGRESS", "make doctor STAGE=prod"),
    ],
)
def test_what_has_to_be_done_is_a_command(status: str, command: str) -> None:
    assert f"`{command}`" in obstacle(_stack(status))


def test_a_state_of_the_future_is_told() -> None:
    assert "not known here (MOON_PHASE)" in obstacle(_stack("MOON_PHASE"))
