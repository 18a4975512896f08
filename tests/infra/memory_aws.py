"""What the AWS in memory lacks for deployments."""

from typing import Any

import pytest
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket


def fill_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it read no policies of buckets, since it leaves out their conditions and so refuses everything where one asks for TLS;
    and give the template of a change set where that is asked for."""
    monkeypatch.setattr(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
    of_stack = CloudFormationResponse.get_template

    def get_template(response: Any) -> Any:
        name = response._get_param("ChangeSetName")
        if not name:
            return of_stack(response)
        return ActionResult({"TemplateBody": response.cloudformation_backend.describe_change_set(name).template})

    monkeypatch.setattr(CloudFormationResponse, "get_template", get_template)
