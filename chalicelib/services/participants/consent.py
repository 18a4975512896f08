"""What a participant allows to be made of their words: that they are quoted, and that what they say counts among what others are told."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Session, Thread, ThreadView, Transition
from chalicelib.model.jobs import WriteSummary
from chalicelib.queues import Jobs
from chalicelib.retry import Retry
from chalicelib.services.synthesis import state
from chalicelib.store import thread_head
from chalicelib.store.participants import Participants

_RETRY = Retry(tries=5)  # the person may go on speaking meanwhile


class ConsentDeps(Struct, frozen=True):
    """The collaborators of these wishes."""

    participants: Participants
    withdraw_exports: Callable[[str], None]
    jobs: Jobs
    clock: Clock


def set_consent(
    session: Session,
    found: ThreadView | None,
    *,
    quotes: bool | None = None,
    passing_on: bool | None = None,
    deps: ConsentDeps,
) -> ThreadView:
    """Set what a participant allows; None leaves a wish as it is. Gives the thread as it is then; raises NotFound without one,
    Conflict where it changes all the time.

    Asked for again it does nothing but wake the job once more. The thread goes on as it stands: also where it is concluded, and
    where its session has ended.
    """
    for failed in _RETRY.attempts(deps.clock):
        found = _read_again(found) if found and failed else found
        if found is None:
            raise NotFound("Conversation not found")
        before = found.thread
        after = replace(
            before,
            quotable=before.quotable if quotes is None else quotes,
            passed_on=before.passed_on if passing_on is None else passing_on,
        )
        if after == before or _store(before, after, deps):
            # Also where nothing changed: an earlier request may have died before it could wake the job.
            deps.jobs.ask_or_leave(WriteSummary(session.id), deps.clock.now())
            if not after.quotable:
                deps.withdraw_exports(session.id)
            return replace(found, thread=after)
    raise Conflict("This conversation is changing right now; try again")


def _store(before: Thread, after: Thread, deps: ConsentDeps) -> bool:
    transition = None if before.is_untouched_test else _transition(before, after, deps)
    return deps.participants.consent(before, transition, quotable=after.quotable, passed_on=after.passed_on)


def _transition(before: Thread, after: Thread, deps: ConsentDeps) -> Transition:
    now = deps.clock.now()
    withdraws = (before.quotable and not after.quotable) or (before.passed_on and not after.passed_on)
    return state.exclude(now) if withdraws else state.include(now)


def _read_again(found: ThreadView) -> ThreadView | None:
    fresh = thread_head.read(found.thread.session_id, found.thread.id)
    return replace(found, thread=fresh) if fresh else None
