"""The packaged templates, made once, and what CloudFormation makes of them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from infra import data
from infra.deploy import with_code
from infra.package import Package, package_application

Template = dict[str, Any]


class NoManagedPolicies:
    """Our roles are our own: SAM need not look up any managed policy."""

    def load(self) -> dict[str, str]:
        return {}


def translated(template: Template) -> Template:
    """The plain CloudFormation that AWS makes of a SAM template."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    coded = with_code(template, "harmonica-code-bucket", "code/0.zip")
    plain: Template = transform(json.loads(json.dumps(coded)), {}, NoManagedPolicies())
    return plain


def of_type(template: Template, kind: str) -> dict[str, Template]:
    """The properties of all resources of one type, by logical id."""
    resources = template["Resources"].items()
    return {name: resource["Properties"] for name, resource in resources if resource["Type"] == kind}


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package_application(Path(tmp_path_factory.mktemp("build")))


@pytest.fixture(scope="session")
def application(package: Package) -> Template:
    return translated(package.application)


@pytest.fixture(scope="session")
def data_stack() -> Template:
    return data.template()
