"""What every queue's function does with its messages: one at a time, told apart by how they fail.

Nothing to do (the session is gone): done. Passing: the message comes back after the time the failure names, or a
growing one, and after so many receipts goes to the dead letters by itself. Not its turn: it comes back soon. Never: this
code puts it into the dead letters, so it holds nobody up.
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
from chalicelib.errors import Conflict, NeverDone, NotFound, NotYet, RateLimited, TooEarly, Unavailable
from chalicelib.model.jobs import Job, Queue, decode_job, ids_of
from chalicelib.observability import log_failure, logger
from chalicelib.settings import settings

_PASSING = (Conflict, RateLimited, Unavailable)
_FIRST_WAIT = 5.0
_LONGEST_WAIT = 600.0
_LONGEST_TURN = 60.0  # until a job whose turn it was not asks again


def handle(event: SQSEvent, queue: Queue, run: Callable[[Job], None]) -> dict[str, Any]:
    """Run the job of each message of this queue; gives the item failures that Lambda expects."""
    queue_url, dead_letters_url = settings().queue_urls[queue.name], settings().dead_letters_urls[queue.name]

    def bury(record: SQSRecord, why: str) -> None:
        group = record.attributes.message_group_id
        container.jobs().send_to_dead_letters(dead_letters_url, record.body, record.message_id, group)
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
                if queue.tries and received >= queue.tries and not isinstance(error, _PASSING):
                    bury(record, "a message that failed again and again was buried")
                    return
                wait = _wait(error, received)
            container.jobs().postpone(queue_url, record.receipt_handle, wait)
            raise

    one_by_one = SqsFifoPartialProcessor(skip_group_on_error=True)
    processor = one_by_one if queue.fifo else BatchProcessor(event_type=EventType.SQS)
    processor.raise_on_entire_batch_failure = False  # a failed message is no failed function
    return dict(process_partial_response(event.to_dict(), one, processor))


def _wait(error: Exception, received: int) -> float:
    """Seconds until the next try: what the failure asks for, or a doubling time; with jitter, so that tries spread."""
    least = error.retry_after if isinstance(error, Unavailable) else 0.0
    growing = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (received - 1))
    return max(least, growing) * random.uniform(1.0, 1.5)
