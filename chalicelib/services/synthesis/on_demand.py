"""A summary that a host asks for and waits for: written within the request where it can be, else by the job."""

from datetime import timedelta

from msgspec.structs import replace

from chalicelib.clock import ON_DEMAND_SECONDS, Deadline
from chalicelib.errors import Unavailable
from chalicelib.retry import Retry
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.digest_runner import SynthesisDeps, digest_all, open_registry
from chalicelib.services.synthesis.schedule import count_said
from chalicelib.services.synthesis.summary_job import reduce
from chalicelib.services.usage.budget import meter_for
from chalicelib.store.sessions import FOR_DIGEST
from chalicelib.store.summaries import WITH_SYNTHESIS

DIGEST_SHARE = 0.6
LEAST_SECONDS = 3.0  # no summary is written in less
# Of more, a large model writes longer than a request may take, and what it had written by then would be paid for in vain.
MOST_MESSAGES = 30
HANDED_OVER = timedelta(minutes=3)  # by then the job is at it
POLL_SECONDS = 1.0


def summarise_now(session_id: str, *, deps: SynthesisDeps) -> bool:
    """Rewrite the summary of this session, however young it is; False where it takes longer: then a job goes on with it.

    Raises Unavailable where the model does not answer; the last good summary stays, and the sweep tries again.
    """
    deadline = deps.clock.deadline(ON_DEMAND_SECONDS)
    if begin(session_id, deps, deadline):
        done = False
        try:
            done = _write(session_id, deps, deadline)
        except Unavailable:
            if deadline.remaining() > LEAST_SECONDS:
                deps.summaries.move(session_id, state.hand_over(deps.clock.now()))
                raise
        if done:
            _take_late_mark_away(session_id, deps)
            return True
        deps.summaries.move(session_id, state.hand_over(deps.clock.now() + HANDED_OVER, deps.clock.now()))
    deps.jobs.write_summary(session_id, deps.clock.now())
    return False


def begin(session_id: str, deps: SynthesisDeps, deadline: Deadline) -> bool:
    """Begin, as soon as no other request or job is at it; False where that takes too long."""
    for _ in Retry(seconds=deadline.remaining() - LEAST_SECONDS, pause=POLL_SECONDS).attempts(deps.clock):
        now = deps.clock.now()
        until = now + timedelta(seconds=ON_DEMAND_SECONDS + 5)  # a request that died holds nobody up for longer
        if deps.summaries.move(session_id, state.begin(now, until, by_request=True)):
            return True
    return False


def _write(session_id: str, deps: SynthesisDeps, deadline: Deadline) -> bool:
    """Digest what is new and reduce it all; False where the time is up or would not do, or somebody was taken out, or in, meanwhile."""
    view = deps.sessions.view(session_id, FOR_DIGEST)
    heads = {head.id: head for head in deps.conversations.heads(session_id) if head.included}
    digesting = deps.clock.deadline(deadline.remaining() * DIGEST_SHARE)
    shared = open_registry(view, heads.values(), deps)
    digested = digest_all(view, list(heads.values()), shared, deps, digesting)
    if digested.out_of_time or (digested.failure and digesting.remaining() < 1):
        return False
    if digested.failure:
        raise digested.failure
    if deps.model.understands and count_said(heads.values(), digested.reached).messages > MOST_MESSAGES:
        return False
    metered = replace(deps, model=meter_for(view, deps.model))
    done = reduce(view, heads, digested, shared, metered, deadline, again=True, tier="large")
    if digested.left_out:
        deps.summaries.move(session_id, state.mark_stale(deps.clock.now()))
    return done


def _take_late_mark_away(session_id: str, deps: SynthesisDeps) -> None:
    """Of what was said just before, the stream may have told while it was being digested: that makes nothing stale.

    The heads are read after the mark, so all that it stands for is in what they say.
    """
    told_at = deps.sessions.view(session_id, WITH_SYNTHESIS).synthesis.told_at
    if told_at and not any(head.is_stale for head in deps.conversations.heads(session_id) if head.included):
        deps.summaries.move(session_id, state.clear_undigested(told_at))
