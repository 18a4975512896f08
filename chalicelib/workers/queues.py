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
from dataclasses import dataclass
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
from chalicelib.model.jobs import Job, Queue, SendMemberInvitation, TellHosts, WriteExport, decode_job, ids_of
from chalicelib.observability import log_failure, logger
from chalicelib.settings import settings
from chalicelib.store import due_kinds

_PASSING = (Conflict, RateLimited, Unavailable)
_SWEPT = {kind.job for kind in due_kinds.KINDS} | {
    SendMemberInvitation
}  # whose mark is of all of a session, or a project
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
    messages = _Messages(queue, run, reduce)
    _hide_while_running(event, queue)
    one_by_one = SqsFifoPartialProcessor(skip_group_on_error=True)
    processor = one_by_one if queue.fifo else BatchProcessor(event_type=EventType.SQS)
    processor.raise_on_entire_batch_failure = False  # a failed message is no failed function
    return dict(process_partial_response(event.to_dict(), messages.take, processor))


@dataclass(frozen=True)
class _Messages:
    """The messages of a queue, each of which is done, comes back, or is buried among the dead letters."""

    queue: Queue
    run: Callable[[Job], None]
    reduce: Callable[[str], str] | None

    def take(self, record: SQSRecord) -> None:
        """Do what a message asks for. Raises what Lambda is to take for: it comes back."""
        job = decode_job(self.queue, record.body)
        ids = ids_of(job) if job else {}
        try:
            if job is None:
                self._bury(record, "a message that no worker can read was buried")
            else:
                self.run(job)
        except NotFound:
            logger.info("nothing to do", extra=ids)
        except NotYet as error:
            received = _receipts(record)
            logger.info("given back", extra={**ids, "received": received})
            wait = error.retry_after if isinstance(error, TooEarly) else error.retry_after * received
            self._postpone(record, min(_LONGEST_TURN, wait))
            raise
        except NeverDone as error:
            log_failure("job failed for good", error, **ids)
            self._tell_hosts(job, record)
            self._bury(record, "a message that no try can do was buried")
        except Exception as error:
            log_failure("job failed", error, **ids)
            received = _receipts(record)
            if isinstance(error, Throttled) and received >= self.queue.receives and type(job) in _SWEPT:
                return
            may_pass = isinstance(error, _PASSING) and self.reduce is None
            gives_up = bool(self.queue.tries and received >= self.queue.tries and not may_pass)
            if gives_up or received >= self.queue.receives:  # from where SQS itself puts it among the dead letters
                self._tell_hosts(job, record)
            if gives_up:
                self._bury(record, "a message that failed again and again was buried")
                return
            self._postpone(record, _wait(error, received, self.queue.longest_wait))
            raise

    def _postpone(self, record: SQSRecord, seconds: float) -> None:
        container.jobs().postpone(settings().queue_urls[self.queue.name], record.receipt_handle, seconds)

    def _tell_hosts(self, job: Job | None, record: SQSRecord) -> None:
        """Have hosts told that an export is given up: nothing else asks for it again. What the sweep asks for again is not given up with a
        message; whatever gives that up tells of it."""
        if not isinstance(job, WriteExport):
            return
        at = container.clock().now().isoformat()
        told = TellHosts(job.session_id, "work_failed", at, f"export {record.message_id}", {"work": "export"})
        try:
            container.jobs().tell_hosts(told)
        except Unavailable as error:
            log_failure("hosts could not be told", error, session_id=job.session_id)

    def _bury(self, record: SQSRecord, why: str) -> None:
        body = self.reduce(record.body) if self.reduce else record.body
        url, group = settings().dead_letters_urls[self.queue.name], record.attributes.message_group_id
        container.jobs().send_to_dead_letters(url, body, record.message_id, group)
        logger.error(why, extra={"message_id": record.message_id})


def _receipts(record: SQSRecord) -> int:
    """How often a message was received, this time included."""
    return int(record.attributes.approximate_receive_count)


def _hide_while_running(event: SQSEvent, queue: Queue) -> None:
    """Hide what came of a FIFO queue until this function must have ended; where that fails, it stays hidden as long as its queue says."""
    if not queue.fifo:
        return
    left = event.context.get_remaining_time_in_millis() / 1000
    for record in event.to_dict()["Records"]:
        try:
            container.jobs().hide(settings().queue_urls[queue.name], record["receiptHandle"], left + _MARGIN)
        except Unavailable as error:
            log_failure("a message stays hidden for long", error)


def _wait(error: Exception, received: int, longest: float) -> float:
    """Seconds until the next try: what the failure asks for, or a doubling time; with jitter, so that tries spread."""
    least = error.retry_after if isinstance(error, Unavailable) else 0.0
    growing = min(longest, _FIRST_WAIT * 2.0 ** (received - 1))
    return max(least, growing) * random.uniform(1.0, 1.5)
