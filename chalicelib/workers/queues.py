"""What every queue's function does with its messages: one at a time, told apart by how they fail.

Nothing to do (the session is gone): done. Passing: the message comes back after the time the failure names, or a
growing one, and after five receipts goes to the dead letters by itself. Never: this code puts it into the dead
letters, so it holds nobody up.
"""

import json
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
from chalicelib.errors import NotFound, Unavailable
from chalicelib.observability import log_failure, logger

_FIRST_WAIT = 5.0
_LONGEST_WAIT = 600.0

Work = Callable[[str], None]
ThreadWork = Callable[[str, str], None]


def handle(
    event: SQSEvent, work: Work, queue_url: str, dead_letters_url: str, thread_work: ThreadWork | None = None
) -> dict[str, Any]:
    """Call `work` with the session id of each message; gives the item failures that Lambda expects.

    A message that names a thread too goes to `thread_work`, in a queue that has such messages.
    """

    def one(record: SQSRecord) -> None:
        session_id, thread_id = _named(record.body, "session_id"), _named(record.body, "thread_id")
        try:
            if session_id is None:
                group = record.attributes.message_group_id
                container.jobs().bury(dead_letters_url, record.body, record.message_id, group)
                logger.error("a message that no worker can read was buried", extra={"message_id": record.message_id})
            elif thread_work and thread_id:
                thread_work(session_id, thread_id)
            else:
                work(session_id)
        except NotFound:
            logger.info("nothing to do", extra={"session_id": session_id})
        except Exception as error:
            log_failure("job failed", error, session_id=session_id or "")
            wait = _wait(error, int(record.attributes.approximate_receive_count))
            container.jobs().postpone(queue_url, record.receipt_handle, wait)
            raise

    fifo = queue_url.endswith(".fifo")
    processor = SqsFifoPartialProcessor(skip_group_on_error=True) if fifo else BatchProcessor(event_type=EventType.SQS)
    processor.raise_on_entire_batch_failure = False  # a failed message is no failed function
    return dict(process_partial_response(event.to_dict(), one, processor))


def _named(body: str, what: str) -> str | None:
    try:
        decoded = json.loads(body)
    except ValueError:
        return None
    found = decoded.get(what) if isinstance(decoded, dict) else None
    return found if isinstance(found, str) else None


def _wait(error: Exception, received: int) -> float:
    """Seconds until the next try: what the failure asks for, or a doubling time; with jitter, so that tries spread."""
    least = error.retry_after if isinstance(error, Unavailable) else 0.0
    growing = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (received - 1))
    return max(least, growing) * random.uniform(1.0, 1.5)
