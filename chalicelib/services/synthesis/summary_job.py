"""The summary job: bring the digests of a session up to date, then its summary where there is a reason to (`schedule.py`).

State says what is due: the job looks at the heads of all threads, whatever woke it, so it may be called late, twice,
or for nothing. One job of a session runs at a time (its queue sees to that); what is said meanwhile wakes the next
one. A job that comes too early, or has not done all, gives its message back for a while: one that sent itself another
would be a loop to Lambda, which stops it after sixteen rounds.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.errors import TooEarly, Unavailable
from chalicelib.llm.interface import ModelDeclined, ModelRefused, ModelUnavailable, Tier
from chalicelib.model import SessionView, Summary, Synthesis, ThemeRegistry, Thread
from chalicelib.model.jobs import TellHosts
from chalicelib.model.memory import Conclusions
from chalicelib.observability import logger
from chalicelib.services.projects.passing_on import tell_receivers
from chalicelib.services.synthesis import schedule, state
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.services.synthesis.conclusions import conclude
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
from chalicelib.store.memories import put_with
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.summaries import later
from chalicelib.store.themes import changes

JOB_SECONDS = 385.0  # the longest that a job takes
DIGEST_SECONDS = 60.0  # of these, what digests take at most
SUMMARY_SECONDS = 300.0  # what is kept for the summary: a large model that thinks takes minutes for a long one
NOTES_SECONDS = 5.0  # what the scratchpad may take
AT_ONCE_SECONDS = 1.0  # after which a job comes back that has more to do
HELD_SECONDS = 5.0  # after which one comes back that waits for a request


def summarise(session_id: str, *, deps: SynthesisDeps, deadline: Deadline) -> None:
    """Digest what is new, then rewrite the summary where it is time. Raises NotFound without a session, Unavailable to be called
    again: TooEarly where nothing is wrong, and there is more to do then.

    Where the time until `deadline` gets short, first the scratchpad is given up, then new digests, and never what was begun of
    a summary: the job comes back for what is left.
    """
    view = deps.sessions.view(session_id, FOR_DIGEST)
    now = deps.clock.now()
    if view.conclusions and view.conclusions.untold:
        tell_receivers(session_id, view.conclusions, memories=deps.memories, clock=deps.clock)
    if _is_unfinished_example(view) or _has_nothing_to_do(view, now, deps):
        return
    if state.is_in_slow_lane(view.synthesis, now):
        _note_deaths(view, logger.error)
        return
    with hold_owner_share(view.session, JOB_SECONDS + 10, deps):
        try:
            again = _bring_up_to_date(view, now, deps, deadline)
        except Unavailable:
            with suppress(Unavailable):
                deps.summaries.move(session_id, state.survive())
            raise
    if again is not None:
        raise TooEarly("There is more to do for a summary, later", again)


def _has_nothing_to_do(view: SessionView, now: datetime, deps: SynthesisDeps) -> bool:
    """Whether a job is to leave the summary alone: nobody is to read that it is just being updated. Raises TooEarly where all it
    has to do is to come back."""
    if view.synthesis.held_by_request and state.is_updating(view.synthesis, now):
        raise TooEarly("A request has the summary written", HELD_SECONDS)
    is_done = view.summary is not None and state.is_settled(view.synthesis) and not schedule.lacks_last(view, now)
    waits = bool(view.synthesis.behind_since) and state.is_digested(view.synthesis)
    if not (is_done or waits or state.is_resting(view.synthesis, now)):
        return False
    heads = [head for head in deps.conversations.heads(view.session.id) if head.included]
    if any(head.is_stale and not head.digest_rests(now) for head in heads):
        return False
    if is_done or state.is_resting(view.synthesis, now):
        return True
    if not schedule.find_reason(view, schedule.count_said(heads, {}), now, timedelta(seconds=deps.silence)):
        return True
    early = (schedule.earliest(view, now, deps.interval) - now).total_seconds()
    if early > 0:
        raise TooEarly("It is too early for another summary", early)
    return False


def _bring_up_to_date(view: SessionView, now: datetime, deps: SynthesisDeps, deadline: Deadline) -> float | None:
    """Do what there is time for; gives the seconds after which a job has to come back, None where none has to."""
    session_id = view.session.id
    job = deps.clock.deadline(min(JOB_SECONDS, deadline.remaining()))
    until = now + timedelta(seconds=JOB_SECONDS + 10)
    # Before the heads are read: whatever is said from here on marks the session stale again.
    if not deps.summaries.move(session_id, state.begin(now, until, rest=_rest_if_it_dies(view))):
        return HELD_SECONDS
    heads = {head.id: head for head in deps.conversations.heads(session_id) if head.included}
    shared = open_registry(view, heads.values(), deps)
    digesting = deps.clock.deadline(min(DIGEST_SECONDS, job.remaining() - SUMMARY_SECONDS))
    digested = digest_all(view, list(heads.values()), shared, deps, digesting)
    meter = meter_for(view, deps.model)
    metered = replace(deps, model=meter)
    try:
        if state.is_resting(view.synthesis, now) and not digested.reached:
            _give_back(view, deps)
            again = None
        else:
            again = _write_if_due(view, heads, digested, shared, metered, job)
    except ModelDeclined:
        return _note_declined(view, deps, now)
    except ModelUnavailable as error:
        over = _note_failure(view, deps, paid=meter.is_paid, has_news=bool(digested.reached))
        if over or isinstance(error, (ModelRefused, SessionBudgetSpent)):
            return None  # the queue would only hear the same again
        raise
    if digested.out_of_time or digested.failure or digested.left_out:
        deps.summaries.move(session_id, state.mark_stale(now))
    if digested.failure and not isinstance(digested.failure, (SessionBudgetSpent, OwnModelRefused)):
        raise digested.failure
    return AT_ONCE_SECONDS if digested.out_of_time else again


def _write_if_due(
    view: SessionView,
    heads: Mapping[str, Thread],
    digested: DigestRun,
    shared: SharedRegistry,
    deps: SynthesisDeps,
    job: Deadline,
) -> float | None:
    """Write the summary where it is time for it, else only the notes; gives the seconds after which a job has to come back."""
    now, silence = deps.clock.now(), timedelta(seconds=deps.silence)
    said = schedule.count_said(heads.values(), digested.reached)
    reason = schedule.find_reason(view, said, now, silence)
    early = (schedule.earliest(view, now, deps.interval) - now).total_seconds()
    waits = digested.out_of_time and not schedule.is_overdue(view, now, deps.interval)
    pad_last = view.synthesis.begun > 0 or job.remaining() < SUMMARY_SECONDS + NOTES_SECONDS  # begun before: one died
    if reason and early <= 0 and not waits:
        again = schedule.lacks_last(view, now) or view.synthesis.wants_large
        tier = schedule.choose_tier(view, now)
        done = reduce(view, heads, digested, shared, deps, job, again=again, pad_last=pad_last, tier=tier)
        return None if done else AT_ONCE_SECONDS
    if view.session.cross_pollination and not waits and not _take_notes(view, heads, digested, shared, deps):
        return AT_ONCE_SECONDS
    silent_at = schedule.silent_at(said, now, silence)
    if not deps.summaries.move(view.session.id, state.fall_behind(view.synthesis, now, silent_at)):
        deps.summaries.move(view.session.id, state.survive())
        return AT_ONCE_SECONDS  # somebody came to want it, or it is of other people now
    return early if reason and early > 0 else None


def _take_notes(
    view: SessionView,
    heads: Mapping[str, Thread],
    digested: DigestRun,
    shared: SharedRegistry,
    deps: SynthesisDeps,
) -> bool:
    """Bring the scratchpad up to date; False where somebody was taken out, or in, since `view` was read."""
    aggregate = gather(view, heads, digested, shared, deps)
    if aggregate is None:
        return False
    ScratchpadWriter(view, deps).refresh(aggregate, prune_registry(view, aggregate, shared, deps))
    return True


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
    tier: Tier,
    again: bool = False,
    pad_last: bool = False,
) -> bool:
    """Have a model of this tier write the summary of all digests, unless the one that is there covers them (with `again`, even
    then), or nobody has said anything that could be summed up. Where no model would read any of it, the summary says that.

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
    again = again or view.synthesis.withdrawn_at is not None
    if (not again and _covers(view.summary, aggregate)) or not (aggregate.points or aggregate.withheld):
        stored = _end(view, deps)
        made = _news_of(view, view.summary, aggregate, registry, deps.clock.now()) if view.summary else None
        if stored and made and deps.memories.put(view.session.id, made, view.synthesis.epoch):
            _bring_back(view, made, deps)
    else:
        stored, registry = _store_summary(view, aggregate, registry, deps, deadline, tier)
    if pad_last and view.session.cross_pollination and deadline.remaining() < NOTES_SECONDS:
        logger.info("scratchpad given up", extra={"session_id": view.session.id})
        deps.summaries.move(view.session.id, state.mark_due(deps.clock.now()))
        return False
    if pad_last or registry != before:
        pad.refresh(aggregate, registry)
    return stored


def _store_summary(
    view: SessionView,
    aggregate: Aggregate,
    registry: ThemeRegistry,
    deps: SynthesisDeps,
    deadline: Deadline,
    tier: Tier,
) -> tuple[bool, ThemeRegistry]:
    """Write and store the summary; gives whether it was stored, and the themes as they are then."""
    now = deps.clock.now()
    if view.summary:
        now = later(now, view.summary.generated_at)
    book = EvidenceBook(aggregate, registry)
    written = write_summary(view, book, model=deps.model, deadline=deadline, now=now, tier=tier)
    number = view.summary.number + 1 if view.summary else 1
    summary = replace(written.summary, number=number, tier=tier if deps.model.understands else "")
    changed = changes(written.registry, registry) if written.registry != registry else None
    made = _news_of(view, summary, aggregate, written.registry, now)
    also = put_with(view.session.id, made) if made else None
    stored = deps.summaries.put(view.session, summary, state.end(view.synthesis.epoch), changed, also)
    if stored and made:
        _bring_back(view, made, deps)
    return stored, written.registry if stored else registry


def _news_of(
    view: SessionView, summary: Summary, aggregate: Aggregate, registry: ThemeRegistry, now: datetime
) -> Conclusions | None:
    """What a session comes to by this summary; None where that is what is stored."""
    before, made = view.conclusions, conclude(view, summary, aggregate, registry, now)
    is_news = before is None or before.withdrawn or made.points != before.points
    return made if is_news else None


def _bring_back(view: SessionView, made: Conclusions, deps: SynthesisDeps) -> None:
    """Let sessions that began with what was withdrawn here since have what is left of it."""
    if view.conclusions and view.conclusions.withdrawn:
        tell_receivers(view.session.id, made, memories=deps.memories, clock=deps.clock)


def _note_failure(view: SessionView, deps: SynthesisDeps, *, paid: bool, has_news: bool) -> bool:
    """Note that no summary came of it; whether the queue is to leave it alone from now on, for the sweep to come back to."""
    now = deps.clock.now()
    after = state.count_failure(view.synthesis, now, paid=paid, has_news=has_news)
    _tell_hosts(view, after, now, deps)
    if not deps.summaries.move(view.session.id, state.fail(after, now)):
        deps.summaries.move(view.session.id, state.survive())
    _tell_failure(view, after)
    return state.is_given_up(after) or after.tries > AT_ONCE


def _note_declined(view: SessionView, deps: SynthesisDeps, begun: datetime) -> float | None:
    """Note that the model writes no summary of this, whatever is left out of it, and so will not another time; gives the seconds after
    which a job has to come back: it has the medium model asked in the large one's place, once. Else nobody is, until something new is
    said."""
    now, is_large = deps.clock.now(), schedule.choose_tier(view, begun) == "large"
    counted = state.count_failure(view.synthesis, now, paid=True, has_news=True)
    paid = schedule.MOST_LARGE if is_large else state.MOST_PAID
    after = replace(counted, paid_tries=paid, due_at=now if is_large else None)
    _tell_hosts(view, after, now, deps)
    if not deps.summaries.move(view.session.id, state.fail(after, now)):
        deps.summaries.move(view.session.id, state.survive())
    _tell_failure(view, after)
    return AT_ONCE_SECONDS if is_large else None


def _tell_hosts(view: SessionView, after: Synthesis, now: datetime, deps: SynthesisDeps) -> None:
    """Have hosts told that nobody tries again by himself: before that is noted, and of the same summary once a day."""
    if state.is_given_up(after):
        happened = f"summary {view.summary.number if view.summary else 0} {now.date()}"
        told = TellHosts(view.session.id, "work_failed", now.isoformat(), happened, {"work": "summary"})
        deps.jobs.tell_hosts(told)


def _tell_failure(view: SessionView, after: Synthesis) -> None:
    for_good = state.is_given_up(after)
    say = logger.error if for_good or after.rests_until else logger.warning
    extra = {"event": "summary_failed", "session_id": view.session.id, "tries": after.tries, "for_good": for_good}
    say("summary not written", extra=extra)


def _rest_if_it_dies(view: SessionView) -> timedelta:
    """How long it is left alone should its process die, as those did that began it before and never ended."""
    died = view.synthesis.begun
    if died:
        _note_deaths(view, logger.warning)
    return rest_after_deaths(died + 1) or timedelta()


def _note_deaths(view: SessionView, say: Callable[..., None]) -> None:
    extra = {"event": "summary_died", "session_id": view.session.id, "times": view.synthesis.begun}
    say("summary begun and never ended", extra=extra)


def _give_back(view: SessionView, deps: SynthesisDeps) -> None:
    """Leave what was begun as it was before: there is nothing that the tries before have not seen."""
    before = view.synthesis
    after = replace(before, due_at=None if state.is_given_up(before) else before.rests_until)
    deps.summaries.move(view.session.id, state.fail(after, deps.clock.now()))


def _end(view: SessionView, deps: SynthesisDeps) -> bool:
    return deps.summaries.move(view.session.id, state.end(view.synthesis.epoch))


def _covers(summary: Summary | None, aggregate: Aggregate) -> bool:
    """Whether this summary was made from exactly these digests, as far as times and counts can tell."""
    return summary is not None and aggregate.newest <= summary.generated_at and summary.messages == aggregate.messages
