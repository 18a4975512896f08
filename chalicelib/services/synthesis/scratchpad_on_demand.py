"""The scratchpad on demand: digests of what is new, batch by batch within the time of a request, and the notes they make.

It works under the summary's lease, so that two at once don't interleave. What it leaves, the next call goes on with, or
the summary's job.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from chalicelib.clock import ON_DEMAND_SECONDS, Deadline
from chalicelib.errors import Invalid, Unavailable
from chalicelib.model import Scratchpad, SessionView, Thread
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.digest_runner import DigestRun, SynthesisDeps, digest_all, gather, open_registry
from chalicelib.services.synthesis.exclusion import prune_registry
from chalicelib.services.synthesis.on_demand import begin
from chalicelib.services.synthesis.scratchpad import ScratchpadWriter
from chalicelib.store.sessions import FOR_DIGEST

Mode = Literal["seed", "update", "status"]
Status = Literal["completed", "partial", "no_data", "exists", "empty"]

BATCH = 8  # threads
NOTES_SECONDS = 4.0  # kept for the notes after the last digest


class Progress(Struct, frozen=True):
    """How far a scratchpad is: the themes and participants in it, and the batches of threads."""

    status: Status
    themes: int
    participants: int
    batches_processed: int
    batches_total: int


class _Snapshot(Struct, frozen=True):
    """A session as one read finds it: the included threads, those in which somebody spoke, and those with news."""

    view: SessionView
    heads: dict[str, Thread]
    spoken: tuple[Thread, ...]
    stale: tuple[Thread, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the scratchpad has all that was said."""
        pad = self.view.scratchpad
        return (
            pad is not None
            and not self.stale
            and pad.messages == sum(head.message_count for head in self.spoken if head.passed_on)
        )

    @property
    def is_quiet(self) -> bool:
        """Whether nothing waits for a summary."""
        return not self.stale and state.is_settled(self.view.synthesis)


def update_scratchpad(session_id: str, mode: Mode, *, deps: SynthesisDeps) -> Progress:
    """Bring the scratchpad up to date as far as a request's time goes; with `status`, only tell how far it is.

    `seed` counts the batches of the whole session, `update` those of what is new. Raises Invalid where the session wants
    no cross-pollination, Unavailable where the model does not answer.
    """
    deadline = deps.clock.deadline(ON_DEMAND_SECONDS)
    snapshot = _read_snapshot(session_id, deps)
    if mode == "status":
        return _progress(_told(snapshot), snapshot, mode)
    if not snapshot.spoken:
        return _progress("no_data", snapshot, mode)
    if snapshot.is_complete:
        return _progress("exists" if mode == "seed" else "completed", snapshot, mode)
    if not begin(session_id, deps, deadline):
        return _progress("partial", snapshot, mode)
    try:
        return _work(snapshot, mode, deps, deadline)
    except Exception:
        deps.summaries.move(session_id, state.hand_over(deps.clock.now()))
        raise


def _read_snapshot(session_id: str, deps: SynthesisDeps) -> _Snapshot:
    view = deps.sessions.view(session_id, FOR_DIGEST)
    if not view.session.cross_pollination:
        raise Invalid("Cross-pollination is not enabled for this session")
    heads = {head.id: head for head in deps.conversations.heads(session_id) if head.included}
    spoken = tuple(head for head in heads.values() if head.message_count)
    stale = sorted((head for head in spoken if head.is_stale), key=lambda head: head.last_message_at or head.created_at)
    return _Snapshot(view, heads, spoken, tuple(stale))


def _told(snapshot: _Snapshot) -> Status:
    if snapshot.view.scratchpad is None:
        return "empty"
    return "completed" if snapshot.is_complete else "partial"


def _work(before: _Snapshot, mode: Mode, deps: SynthesisDeps, deadline: Deadline) -> Progress:
    """Digest and take notes, under the lease, which is given back with what is left to do."""
    snapshot = _read_snapshot(before.view.session.id, deps)  # whoever held the lease before may have done it all
    shared = open_registry(snapshot.view, snapshot.heads.values(), deps)
    digested, done = DigestRun(), 0
    for batch in _batches(snapshot.stale):
        digesting = deps.clock.deadline(deadline.remaining() - NOTES_SECONDS)
        if digesting.remaining() <= 0:
            break
        found = digest_all(snapshot.view, batch, shared, deps, digesting)
        digested.reached.update(found.reached)
        if found.failure and not digested.reached and digesting.remaining() > 1:
            raise found.failure
        if found.failure or found.out_of_time:
            break
        if not found.left_out:
            done += len(batch)
    aggregate = gather(snapshot.view, snapshot.heads, digested, shared, deps)
    pad = ScratchpadWriter(snapshot.view, deps)
    stored = aggregate is not None and pad.refresh(aggregate, prune_registry(snapshot.view, aggregate, shared, deps))
    same_people = snapshot.view.synthesis.epoch == before.view.synthesis.epoch
    _give_back(snapshot, deps, quiet=before.is_quiet and same_people and not snapshot.stale)
    status: Status = "completed" if stored and done == len(snapshot.stale) else "partial"
    return _progress(status, snapshot, mode, done, pad.stored)


def _give_back(snapshot: _Snapshot, deps: SynthesisDeps, *, quiet: bool) -> None:
    """End what was begun; where there is news, the summary is due and its job asked."""
    session_id, now = snapshot.view.session.id, deps.clock.now()
    if quiet and deps.summaries.move(session_id, state.end(snapshot.view.synthesis.epoch)):
        return
    deps.summaries.move(session_id, state.hand_over(now))
    try:
        deps.jobs.write_summary(session_id, now)
    except Unavailable:
        return  # the sweep finds what is due


def _progress(
    status: Status, snapshot: _Snapshot, mode: Mode, done: int = 0, scratchpad: Scratchpad | None = None
) -> Progress:
    pad = scratchpad or snapshot.view.scratchpad
    left = _count(len(snapshot.stale) - done)
    total = _count(len(snapshot.stale if mode == "update" else snapshot.spoken))
    themes, participants = (pad.themes, pad.participants) if pad else (0, 0)
    processed = 0 if pad is None else max(0, total - left)
    return Progress(status, themes, participants, processed, total)


def _batches(threads: tuple[Thread, ...]) -> Iterator[tuple[Thread, ...]]:
    return (threads[first : first + BATCH] for first in range(0, len(threads), BATCH))


def _count(threads: int) -> int:
    """In batches."""
    return -(-threads // BATCH)
