"""What the stream tells of new words, and whether that makes the summary stale."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.model import Thread
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
