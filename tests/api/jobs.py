"""The workers behind the API's door, and what its requests ask of them."""

import json
from typing import Any

import boto3

import app
from chalicelib import container
from chalicelib.settings import settings
from infra.functions import SUMMARY_WORKER_SECONDS
from tests import events
from tests.events import Context
from tests.workers.consultation import want_summary


def asked(queue: str) -> list[dict[str, str]]:
    """The ids that a queue's messages carry; the messages are gone then."""
    sqs: Any = boto3.client("sqs")
    url = settings().queue_urls[queue]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    bodies = [json.loads(message["Body"]) for message in found]
    return [{name: it for name, it in body.items() if name != "job"} for body in bodies]


def done(answer: dict[str, Any]) -> bool:
    """Whether a job ended well."""
    return answer == {"batchItemFailures": []}


def update_cards(session: str) -> bool:
    """Run the job that lets cards follow."""
    return done(app.update_cards(events.batch(events.message(session)), Context()))


def summarise(session: str) -> bool:
    """Run the summary's job, for somebody who waits for the summary where anything is new."""
    want_summary(session, container.clock().now())
    return done(app.write_summary(events.batch(events.message(session)), Context(seconds=SUMMARY_WORKER_SECONDS)))


def write_prompt(session: str) -> bool:
    """Run the prompt's job."""
    return done(app.write_prompt(events.batch(events.message(session)), Context()))


def write_brief(session: str) -> bool:
    """Run the brief's job."""
    return done(app.write_brief(events.batch(events.message(session)), Context()))


def delete_data(body: dict[str, str]) -> bool:
    """Run the job of deletions on a message."""
    return done(app.delete_data(events.batch(events.raw_message(json.dumps(body))), Context()))


def parts(session: str, table: str = "conversations") -> list[str]:
    """The names of everything that a table holds of a session."""
    found = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return sorted(item["part"]["S"] for item in found if item["session_id"]["S"] == session)
