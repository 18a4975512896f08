"""The jobs behind the queues, and the sweep of the clock."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import chain
from typing import Any, assert_never

from chalice.app import SQSEvent

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model.jobs import (
    DeleteSession,
    EraseParticipant,
    Job,
    Queue,
    UpdateCards,
    WriteBrief,
    WritePrompt,
    WriteSummary,
)
from chalicelib.observability import logger
from chalicelib.services.facilitation.prompt_job import tailor_session_prompt
from chalicelib.services.participants.inclusion import erase_participant
from chalicelib.services.sessions import list_projection
from chalicelib.services.sessions.deadline import close_session
from chalicelib.services.sessions.deletion import remove_session
from chalicelib.services.synthesis.brief_job import write_session_brief
from chalicelib.services.synthesis.job import summarise
from chalicelib.settings import settings
from chalicelib.store import deadlines
from chalicelib.workers.queues import handle

PROMPT_SECONDS = 100.0
MISSED_AFTER = timedelta(minutes=5)  # by then an event has done its work, or was lost
AGAIN_AFTER = timedelta(minutes=55)  # with the five above, an hour


def work_off(queue: Queue, event: SQSEvent) -> dict[str, Any]:
    """Do the jobs of these messages of a queue."""
    return handle(event, queue, run_job)


def run_job(job: Job) -> None:
    """Do what a message asks for."""
    match job:
        case WritePrompt():
            deadline = container.clock().deadline(PROMPT_SECONDS)
            tailor_session_prompt(
                job.session_id, sessions=container.sessions(), model=container.model(), deadline=deadline
            )
        case WriteSummary():
            summarise(job.session_id, deps=container.synthesis_deps())
        case WriteBrief():
            write_session_brief(
                job.session_id,
                sessions=container.sessions(),
                clock=container.clock(),
                public_url=settings().public_url,
            )
        case UpdateCards():
            now = container.clock().now()
            list_projection.update_cards(
                job.session_id, sessions=container.sessions(), cards=container.cards(), now=now
            )
        case DeleteSession():
            deletions, jobs, clock = container.deletions(), container.jobs(), container.clock()
            remove_session(job.session_id, deletions=deletions, jobs=jobs, clock=clock)
        case EraseParticipant():
            erase_participant(job.session_id, job.thread_id, deps=container.participant_deps())
        case _:
            assert_never(job)


def sweep() -> None:
    """Wake what an event should have woken: state says what is due, and has been for too long. Mark what ended by itself.

    What is woken here is woken again an hour later at the earliest, so that work which cannot succeed now costs little until it can.
    """
    now = container.clock().now()
    until, again = now - MISSED_AFTER, now + AGAIN_AFTER
    sessions, conversations, jobs = container.sessions(), container.conversations(), container.jobs()
    erasures = list(container.participants().erasures_due(until))
    for session_id, thread_id in erasures:
        jobs.erase_participant(session_id, thread_id)
    found = {
        "deletions": _wake(container.deletions().due(until), jobs.delete_session),
        "erasures": len(erasures),
        "prompts": _wake(sessions.prompts_due(until, again), jobs.write_prompt),
        "briefs": _wake(sessions.briefs_due(until, again), jobs.write_brief),
        "summaries": _wake(
            chain(conversations.stale_sessions(until, again), sessions.summaries_due(until, again)),
            lambda session_id: jobs.write_summary(session_id, now),
        ),
        "closings": _wake(deadlines.due(now, again), _close),
    }
    logger.info("sweep", extra=found)


def _close(session_id: str) -> None:
    try:
        close_session(session_id, sessions=container.sessions(), jobs=container.jobs(), clock=container.clock())
    except NotFound:
        logger.info("nothing to do", extra={"session_id": session_id})


def _wake(due: Iterable[str], ask: Callable[[str], None]) -> int:
    count = 0
    for session_id in due:
        ask(session_id)
        count += 1
    return count
