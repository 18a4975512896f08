"""The summary job: bring the digests of a session up to date, then its summary.

State says what is due: the job looks at the heads of all threads, whatever woke it, so it may be called late, twice,
or for nothing. One job of a session runs at a time (its queue sees to that); what is said meanwhile wakes the next
one.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Unavailable
from chalicelib.jobs import Jobs
from chalicelib.llm.interface import Model
from chalicelib.services.synthesis.digests import digest_thread
from chalicelib.services.synthesis.summary import write_summary
from chalicelib.store.conversations import Conversations
from chalicelib.store.records import SessionView, Thread
from chalicelib.store.sessions import FOR_DIGEST, Sessions

DIGEST_SECONDS = 50.0
JOB_SECONDS = 110.0  # below the worker's 120
AT_ONCE = 8
SECONDS_PER_THREAD = 0.6


@dataclass(frozen=True, slots=True)
class Bench:
    """What the summary job works with; `interval` is the least time between two summaries of a small session, in seconds."""

    sessions: Sessions
    conversations: Conversations
    model: Model
    jobs: Jobs
    clock: Clock
    interval: int


def summarise(session_id: str, *, bench: Bench) -> None:
    """Digest what is new, then rewrite the summary. Raises NotFound without a session, Unavailable to be called again."""
    view = bench.sessions.view(session_id, FOR_DIGEST)
    now = bench.clock.now()
    if _too_early(view, now, bench.interval):
        bench.jobs.write_summary(session_id, now)
        return
    job = bench.clock.deadline(JOB_SECONDS)
    # Before the heads are read: whatever is said from here on marks the session stale again.
    bench.sessions.begin_summary(session_id, now + timedelta(seconds=JOB_SECONDS + 10))
    heads = {head.id: head for head in bench.conversations.heads(session_id) if head.included}
    stale = [head for head in heads.values() if head.is_stale]
    failures = _digest(view, stale, bench, bench.clock.deadline(DIGEST_SECONDS))
    if failures.out_of_time:
        bench.jobs.write_summary(session_id, bench.clock.now())
        return
    if stale or _is_behind(view):
        _reduce(view, heads.keys(), bench, job)
    else:
        bench.sessions.end_summary(session_id)
    if failures.first:
        raise failures.first


@dataclass(slots=True)
class _Failures:
    """What kept threads from being digested."""

    first: Unavailable | None = None
    out_of_time: bool = False


def _digest(view: SessionView, stale: Sequence[Thread], bench: Bench, deadline: Deadline) -> _Failures:
    """Digest these threads, several at once, each saved as soon as it is done; one that fails keeps no other back."""
    failures = _Failures()

    def digest(head: Thread) -> None:
        if deadline.remaining() <= 0:
            failures.out_of_time = True
            return
        try:
            _digest_one(view, head, bench, deadline)
        except Unavailable as error:
            failures.first = failures.first or error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(digest, stale))
    return failures


def _digest_one(view: SessionView, head: Thread, bench: Bench, deadline: Deadline) -> None:
    previous = bench.conversations.digest(head.session_id, head.id) if head.digested_to else None
    after = previous.to_sequence if previous else 0
    messages = list(bench.conversations.messages(head.session_id, head.id, after))
    now = bench.clock.now()
    made = digest_thread(view, head, previous, messages, model=bench.model, deadline=deadline, now=now)
    bench.conversations.put_digest(head.session_id, made)


def _reduce(view: SessionView, included: Collection[str], bench: Bench, deadline: Deadline) -> None:
    """Write the summary of all digests, unless nobody has said anything that could be summed up."""
    session_id = view.session.id
    digests = [d for d in bench.conversations.digests(session_id) if d.thread_id in included]
    if not any(digest.points for digest in digests):
        bench.sessions.end_summary(session_id)
        return
    now = bench.clock.now()
    summary = write_summary(view, digests, model=bench.model, deadline=deadline, now=now)
    bench.sessions.put_summary(view.session, summary)


def _is_behind(view: SessionView) -> bool:
    """Whether an earlier job, or a message, left word that the summary lacks something that is digested already."""
    synthesis = view.synthesis
    return view.summary is None or synthesis.stale_since is not None or synthesis.updating_until is not None


def _too_early(view: SessionView, now: datetime, interval: int) -> bool:
    if view.summary is None:
        return False
    least = max(float(interval), SECONDS_PER_THREAD * view.summary.participants)
    return now < view.summary.generated_at + timedelta(seconds=least)
