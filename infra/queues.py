"""The queues of the application stack: for each kind of work a queue, its dead letters and an alarm on them."""

from collections.abc import Mapping
from typing import Any

from chalicelib.model.jobs import QUEUES, Queue
from chalicelib.model.lifetimes import DEAD_LETTER_DAYS
from infra import alarms
from infra.encryption import HAS_KEY, own_key
from infra.parameters import parameter_of

Resources = dict[str, Any]

A_DAY = 24 * 3600
STREAM_FAILURES = "StreamFailures"


def resource_of(queue: Queue) -> str:
    """Logical id of a queue."""
    return f"{queue.name.title()}Queue"


def dead_letters_of(queue: Queue) -> str:
    """Logical id of the queue of its dead letters."""
    return f"{queue.name.title()}DeadLetters"


def resources(visibility: Mapping[str, int]) -> Resources:
    """Queues, dead-letter queues, the queue for failed stream batches, and alarms: on what lies in the last two, and on
    work that waits too long. `visibility` says for how many seconds a message is hidden from others once one has it."""
    made: Resources = {}
    for queue in QUEUES:
        made[resource_of(queue)] = _work_queue(queue, visibility[queue.name])
        made |= alarms.waiting_too_long(resource_of(queue), visibility[queue.name])
        again = f"send it again (make redrive STAGE=… QUEUE={queue.name})"
        made |= _watched_queue(dead_letters_of(queue), f"{queue.name}-dead-letters", again, fifo=queue.fifo)
    made |= _watched_queue(STREAM_FAILURES, "stream-failures", "the sweep finds what it names", fifo=False)
    return made


def addresses() -> dict[str, str]:
    """The variables with the addresses of the queues and of their dead letters, and the logical ids of these."""
    return {queue.url_variable: resource_of(queue) for queue in QUEUES} | {
        queue.dead_letters_variable: dead_letters_of(queue) for queue in QUEUES
    }


def url_output(logical_id: str) -> str:
    """The stack's output that holds the address of a queue."""
    return f"{logical_id}Url"


def outputs() -> Resources:
    """The URLs of the queues and of their dead letters."""
    return {url_output(name): {"Value": {"Ref": name}} for name in (*addresses().values(), STREAM_FAILURES)}


def _work_queue(queue: Queue, visibility: int) -> Resources:
    properties = _properties(queue.name, fifo=queue.fifo) | {
        "VisibilityTimeout": visibility,
        "RedrivePolicy": {
            "deadLetterTargetArn": {"Fn::GetAtt": [dead_letters_of(queue), "Arn"]},
            "maxReceiveCount": queue.receives,
        },
    }
    if queue.fifo:
        # Ids are given by the sender: with a delay time-bucketed, so that many wake-ups within it make one job.
        properties["ContentBasedDeduplication"] = False
    if queue.delay:
        properties["DelaySeconds"] = {"Ref": parameter_of(queue.delay)}
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def _watched_queue(logical_id: str, name: str, then: str, *, fifo: bool) -> Resources:
    queue = {
        "Type": "AWS::SQS::Queue",
        "Properties": _properties(name, fifo=fifo) | {"MessageRetentionPeriod": DEAD_LETTER_DAYS * A_DAY},
    }
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [logical_id, "QueueName"]}}],
    }
    described = f"Work was given up and lies in {name}: read it, mend the cause; {then}."
    return {logical_id: queue, f"{logical_id}Alarm": alarms.alarm(described, metric, "Maximum")}


def _properties(name: str, *, fifo: bool) -> Resources:
    properties: Resources = {
        "QueueName": {"Fn::Sub": f"${{AWS::StackName}}-{name}{'.fifo' if fifo else ''}"},
        "SqsManagedSseEnabled": {"Fn::If": [HAS_KEY, {"Ref": "AWS::NoValue"}, True]},
        **own_key("KmsMasterKeyId"),
    }
    if fifo:
        properties["FifoQueue"] = True
    return properties
