"""The summary job: bring the digests of a session up to date, then its summary.

State says what is due: the job looks at the heads of all threads, whatever woke it, so it may be called late, twice,
or for nothing. One job of a session runs at a time (its queue sees to that); what is said meanwhile wakes the next
one.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
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
from chalicelib.store.records import Digest, Message, SessionView, Summary, Thread
from chalicelib.store.sessions import FOR_DIGEST, Sessions

DIGEST_SECONDS = 50.0
JOB_SECONDS = 110.0  # below the worker's 120
AT_ONCE = 8
SECONDS_PER_THREAD = 0.6
OVERDUE = 3  # intervals after which a summary of what is digested is better than waiting for the rest
PIECE_CHARACTERS = 60_000  # of one request: about 20,000 tokens in English, 60,000 in Chinese


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
    age = _age(view.summary, now)
    job, until = bench.clock.deadline(JOB_SECONDS), now + timedelta(seconds=JOB_SECONDS + 10)
    too_early = age < _least(view.summary, bench.interval)
    # Before the heads are read: whatever is said from here on marks the session stale again.
    if too_early or not bench.sessions.begin_summary(session_id, now, until):
        bench.jobs.write_summary(session_id, now)
        return
    heads = {head.id: head for head in bench.conversations.heads(session_id) if head.included}
    digested = digest_all(view, list(heads.values()), bench, bench.clock.deadline(DIGEST_SECONDS))
    overdue = age >= OVERDUE * _least(view.summary, bench.interval)
    waits = digested.out_of_time and not overdue
    done = _end(view, bench) if waits else reduce(view, heads.keys(), bench, job)
    if digested.out_of_time or not done:
        # There is more to digest, or somebody was taken out meanwhile and may be in this summary.
        bench.jobs.write_summary(session_id, bench.clock.now())
    if digested.out_of_time or digested.failure:
        bench.sessions.mark_stale(session_id, now)
    if digested.failure:
        raise digested.failure


@dataclass(slots=True)
class Digested:
    """What became of the threads that had news."""

    failure: Unavailable | None = None
    out_of_time: bool = False


def digest_all(view: SessionView, heads: Sequence[Thread], bench: Bench, deadline: Deadline) -> Digested:
    """Digest the threads that have news, several at once, those that waited longest first; one that fails keeps no other back."""
    result = Digested()
    stale = [head for head in heads if head.is_stale]

    def digest(head: Thread) -> None:
        try:
            result.out_of_time = not _digest_one(view, head, bench, deadline) or result.out_of_time
        except Unavailable as error:
            result.failure = result.failure or error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(digest, sorted(stale, key=lambda head: head.last_message_at or head.created_at)))
    return result


def _digest_one(view: SessionView, head: Thread, bench: Bench, deadline: Deadline) -> bool:
    """Digest what is new in a thread, each piece saved as soon as it is done; False where time ran out before the end."""
    digest = bench.conversations.digest(head.session_id, head.id) if head.digested_to else None
    for messages in _pieces(bench.conversations.messages(head, digest.to_sequence if digest else 0)):
        if deadline.remaining() <= 0:
            return False
        now = bench.clock.now()
        digest = digest_thread(view, head, digest, messages, model=bench.model, deadline=deadline, now=now)
        bench.conversations.put_digest(head, digest)
    return True


def _pieces(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """The messages in runs short enough for one request to a model."""
    piece: list[Message] = []
    size = 0
    for message in messages:
        if piece and size + len(message.content) > PIECE_CHARACTERS:
            yield piece
            piece, size = [], 0
        piece.append(message)
        size += len(message.content)
    if piece:
        yield piece


def reduce(
    view: SessionView, included: Collection[str], bench: Bench, deadline: Deadline, *, again: bool = False
) -> bool:
    """Write the summary of all digests, unless the one that is there covers them (with `again`, even then), or nobody has
    said anything that could be summed up.

    False where somebody was taken out since `view` was read: nothing is stored then.
    """
    digests = [digest for digest in bench.conversations.digests(view.session.id) if digest.thread_id in included]
    covered = not again and _covers(view.summary, digests)
    if covered or not any(digest.points for digest in digests):
        return _end(view, bench)
    now = bench.clock.now()
    summary = write_summary(view, digests, model=bench.model, deadline=deadline, now=now)
    return bench.sessions.put_summary(view.session, summary, view.synthesis.epoch)


def _end(view: SessionView, bench: Bench) -> bool:
    return bench.sessions.end_summary(view.session.id, view.synthesis.epoch)


def _covers(summary: Summary | None, digests: Sequence[Digest]) -> bool:
    """Whether this summary was made from exactly these digests, as far as times and counts can tell."""
    if summary is None:
        return False
    older = all(digest.created_at <= summary.generated_at for digest in digests)
    return older and summary.messages == sum(digest.messages for digest in digests)


def _age(summary: Summary | None, now: datetime) -> timedelta:
    return now - summary.generated_at if summary else timedelta.max


def _least(summary: Summary | None, interval: int) -> timedelta:
    """The least time between two summaries: longer in large sessions, where each costs more."""
    participants = summary.participants if summary else 0
    return timedelta(seconds=max(float(interval), SECONDS_PER_THREAD * participants))
