"""An AWS in memory that has TLS, and tells what is in a change set."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.infra.memory_aws import fill_gaps


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    fill_gaps(monkeypatch)
    with mock_aws():
        yield boto3.Session(region_name="eu-central-1")
