"""What makes a summary stale, and who has a stale one written: the stream tells of new words, a reader finds them missing."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.errors import Unavailable
from chalicelib.model import SessionView, Thread
from chalicelib.model.jobs import WriteSummary
from chalicelib.observability import log_failure
from chalicelib.queues import Jobs
from chalicelib.services.synthesis import state
from chalicelib.store.summaries import Summaries


def mark_undigested_words(
    session_id: str, heads: Sequence[Thread], said: Mapping[str, int], now: datetime, *, summaries: Summaries
) -> None:
    """Mark the summary stale for words that no digest has; `said` has the number of the last message told of, by thread.

    The stream may tell of a message long after it was said. Who digests ends with a summary, or leaves one due, so what a
    digest has needs no mark.
    """
    if any(head.included and head.digested_to < said[head.id] for head in heads):
        summaries.move(session_id, state.mark_undigested(now))


def concerns_summary(heads: Sequence[Thread], said: Mapping[str, int]) -> bool:
    """Whether the summary's job has to look: what is said in a test run, or by somebody who is left out, is in no summary.

    A thread without a head was deleted meanwhile: what was said there may be in the summary until that is written without it.
    """
    return len(heads) < len(said) or any(head.included for head in heads)


def want_where_stale(view: SessionView, now: datetime, *, summaries: Summaries, jobs: Jobs) -> SessionView:
    """Have the summary written that somebody is about to read, where it lacks something; gives the view as it is then.

    That is one write and one message for the first who finds it so, and nothing for those who come until it is there. Where AWS is
    out of reach, they read what there is.
    """
    found = view.synthesis
    if state.is_settled(found) or found.wanted_at or not state.may_be_tried(found, now):
        return view
    try:
        if summaries.move(view.session.id, state.want(now)):
            jobs.ask_or_leave(WriteSummary(view.session.id), now)
    except Unavailable as error:
        log_failure("a stale summary could not be asked for", error, session_id=view.session.id)
        return view
    return replace(view, synthesis=replace(found, wanted_at=now))
