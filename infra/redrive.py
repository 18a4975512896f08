"""`make redrive`: dead letters go back to the queues that they come from, once the cause is mended.

QUEUE=summaries names one queue, without it all are done. STAGE=prod works on that stage in the AWS account of the shell,
without it on the running local instance of LOCAL_DIR.

SQS moves the messages itself where it can. Where it cannot (the local cloud), each is sent before it is deleted: whoever
stops half-way loses none, and the next call goes on. One that was sent and not deleted is sent again under the same
deduplication id; every worker takes a message twice.
"""

import os
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.model.jobs import QUEUES, Queue
from infra import queues
from infra.aws import open_session, refusals_in_words, stack_of_stage
from infra.local import instance

HELD_SECONDS = 60  # how long a message that is being moved is hidden; one that is left half-way comes back after that
MOVE_SECONDS = 600.0
_AT_ONCE = 10
_UNSUPPORTED = (
    "InvalidAction",
    "UnsupportedOperation",
    "AWS.SimpleQueueService.UnsupportedOperation",
    "UnknownOperation",
)


def redrive(sqs: Any, dead_letters_url: str, queue_url: str) -> int:
    """Move what lies among the dead letters back to the queue; gives how many.

    No more than lay there in the beginning: what fails again at once is left for the next call.
    """
    waiting = _waiting(sqs, dead_letters_url)
    if not waiting:
        return 0
    source, target = (_attributes(sqs, url, "QueueArn")["QueueArn"] for url in (dead_letters_url, queue_url))
    try:
        # Named, because a message that a worker buried has no queue that it came from.
        sqs.start_message_move_task(SourceArn=source, DestinationArn=target)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _UNSUPPORTED:
            raise
        return _move(sqs, dead_letters_url, queue_url, waiting)
    return _follow(sqs, source)


def _follow(sqs: Any, source: str) -> int:
    """Wait for the move that SQS makes; exits where it does not come to its end."""
    until = time.monotonic() + MOVE_SECONDS
    while time.monotonic() < until:
        # What has just been started may not be listed yet.
        task = next(iter(sqs.list_message_move_tasks(SourceArn=source, MaxResults=1)["Results"]), {"Status": ""})
        if task["Status"] == "COMPLETED":
            return int(task["ApproximateNumberOfMessagesMoved"])
        if task["Status"] in ("FAILED", "CANCELLED"):
            raise SystemExit(f"SQS gave up moving {source}: {task.get('FailureReason', task['Status'])}")
        time.sleep(1)
    raise SystemExit(f"SQS is still moving {source}; it goes on by itself")


def _move(sqs: Any, dead_letters_url: str, queue_url: str, at_most: int) -> int:
    moved = 0
    while moved < at_most:
        received = sqs.receive_message(
            QueueUrl=dead_letters_url,
            MaxNumberOfMessages=min(_AT_ONCE, at_most - moved),
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["MessageGroupId"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not received:
            break
        for message in received:
            sqs.send_message(QueueUrl=queue_url, **_same(message))
            sqs.delete_message(QueueUrl=dead_letters_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def _same(message: Mapping[str, Any]) -> dict[str, Any]:
    """A received message as it is to be sent: the same body and attributes, the same group in a FIFO queue."""
    sent: dict[str, Any] = {"MessageBody": message["Body"]}
    if message.get("MessageAttributes"):
        sent["MessageAttributes"] = message["MessageAttributes"]
    group = message.get("Attributes", {}).get("MessageGroupId")
    if group:
        # Its own id, not the one it first had: the queue would drop that as seen.
        sent |= {"MessageGroupId": group, "MessageDeduplicationId": f"redrive-{message['MessageId']}"}
    return sent


def _waiting(sqs: Any, url: str) -> int:
    """How many there are, hidden ones included: an earlier call may have been stopped."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(count) for count in _attributes(sqs, url, *names).values())


def _attributes(sqs: Any, url: str, *names: str) -> dict[str, str]:
    return dict(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"])


def chosen(name: str) -> tuple[Queue, ...]:
    """The queues to be done: the one of this name, all for an empty one; exits where there is none of that name."""
    known = {queue.name: queue for queue in QUEUES}
    if name and name not in known:
        raise SystemExit(f"There is no queue {name}: QUEUE is one of {', '.join(known)}")
    return (known[name],) if name else QUEUES


@refusals_in_words()
def main(environment: Mapping[str, str]) -> None:
    """`make redrive`."""
    asked = chosen(environment.get("QUEUE", "").removesuffix(".fifo").lower())
    stage = environment.get("STAGE", "")
    local = None if stage else instance.activate()
    session = open_session(os.environ)
    outputs = local.outputs if local else stack_of_stage(session, stage).outputs
    sqs = session.client("sqs")
    for queue in asked:
        names = (queues.dead_letters_of(queue), queues.resource_of(queue))
        moved = redrive(sqs, *(outputs[queues.url_output(name)] for name in names))
        print(f"{queue.name}: {moved} moved back")


if __name__ == "__main__":
    main(dict(os.environ))
