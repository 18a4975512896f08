"""Deleting a session: it is gone at once; what it consisted of is removed by a job that may be interrupted anywhere."""

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.model.deletions import DeletedBy, DeletionRecord
from chalicelib.model.jobs import AnnounceSession, DeleteSession
from chalicelib.queues import Jobs
from chalicelib.store.deletion import Deletions
from chalicelib.store.telegram_chats import TelegramChats

RUN_SECONDS = 100.0  # below the worker's 120


def delete_session(
    session_id: str,
    user_id: str,
    *,
    deletions: Deletions,
    jobs: Jobs,
    now: datetime,
    seen: datetime | None = None,
    by: DeletedBy = "host",
    owner_id: str = "",
) -> DeletionRecord:
    """Delete a session, in which this user may; gives the record of that, which they may read, and the owner.

    Raises NotFound where somebody else was faster, or has changed it since its `updated_at` was `seen`.
    """
    record, readers = DeletionRecord(session_id, by, now, {}), {user_id, owner_id or user_id}
    if not deletions.begin(session_id, user_id, record, readers, seen):
        raise NotFound("Session not found")
    jobs.ask_or_leave(DeleteSession(session_id), now)
    return record


def remove_session(
    session_id: str,
    *,
    deletions: Deletions,
    remove_exports: Callable[[str], None],
    forget_memory: Callable[[str], None],
    forget: Callable[[str], None],
    chats: TelegramChats,
    jobs: Jobs,
    clock: Clock,
) -> None:
    """Remove what is left of a deleted session; asks to be called again where that takes longer than one run. `forget` removes what one
    account was told of it."""
    run = clock.deadline(RUN_SECONDS)
    if not deletions.resume(session_id, clock.now() + timedelta(seconds=RUN_SECONDS)):
        return
    remove_exports(session_id)
    for user_id in deletions.team(session_id):
        forget(user_id)
    deletions.count(session_id)
    forget_memory(session_id)
    deletions.leave_projects(session_id)
    for leftover in deletions.left(session_id):
        if run.remaining() <= 0:
            jobs.ask(DeleteSession(session_id), clock.now())
            return
        deletions.remove(leftover)
    chats.leave(chats.of_session(session_id))
    if deletions.has_announcements(session_id):  # groups are told first, and the sweep asks for this again
        deletions.wait_for_groups(session_id)
        jobs.ask(AnnounceSession(session_id), clock.now())
        return
    deletions.finish(session_id, clock.now())
