"""Looking into templates, and what CloudFormation makes of a SAM template."""

import json
import os
from typing import Any

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from samtranslator.translator.transform import transform

from infra.deploy import with_code

Template = dict[str, Any]


class _NoManagedPolicies:
    """Our roles are our own: SAM need not look up any managed policy."""

    def load(self) -> dict[str, str]:
        return {}


def translated(template: Template) -> Template:
    """The plain CloudFormation that AWS makes of a SAM template."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    coded = with_code(template, "harmonica-code-bucket", "code/0.zip")
    plain: Template = transform(json.loads(json.dumps(coded)), {}, _NoManagedPolicies())
    return plain


def of_type(template: Template, kind: str) -> dict[str, Template]:
    """The properties of all resources of one type, by logical id."""
    resources = template["Resources"].items()
    return {name: resource["Properties"] for name, resource in resources if resource["Type"] == kind}


def complaints(template: Template, *parameters: dict[str, str]) -> list[str]:
    """What cfn-lint has to say about a template deployed with any of these sets of parameters, read once for all of them."""
    arguments = ManualArgs(regions=["us-east-1", "eu-central-1"], parameters=list(parameters))
    return [str(match) for match in lint(json.dumps(template, indent=1), config=arguments)]
