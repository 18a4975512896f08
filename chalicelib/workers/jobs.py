"""The jobs behind the queues, and the sweep of the clock."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import chain
from typing import Any

from chalice.app import SQSEvent

from chalicelib import container
from chalicelib.errors import NotFound
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


def write_prompt(event: SQSEvent) -> dict[str, Any]:
    """Write facilitation prompts."""

    def work(session_id: str) -> None:
        deadline = container.clock().deadline(PROMPT_SECONDS)
        tailor_session_prompt(session_id, sessions=container.sessions(), model=container.model(), deadline=deadline)

    return handle(event, work, settings().prompts_queue_url, settings().prompts_dead_letters_url)


def write_summary(event: SQSEvent) -> dict[str, Any]:
    """Bring summaries up to date."""

    def work(session_id: str) -> None:
        summarise(session_id, deps=container.synthesis_deps())

    return handle(event, work, settings().summaries_queue_url, settings().summaries_dead_letters_url)


def write_brief(event: SQSEvent) -> dict[str, Any]:
    """Make SESSION.md from summaries."""

    def work(session_id: str) -> None:
        write_session_brief(session_id, sessions=container.sessions(), public_url=settings().public_url)

    return handle(event, work, settings().briefs_queue_url, settings().briefs_dead_letters_url)


def update_cards(event: SQSEvent) -> dict[str, Any]:
    """Let cards follow their sessions."""

    def work(session_id: str) -> None:
        now = container.clock().now()
        list_projection.update_cards(session_id, sessions=container.sessions(), cards=container.cards(), now=now)

    return handle(event, work, settings().cards_queue_url, settings().cards_dead_letters_url)


def delete_data(event: SQSEvent) -> dict[str, Any]:
    """Remove what deleted sessions, and people who were removed, left."""

    def work(session_id: str) -> None:
        remove_session(session_id, deletions=container.deletions(), jobs=container.jobs(), clock=container.clock())

    def erase(session_id: str, thread_id: str) -> None:
        erase_participant(session_id, thread_id, deps=container.participant_deps())

    return handle(event, work, settings().deletions_queue_url, settings().deletions_dead_letters_url, erase)


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
        close_session(session_id, sessions=container.sessions(), jobs=container.jobs(), now=container.clock().now())
    except NotFound:
        logger.info("nothing to do", extra={"session_id": session_id})


def _wake(due: Iterable[str], ask: Callable[[str], None]) -> int:
    count = 0
    for session_id in due:
        ask(session_id)
        count += 1
    return count
