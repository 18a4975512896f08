"""The jobs behind the queues, and the sweep of the clock."""

from datetime import timedelta
from typing import Any

from chalice.app import SQSEvent

from chalicelib import wiring
from chalicelib.observability import logger
from chalicelib.services.documents import tailor_session_prompt, write_session_brief
from chalicelib.services.synthesis.job import Bench, summarise
from chalicelib.settings import settings
from chalicelib.workers.queues import handle

PROMPT_SECONDS = 100.0
MISSED_AFTER = timedelta(minutes=5)  # by then an event has done its work, or was lost


def write_prompt(event: SQSEvent) -> dict[str, Any]:
    """Write facilitation prompts."""

    def work(session_id: str) -> None:
        deadline = wiring.clock().deadline(PROMPT_SECONDS)
        tailor_session_prompt(session_id, sessions=wiring.sessions(), model=wiring.model(), deadline=deadline)

    return handle(event, work, settings().prompts_queue_url, settings().prompts_dead_letters_url)


def write_summary(event: SQSEvent) -> dict[str, Any]:
    """Bring summaries up to date."""

    def work(session_id: str) -> None:
        summarise(session_id, bench=_bench())

    return handle(event, work, settings().summaries_queue_url, settings().summaries_dead_letters_url)


def write_brief(event: SQSEvent) -> dict[str, Any]:
    """Make SESSION.md from summaries."""

    def work(session_id: str) -> None:
        write_session_brief(session_id, sessions=wiring.sessions(), public_url=settings().public_url)

    return handle(event, work, settings().briefs_queue_url, settings().briefs_dead_letters_url)


def sweep() -> None:
    """Wake what an event should have woken: state says what is due, and has been for too long."""
    now = wiring.clock().now()
    until = now - MISSED_AFTER
    prompts, briefs = list(wiring.sessions().prompts_due(until)), list(wiring.sessions().briefs_due(until))
    stale = wiring.conversations().stale_sessions(until) | set(wiring.sessions().summaries_due(until))
    for session_id in prompts:
        wiring.jobs().write_prompt(session_id)
    for session_id in briefs:
        wiring.jobs().write_brief(session_id)
    for session_id in sorted(stale):
        wiring.jobs().write_summary(session_id, now)
    logger.info("sweep", extra={"prompts": len(prompts), "briefs": len(briefs), "summaries": len(stale)})


def _bench() -> Bench:
    return Bench(
        sessions=wiring.sessions(),
        conversations=wiring.conversations(),
        model=wiring.model(),
        jobs=wiring.jobs(),
        clock=wiring.clock(),
        interval=settings().summary_interval,
    )
