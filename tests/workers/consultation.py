"""What worker tests share: a session in which people speak, the queues as an operator sees them, stored items as streams carry them."""

import json
from datetime import datetime
from functools import cache
from typing import Any

import boto3

import app
from chalicelib import container
from chalicelib.model import Thread
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.state import summary_status
from chalicelib.settings import settings
from chalicelib.store.summaries import WITH_SYNTHESIS
from infra.functions import SUMMARY_WORKER_SECONDS
from tests import events
from tests.clock import FakeClock
from tests.conversation import Conversation, participant
from tests.events import Context, Event
from tests.faults import Interviewer

SAYINGS = (
    "We need more buses in the evening because people work late.",
    "More buses in the evening would help the town.",
    "The library should open on Sunday.",
)


class Consultation(Conversation):
    """A session with people, and its workers."""

    def __init__(self, clock: FakeClock, model: Interviewer, **fields: Any) -> None:
        super().__init__(clock, model, **fields)
        self.queues, self.tables = clients()

    def speak(self, *sayings: str) -> None:
        """Each of these by somebody new."""
        for saying in sayings:
            self.who = participant(container.new_id(), "Bo")
            self.say(saying)

    def summarise(
        self, received: int = 1, seconds: float = SUMMARY_WORKER_SECONDS, *, somebody_waits: bool = True
    ) -> list[str]:
        """Run the summary job in a function that has this long, for somebody who waits for the summary where anything is new; gives
        the ids of the messages that failed."""
        if somebody_waits:
            want_summary(self.session.id, self.clock.now())
        event = events.batch(events.message(self.session.id, received=received))
        return failed(app.write_summary(event, Context(seconds=seconds)))

    def write_brief(self) -> list[str]:
        """Run the brief's job."""
        return failed(app.write_brief(events.batch(events.message(self.session.id)), Context()))

    def write_prompt(self) -> list[str]:
        """Run the prompt's job."""
        return failed(app.write_prompt(events.batch(events.message(self.session.id)), Context()))

    def item(self, part: str, table: str = "sessions") -> Event:
        """A stored item, as a stream's image; empty where there is none."""
        key = {"session_id": {"S": self.session.id}, "part": {"S": part}}
        found = self.tables.get_item(TableName=table, Key=key)
        return dict(found.get("Item", {}))

    def items(self, prefix: str) -> list[Event]:
        """The stored items of all sessions' threads whose part begins so."""
        found = self.tables.scan(TableName="conversations")["Items"]
        return [dict(item) for item in found if item["part"]["S"].startswith(prefix)]

    def asked(self, queue: str) -> list[str]:
        """The sessions that a queue's messages name; the messages are gone then."""
        url = settings().queue_urls[queue]
        return [json.loads(body)["session_id"] for body in self.bodies(url)]

    def buried(self, queue: str) -> list[str]:
        """The bodies among a queue's dead letters; gone then."""
        return self.bodies(settings().dead_letters_urls[queue])

    def bodies(self, url: str) -> list[str]:
        """What a queue holds; gone then."""
        received = self.queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in received:
            self.queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in received]


def want_summary(session_id: str, now: datetime) -> None:
    """As somebody does who reads it once the stream has told of what is new."""
    settled = state.is_settled(container.sessions().view(session_id, WITH_SYNTHESIS).synthesis)
    if not settled or any(head.included and head.is_stale for head in container.conversations().heads(session_id)):
        container.summaries().move(session_id, state.want(now))


@cache
def clients() -> tuple[Any, Any]:
    """Of SQS and of DynamoDB: making one takes longer than most tests ask of it."""
    return boto3.client("sqs"), boto3.client("dynamodb")


def failed(answer: dict[str, Any]) -> list[str]:
    """The messages that Lambda is told to leave in the queue."""
    assert list(answer) == ["batchItemFailures"]
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def status(consultation: Consultation) -> str:
    """How the summary relates to what was said."""
    return summary_status(consultation.view(), consultation.clock.now())


def heads(consultation: Consultation) -> list[Thread]:
    """Of all threads."""
    return container.conversations().heads(consultation.session.id)
