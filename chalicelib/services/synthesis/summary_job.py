"""The summary job: bring the digests of a session up to date, then its summary.

State says what is due: the job looks at the heads of all threads, whatever woke it, so it may be called late, twice,
or for nothing. One job of a session runs at a time (its queue sees to that); what is said meanwhile wakes the next
one.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import ModelRefused, ModelUnavailable
from chalicelib.model import Session, SessionView, Summary, ThemeRegistry, Thread
from chalicelib.observability import logger
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.services.synthesis.digest_runner import DigestRun, SynthesisDeps, digest_all, gather, open_registry
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.exclusion import prune_registry
from chalicelib.services.synthesis.owner_share import hold_owner_share
from chalicelib.services.synthesis.retry_policy import AT_ONCE, rest_after_deaths
from chalicelib.services.synthesis.scratchpad import ScratchpadWriter
from chalicelib.services.synthesis.shared_registry import SharedRegistry
from chalicelib.services.synthesis.summary import write_summary
from chalicelib.services.usage.budget import SessionBudgetSpent, meter_for
from chalicelib.services.usage.model_choice import OwnModelRefused
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.summaries import later
from chalicelib.store.themes import changes

DIGEST_SECONDS = 50.0
JOB_SECONDS = 110.0  # the longest that a job takes
SUMMARY_SECONDS = 50.0  # of these, what is kept for the summary
NOTES_SECONDS = 5.0  # what the scratchpad may take
SECONDS_PER_THREAD = 0.6
OVERDUE = 3  # intervals after which a summary of what is digested is better than waiting for the rest


def summarise(session_id: str, *, deps: SynthesisDeps, deadline: Deadline) -> None:
    """Digest what is new, then rewrite the summary. Raises NotFound without a session, Unavailable to be called again.

    Where the time until `deadline` gets short, first the scratchpad is given up, then new digests, and never what was begun of
    a summary: another job is asked for what is left.
    """
    view = deps.sessions.view(session_id, FOR_DIGEST)
    now = deps.clock.now()
    age = _age(view.summary, now)
    # A job that has nothing to do leaves the summary alone: nobody is to read that it is just being updated.
    is_done = view.summary is not None and state.is_settled(view.synthesis)
    if (is_done or state.is_resting(view.synthesis, now)) and not _has_news(session_id, deps):
        return
    if _is_unfinished_example(view):
        return
    if state.is_in_slow_lane(view.synthesis, now):
        _note_deaths(view, logger.error)
        return
    if age < _least(view.summary, deps.interval) and not _is_final(view.session, view.summary, now):
        deps.jobs.write_summary(session_id, now)  # too early
        return
    with hold_owner_share(view.session, JOB_SECONDS + 10, deps):
        try:
            _bring_up_to_date(view, now, deps, deadline)
        except Unavailable:
            with suppress(Unavailable):
                deps.summaries.move(session_id, state.survive())
            raise


def _bring_up_to_date(view: SessionView, now: datetime, deps: SynthesisDeps, deadline: Deadline) -> None:
    session_id = view.session.id
    job = deps.clock.deadline(min(JOB_SECONDS, deadline.remaining()))
    until = now + timedelta(seconds=JOB_SECONDS + 10)
    # Before the heads are read: whatever is said from here on marks the session stale again.
    if not deps.summaries.move(session_id, state.begin(now, until, rest=_rest_if_it_dies(view))):
        deps.jobs.write_summary(session_id, now)
        return
    heads = {head.id: head for head in deps.conversations.heads(session_id) if head.included}
    shared = open_registry(view, heads.values(), deps)
    digesting = deps.clock.deadline(min(DIGEST_SECONDS, job.remaining() - SUMMARY_SECONDS))
    digested = digest_all(view, list(heads.values()), shared, deps, digesting)
    overdue = _age(view.summary, now) >= OVERDUE * _least(view.summary, deps.interval)
    waits = digested.out_of_time and not overdue
    meter = meter_for(view, deps.model)
    metered = replace(deps, model=meter)
    try:
        if state.is_resting(view.synthesis, now) and not digested.reached:
            done = _give_back(view, deps)
        else:
            is_short = job.remaining() < SUMMARY_SECONDS + NOTES_SECONDS
            pad_last = is_short or view.synthesis.begun > 0  # begun before: a process died
            done = _end(view, deps) if waits else reduce(view, heads, digested, shared, metered, job, pad_last=pad_last)
    except ModelUnavailable as error:
        over = _note_failure(view, deps, paid=meter.usage.total > 0, has_news=bool(digested.reached))
        if over or isinstance(error, (ModelRefused, SessionBudgetSpent)):
            return  # the queue would only hear the same again
        raise
    if digested.out_of_time or not done:
        # There is more to digest, or this was a summary of other people than count by now.
        deps.jobs.write_summary(session_id, deps.clock.now())
    if digested.out_of_time or digested.failure or digested.left_out:
        deps.summaries.move(session_id, state.mark_stale(now))
    if digested.failure and not isinstance(digested.failure, (SessionBudgetSpent, OwnModelRefused)):
        raise digested.failure


def _is_unfinished_example(view: SessionView) -> bool:
    """Whether this is the example before its first summary: that is written with it, and no model of this deployment is to
    digest made-up people meanwhile. From then on it is a session like any other, also after somebody was taken out."""
    return view.session.is_example and view.summary is None and view.synthesis.epoch == 0


def reduce(
    view: SessionView,
    heads: Mapping[str, Thread],
    digested: DigestRun,
    shared: SharedRegistry,
    deps: SynthesisDeps,
    deadline: Deadline,
    *,
    again: bool = False,
    pad_last: bool = False,
) -> bool:
    """Write the summary of all digests, unless the one that is there covers them (with `again`, even then), or nobody has
    said anything that could be summed up.

    The scratchpad is brought up to date before it, or with `pad_last` behind it, where it can't stand in its way.
    False where another job is wanted: somebody was taken out, or in again, since `view` was read, and nothing is stored; or no
    time was left for the scratchpad.
    """
    aggregate = gather(view, heads, digested, shared, deps)
    if aggregate is None:
        return False
    registry = prune_registry(view, aggregate, shared, deps)
    pad = ScratchpadWriter(view, deps)
    if not pad_last:
        pad.refresh(aggregate, registry)
    before = registry
    if (not again and _covers(view.summary, aggregate)) or not aggregate.points:
        stored = _end(view, deps)
    else:
        stored, registry = _store_summary(view, aggregate, registry, deps, deadline)
    if pad_last and view.session.cross_pollination and deadline.remaining() < NOTES_SECONDS:
        logger.info("scratchpad given up", extra={"session_id": view.session.id})
        deps.summaries.move(view.session.id, state.mark_due(deps.clock.now()))
        return False
    if pad_last or registry != before:
        pad.refresh(aggregate, registry)
    return stored


def _store_summary(
    view: SessionView, aggregate: Aggregate, registry: ThemeRegistry, deps: SynthesisDeps, deadline: Deadline
) -> tuple[bool, ThemeRegistry]:
    """Write and store the summary; gives whether it was stored, and the themes as they are then."""
    now = deps.clock.now()
    if view.summary:
        now = later(now, view.summary.generated_at)
    book = EvidenceBook(aggregate, registry)
    written = write_summary(view, book, model=deps.model, deadline=deadline, now=now)
    summary = replace(written.summary, number=view.summary.number + 1 if view.summary else 1)
    changed = changes(written.registry, registry) if written.registry != registry else None
    stored = deps.summaries.put(view.session, summary, state.end(view.synthesis.epoch), changed)
    return stored, written.registry if stored else registry


def _note_failure(view: SessionView, deps: SynthesisDeps, *, paid: bool, has_news: bool) -> bool:
    """Note that no summary came of it; whether the queue is to leave it alone from now on, for the sweep to come back to."""
    now = deps.clock.now()
    after = state.count_failure(view.synthesis, now, paid=paid, has_news=has_news)
    if not deps.summaries.move(view.session.id, state.fail(after, now)):
        deps.summaries.move(view.session.id, state.survive())
    for_good = state.is_given_up(after)
    say = logger.error if for_good or after.rests_until else logger.warning
    say(
        "summary not written",
        extra={
            "event": "summary_failed",
            "session_id": view.session.id,
            "tries": after.tries,
            "for_good": for_good,
        },
    )
    return for_good or after.tries > AT_ONCE


def _rest_if_it_dies(view: SessionView) -> timedelta:
    """How long it is left alone should its process die, as those did that began it before and never ended."""
    died = view.synthesis.begun
    if died:
        _note_deaths(view, logger.warning)
    return rest_after_deaths(died + 1) or timedelta()


def _note_deaths(view: SessionView, say: Callable[..., None]) -> None:
    extra = {"event": "summary_died", "session_id": view.session.id, "times": view.synthesis.begun}
    say("summary begun and never ended", extra=extra)


def _give_back(view: SessionView, deps: SynthesisDeps) -> bool:
    """Leave what was begun as it was before: there is nothing that the tries before have not seen."""
    before = view.synthesis
    after = replace(before, due_at=None if state.is_given_up(before) else before.rests_until)
    deps.summaries.move(view.session.id, state.fail(after, deps.clock.now()))
    return True


def _has_news(session_id: str, deps: SynthesisDeps) -> bool:
    now, heads = deps.clock.now(), deps.conversations.heads(session_id)
    return any(head.included and head.is_stale and not head.digest_rests(now) for head in heads)


def _end(view: SessionView, deps: SynthesisDeps) -> bool:
    return deps.summaries.move(view.session.id, state.end(view.synthesis.epoch))


def _covers(summary: Summary | None, aggregate: Aggregate) -> bool:
    """Whether this summary was made from exactly these digests, as far as times and counts can tell."""
    return summary is not None and aggregate.newest <= summary.generated_at and summary.messages == aggregate.messages


def _is_final(session: Session, summary: Summary | None, now: datetime) -> bool:
    """Whether the session has ended and has no summary from after that: the last one does not wait."""
    closed = session.closes_at
    return closed is not None and closed <= now and (summary is None or summary.generated_at < closed)


def _age(summary: Summary | None, now: datetime) -> timedelta:
    return now - summary.generated_at if summary else timedelta.max


def _least(summary: Summary | None, interval: int) -> timedelta:
    """The least time between two summaries: longer in large sessions, where each costs more."""
    participants = summary.participants if summary else 0
    return timedelta(seconds=max(float(interval), SECONDS_PER_THREAD * participants))
