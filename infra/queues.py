"""The queues of the application stack: for each kind of work a queue, its dead letters and an alarm on them."""

from dataclasses import dataclass
from typing import Any

from infra import alarms

Resources = dict[str, Any]

MAX_RECEIVES = 5
VISIBILITY_SECONDS = 720  # six times the worker's timeout, as Lambda asks, so that no message runs twice at once
FOURTEEN_DAYS = 14 * 24 * 3600
STREAM_FAILURES = "StreamFailures"


@dataclass(frozen=True)
class Queue:
    """One kind of work. A FIFO queue runs one job per group (a session) at a time, and its delay debounces them."""

    logical_id: str
    fifo: bool = False
    delay: str = "SummaryDelay"  # of a FIFO queue: the parameter that says how long

    @property
    def resource(self) -> str:
        """Logical id of the queue."""
        return f"{self.logical_id}Queue"

    @property
    def dead_letters(self) -> str:
        """Logical id of the queue of its dead letters."""
        return f"{self.logical_id}DeadLetters"


PROMPTS = Queue("Prompts")
BRIEFS = Queue("Briefs")
SUMMARIES = Queue("Summaries", fifo=True)
CARDS = Queue("Cards", fifo=True, delay="CardsDelay")
DELETIONS = Queue("Deletions")
ALL = (PROMPTS, BRIEFS, SUMMARIES, CARDS, DELETIONS)


def resources() -> Resources:
    """Queues, dead-letter queues, the queue for failed stream batches, and an alarm on each of the last two."""
    made: Resources = {}
    for queue in ALL:
        made[queue.resource] = _work_queue(queue)
        made |= _watched_queue(queue.dead_letters, f"{queue.logical_id.lower()}-dead-letters", fifo=queue.fifo)
    made |= _watched_queue(STREAM_FAILURES, "stream-failures", fifo=False)
    return made


def outputs() -> Resources:
    """The URLs of the queues and of their dead letters."""
    names = [name for queue in ALL for name in (queue.resource, queue.dead_letters)] + [STREAM_FAILURES]
    return {f"{name}Url": {"Value": {"Ref": name}} for name in names}


def _work_queue(queue: Queue) -> Resources:
    properties = _properties(queue.logical_id.lower(), fifo=queue.fifo) | {
        "VisibilityTimeout": VISIBILITY_SECONDS,
        "RedrivePolicy": {
            "deadLetterTargetArn": {"Fn::GetAtt": [queue.dead_letters, "Arn"]},
            "maxReceiveCount": MAX_RECEIVES,
        },
    }
    if queue.fifo:
        # Ids are given by the sender: time-bucketed, so that many wake-ups within one delay make one job.
        properties |= {"ContentBasedDeduplication": False, "DelaySeconds": {"Ref": queue.delay}}
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def _watched_queue(logical_id: str, name: str, *, fifo: bool) -> Resources:
    queue = {
        "Type": "AWS::SQS::Queue",
        "Properties": _properties(name, fifo=fifo) | {"MessageRetentionPeriod": FOURTEEN_DAYS},
    }
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [logical_id, "QueueName"]}}],
    }
    described = f"Work was given up and lies in {name}: read it, mend the cause, send it again."
    return {logical_id: queue, f"{logical_id}Alarm": alarms.alarm(described, metric, "Maximum")}


def _properties(name: str, *, fifo: bool) -> Resources:
    properties: Resources = {
        "QueueName": {"Fn::Sub": f"${{AWS::StackName}}-{name}{'.fifo' if fifo else ''}"},
        "SqsManagedSseEnabled": True,
    }
    if fifo:
        properties["FifoQueue"] = True
    return properties
