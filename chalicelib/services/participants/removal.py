"""Removing one person's data for good, as their host asks for it."""

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Session, ThreadView
from chalicelib.model.jobs import EraseParticipant, WriteSummary
from chalicelib.services.participants.decisions import DECISION_RETRY, ParticipantDeps
from chalicelib.services.participants.scopes import listed_user
from chalicelib.services.synthesis import state

ERASE_SECONDS = 100.0  # below the worker's 120


def remove_participant(session: Session, found: ThreadView | None, *, deps: ParticipantDeps) -> None:
    """Remove the data of somebody in this session for good. Raises NotFound without any.

    Summary and brief are offline from this moment; jobs erase the messages, and write the summary anew. Of a test run that never
    was part of them they know nothing, and stay.
    """
    for failed in DECISION_RETRY.attempts(deps.clock):
        if found and failed:
            view, found = deps.participants.find(session.id, found.thread.id)
            session = view.session
        if found is None:
            raise NotFound("Participant not found")
        thread, now = found.thread, deps.clock.now()
        account, capped = listed_user(thread.scope), session.is_capped
        leaves = None if thread.is_untouched_test else state.exclude(now)
        if deps.removals.begin(thread, now, leaves, is_capped=capped, account=account):
            if leaves:
                deps.jobs.ask_or_leave(WriteSummary(session.id), now)
            deps.jobs.ask_or_leave(EraseParticipant(session.id, thread.id), now)
            return
    raise Conflict("This participant is changing right now; try again")


def erase_participant(session_id: str, thread_id: str, *, deps: ParticipantDeps) -> None:
    """Remove the messages of somebody who was removed; asks to be called again where that takes longer than one run."""
    run = deps.clock.deadline(ERASE_SECONDS)
    if not deps.removals.erase(session_id, thread_id, lambda: run.remaining() > 0):
        deps.jobs.ask(EraseParticipant(session_id, thread_id), deps.clock.now())
