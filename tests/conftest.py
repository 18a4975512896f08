"""What all tests share: an environment without AWS, tables cut out of the real template, and a clock that tests own."""

import os

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    LLM_PROVIDER="offline",
    PUBLIC_URL="http://127.0.0.1:8000",
    POWERTOOLS_LOG_LEVEL="WARNING",
)
os.environ.pop("AWS_ENDPOINT_URL", None)

# The environment has to be set before anything of the application is imported.
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib import secret_store, settings, wiring
from chalicelib.store import database
from infra import data
from tests.e2e.local import LocalCloud, free_port


def forget_wiring() -> None:
    """Drop everything that the process keeps between requests, as a new container would."""
    for cached in (
        settings.settings,
        secret_store.read_secret,
        database.connection,
        wiring.clock,
        wiring.accounts,
        wiring.sessions,
        wiring.conversations,
        wiring.cards,
        wiring.deletions,
        wiring.guards,
        wiring.jobs,
        wiring.model,
        wiring.desk,
        wiring.people,
        wiring.office,
        wiring.telegram_groups,
    ):
        cached.cache_clear()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In-memory AWS with the tables and the secret of the data stack, and the queues."""
    forget_wiring()
    with mock_aws():
        template = data.template()
        dynamodb: Any = boto3.client("dynamodb")
        for name, resource in template["Resources"].items():
            if resource["Type"] != "AWS::DynamoDB::Table":
                continue
            kept = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "StreamSpecification")
            properties = {key: value for key, value in resource["Properties"].items() if key in kept}
            if "StreamSpecification" in properties:
                properties["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
            dynamodb.create_table(TableName=name.removesuffix("Table").lower(), **properties)
        secret = boto3.client("secretsmanager").create_secret(Name="deployment", SecretString="s" * 64)
        monkeypatch.setenv("DEPLOYMENT_SECRET_ARN", secret["ARN"])
        sqs: Any = boto3.client("sqs")
        for queue in ("prompts", "summaries.fifo", "briefs", "cards.fifo", "deletions"):
            for suffix in ("QUEUE", "DEAD_LETTERS"):
                fifo = queue.endswith(".fifo")
                name = f"{queue.removesuffix('.fifo')}-{suffix.lower()}" + (".fifo" if fifo else "")
                url = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if fifo else {})["QueueUrl"]
                monkeypatch.setenv(f"{queue.removesuffix('.fifo').upper()}_{suffix}_URL", url)
        yield
    forget_wiring()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The application on a local cloud of its own: `.url`, `.key`, `.call(method, path, body)`, `.client(service)`."""
    running = LocalCloud(tmp_path_factory.mktemp("local"), free_port())
    try:
        yield running.start()
    finally:
        running.stop()
