"""The packaged templates, made once."""

import pytest

from infra.data_stack import template
from infra.package import Package, package_application
from tests.infra.templates import Template, translated


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package_application(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def application(package: Package) -> Template:
    """The application stack, as AWS sees it."""
    return translated(package.application)


@pytest.fixture(scope="session")
def data_stack() -> Template:
    return template()
