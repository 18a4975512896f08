"""The data stack and the queues in the in-memory AWS, cut out of the real template."""

from typing import Any

import boto3

from chalicelib.model.jobs import QUEUES
from infra import data_stack


def make_stack() -> dict[str, str]:
    """Make tables, secret and queues; gives the environment that names them."""
    create_tables()
    secret = boto3.client("secretsmanager").create_secret(Name="deployment", SecretString="s" * 64)
    return {"DEPLOYMENT_SECRET_ARN": secret["ARN"], "EXPORTS_BUCKET": "exports", **create_queues()}


def create_tables() -> None:
    """Make the tables; without their streams, which only AWS reads."""
    dynamodb: Any = boto3.client("dynamodb")
    for name, resource in data_stack.template()["Resources"].items():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        kept = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
        properties = {key: value for key, value in resource["Properties"].items() if key in kept}
        dynamodb.create_table(TableName=name.removesuffix("Table").lower(), **properties)


def create_queues() -> dict[str, str]:
    """Make the queues; gives the variables with their addresses."""
    sqs: Any = boto3.client("sqs")
    urls = {}
    for queue in QUEUES:
        for suffix, variable in (("queue", queue.url_variable), ("dead_letters", queue.dead_letters_variable)):
            name = f"{queue.name}-{suffix}" + (".fifo" if queue.fifo else "")
            attributes = {"FifoQueue": "true"} if queue.fifo else {}
            urls[variable] = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return urls
