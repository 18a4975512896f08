"""The limit of participants: whether a session takes one more.

A host may set a limit, change it or take it away while people are in. Whoever has a thread is in, and stays in under a limit
that falls below them; whoever is removed makes room. The write that begins a thread counts it too, and fails where the
session is full by then, so the limit is exact however many come at once.
"""

from collections.abc import Sequence

from chalicelib.errors import SessionFull
from chalicelib.model import Answer, Message, Session, Thread
from chalicelib.services.participants.scopes import user_of
from chalicelib.store import participant_limit as stored
from chalicelib.store import thread_head
from chalicelib.store.conversations import Conversations

DEFAULT_LIMIT = 500  # of a session whose host says nothing of a limit


def is_full(participants: int, limit: int | None) -> bool:
    """Whether nobody more can join; a session without a limit is never full."""
    return limit is not None and participants >= limit


def admit(
    session: Session,
    thread: Thread,
    answers: Sequence[Answer] = (),
    message: Message | None = None,
    account: str | None = None,
    *,
    conversations: Conversations,
) -> bool:
    """Begin the thread of somebody who joins, with their form, first message and the account whose list gets the session.

    False where the thread has begun already, where the session takes nobody in any more, and where messages of a deleted thread
    of this name end elsewhere than `starts_after` says. Raises SessionFull.
    """
    # A limit may have come or gone since the session was read.
    for is_capped in (session.is_capped, not session.is_capped):
        speaker = user_of(thread.scope) or None
        failed = conversations.join(session, thread, answers, message, account, is_capped=is_capped, speaker=speaker)
        if not failed:
            return True
        if stored.LIMIT_OR_END not in failed:
            # Where the thread is there by now, it may be what took the last place.
            if failed == {stored.ROOM} and thread_head.read(session.id, thread.id) is None:
                raise SessionFull
            return False
    return False
