"""What the clock does: sessions open and end within a minute of their time, and a sweep finds what an event missed.

A schedule may come twice, and two of its calls may run at once: state says what is due, and each job looks at it.
"""

from datetime import datetime, timedelta
from typing import Any

from chalice.app import CloudWatchEvent

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model.jobs import QUEUE_OF, DueJob, ids_of
from chalicelib.observability import SWEPT, log_failure, logger
from chalicelib.queues import IN_ONE_CALL
from chalicelib.settings import settings
from chalicelib.store import due_kinds
from chalicelib.store.due import batches_due
from chalicelib.store.due_kinds import STAGE_RETENTION, DueKind
from chalicelib.workers import jobs


def open_and_close(event: CloudWatchEvent) -> None:
    """Open and end the sessions whose time has come, as many as there is time for; the next minute has the others."""
    now, deadline = container.clock().now(), _deadline(event)
    failed: list[Exception] = []
    for kind in due_kinds.EACH_MINUTE:
        _try_to_work_off(kind, now, now, deadline, failed)
    _raise_first(failed)


def sweep(event: CloudWatchEvent) -> None:
    """Have done what an event should have woken and did not, or what nothing but the sweep wakes: every kind of due work.

    What is left when the time is up is found by the next one. How much was missed by what should have woken it is logged as
    `repaired`, of which CloudWatch makes a metric.
    """
    now, deadline, found = container.clock().now(), _deadline(event), dict[str, int]()
    failed: list[Exception] = []
    for kind in due_kinds.KINDS:
        until = _due_until(kind, now)
        found[kind.name] = _try_to_work_off(kind, until, now, deadline, failed) if until else 0
    repaired = sum(found[kind.name] for kind in due_kinds.KINDS if kind.is_woken)
    logger.info("sweep", extra={"event": SWEPT, "repaired": repaired, **found})
    _raise_first(failed)


def _due_until(kind: DueKind, now: datetime) -> datetime | None:
    """Until when what the sweep asks for has become due; None where it asks for none of it."""
    if kind != STAGE_RETENTION:
        return now - kind.waits
    days = settings().retention_days
    return now - timedelta(days=days) if days else None


def _deadline(event: CloudWatchEvent) -> Deadline:
    context: Any = event.context
    return container.clock().deadline(context.get_remaining_time_in_millis() / 1000 - jobs.MARGIN)


def _work_off(kind: DueKind, until: datetime, now: datetime, deadline: Deadline, failed: list[Exception]) -> int:
    """Have done what became due before `until`; gives how much that was. What fails keeps no other session back."""
    done, again = 0, until + kind.waits + kind.again if kind.again else None
    is_queued = kind.job in QUEUE_OF
    for batch in batches_due(kind, until, again, IN_ONE_CALL if is_queued else 1):
        if deadline.remaining() <= 0 or (kind.most is not None and done >= kind.most):
            break
        if is_queued:
            container.jobs().ask_all(batch, now)
        else:
            failed += filter(None, (_failure_of(job, deadline) for job in batch))
        done += len(batch)
    return done


def _try_to_work_off(kind: DueKind, until: datetime, now: datetime, deadline: Deadline, failed: list[Exception]) -> int:
    """The same; where its index or its queue is out of reach, the other kinds are not kept back."""
    try:
        return _work_off(kind, until, now, deadline, failed)
    except Unavailable as error:
        log_failure("a kind of due work has to wait", error, kind=kind.name)
        failed.append(error)
        return 0


def _failure_of(job: DueJob, deadline: Deadline) -> Exception | None:
    """Do a job that is of no queue; gives what it failed at."""
    try:
        jobs.run_job(job, deadline)
    except NotFound:
        logger.info("nothing to do", extra=ids_of(job))
    except Exception as error:
        log_failure("job failed", error, **ids_of(job))
        return error
    return None


def _raise_first(failed: list[Exception]) -> None:
    """Let the function fail, which an alarm tells of, once everything else is done."""
    if failed:
        raise failed[0]
