"""What every queue's function does with its messages: one at a time, told apart by how they fail.

Nothing to do (the session is gone): done. Passing: the message comes back after the time the failure names, or a
growing one, and after so many receipts goes to the dead letters by itself; but what a service outside takes no more of is no
fault, and the sweep asks for it again. Not its turn: it comes back soon. Never: this code puts it into the dead letters, so it
holds nobody up.

A queue hides a message for six times its worker's time, since Lambda may have to wait until it can run one. On FIFO nothing of a
group passes it so long, even where the worker died at once. So from its start on a worker hides it only as long as it can run itself.
"""

import random
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from chalice.app import SQSEvent

from chalicelib import container
from chalicelib.errors import Conflict, NeverDone, NotFound, NotYet, RateLimited, Throttled, TooEarly, Unavailable
from chalicelib.model.jobs import Job, Queue, decode_job, ids_of
from chalicelib.observability import log_failure, logger
from chalicelib.settings import settings
from chalicelib.store import due_kinds

_PASSING = (Conflict, RateLimited, Unavailable)
_SWEPT = {kind.job for kind in due_kinds.KINDS}
_FIRST_WAIT = 5.0
_MARGIN = 15.0  # seconds between the end of a function's time and the next worker of its message
_LONGEST_TURN = 60.0  # until a job whose turn it was not asks again


def handle(
    event: SQSEvent, queue: Queue, run: Callable[[Job], None], reduce: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """Run the job of each message of this queue; gives the item failures that Lambda expects.

    Where a message may not lie among the dead letters as it is, `reduce` gives what may; it goes there before SQS would put it there,
    also where what failed passes by itself.
    """
    queue_url, dead_letters_url = settings().queue_urls[queue.name], settings().dead_letters_urls[queue.name]

    def bury(record: SQSRecord, why: str) -> None:
        group = record.attributes.message_group_id
        body = reduce(record.body) if reduce else record.body
        container.jobs().send_to_dead_letters(dead_letters_url, body, record.message_id, group)
        logger.error(why, extra={"message_id": record.message_id})

    def one(record: SQSRecord) -> None:
        job = decode_job(queue, record.body)
        ids = ids_of(job) if job else {}
        try:
            if job is None:
                bury(record, "a message that no worker can read was buried")
            else:
                run(job)
        except NotFound:
            logger.info("nothing to do", extra=ids)
        except NeverDone as error:
            log_failure("job failed for good", error, **ids)
            bury(record, "a message that no try can do was buried")
        except Exception as error:
            received = int(record.attributes.approximate_receive_count)
            if isinstance(error, NotYet):
                logger.info("given back", extra={**ids, "received": received})
                wait = min(_LONGEST_TURN, error.retry_after * (1 if isinstance(error, TooEarly) else received))
            else:
                log_failure("job failed", error, **ids)
                if isinstance(error, Throttled) and received >= queue.receives and type(job) in _SWEPT:
                    return
                may_pass = isinstance(error, _PASSING) and reduce is None
                if queue.tries and received >= queue.tries and not may_pass:
                    bury(record, "a message that failed again and again was buried")
                    return
                wait = _wait(error, received, queue.longest_wait)
            container.jobs().postpone(queue_url, record.receipt_handle, wait)
            raise

    _hide_while_running(event, queue, queue_url)
    one_by_one = SqsFifoPartialProcessor(skip_group_on_error=True)
    processor = one_by_one if queue.fifo else BatchProcessor(event_type=EventType.SQS)
    processor.raise_on_entire_batch_failure = False  # a failed message is no failed function
    return dict(process_partial_response(event.to_dict(), one, processor))


def _hide_while_running(event: SQSEvent, queue: Queue, queue_url: str) -> None:
    """Hide what came of a FIFO queue until this function must have ended; where that fails, it stays hidden as long as its queue says."""
    if not queue.fifo:
        return
    left = event.context.get_remaining_time_in_millis() / 1000
    for record in event.to_dict()["Records"]:
        try:
            container.jobs().hide(queue_url, record["receiptHandle"], left + _MARGIN)
        except Unavailable as error:
            log_failure("a message stays hidden for long", error)


def _wait(error: Exception, received: int, longest: float) -> float:
    """Seconds until the next try: what the failure asks for, or a doubling time; with jitter, so that tries spread."""
    least = error.retry_after if isinstance(error, Unavailable) else 0.0
    growing = min(longest, _FIRST_WAIT * 2.0 ** (received - 1))
    return max(least, growing) * random.uniform(1.0, 1.5)
