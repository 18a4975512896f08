"""What the stream tells of new words, and whether that makes the summary stale."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.services.synthesis import state
from chalicelib.store.conversations import Conversations
from chalicelib.store.summaries import Summaries


def mark_undigested_words(
    session_id: str, said: Mapping[str, int], now: datetime, *, conversations: Conversations, summaries: Summaries
) -> bool:
    """Mark the summary stale for words that no digest has; `said` has the number of the last message told of, by thread.

    Gives whether any of them can be in a summary: what is said in a test run, or by somebody who is left out, concerns none.

    The stream may tell of a message long after it was said. Who digests ends with a summary, or leaves one due, so what a
    digest has needs no mark.
    """
    heads = conversations.heads_of(session_id, said)
    if any(head.included and head.digested_to < said[head.id] for head in heads):
        summaries.move(session_id, state.mark_undigested(now))
    return len(heads) < len(said) or any(head.included for head in heads)
