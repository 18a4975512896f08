"""How a participant ends a conversation: says that it is enough, and how it was."""

from chalicelib.clock import Deadline
from chalicelib.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.model import ThreadView
from chalicelib.services.conversations import request_context, turn
from chalicelib.services.conversations.lease import take_lease, wait_for_lease
from chalicelib.services.conversations.messages import Turn
from chalicelib.services.conversations.request_context import ConversationDeps, RequestContext
from chalicelib.services.facilitation.pace import has_closing
from chalicelib.services.participants.identity import Participant
from chalicelib.store.feedback import Feedback

LOWEST, HIGHEST = 1, 5
COMMENT_LIMIT = 2_000  # characters


def conclude(
    session_id: str, who: Participant, *, deps: ConversationDeps, stored: Feedback, deadline: Deadline
) -> Turn | None:
    """End this participant's conversation, with a recap of what they said; one that ended without any is given one now.

    Gives the turn that the recap is. Without a word of theirs, and where the model gives no recap, it just ends: None. Raises
    NotFound where none has begun, Conflict where a reply is being made for too long.
    """
    context = request_context.find(session_id, who, deps)
    if context.thread is None:
        raise NotFound("There is no conversation to end")

    def end_thread(context: RequestContext) -> Turn | bool:
        if context.begun.is_leased(deps.clock.now()):
            return context.begun.concluded
        if context.begun.concluded:
            return _recap(context, deps, deadline) or True
        return _recap(context, deps, deadline) or stored.conclude(context.begun, deps.clock.now())

    ended = wait_for_lease(context, deps, end_thread)
    return ended if isinstance(ended, Turn) else None


def lacks_recap(thread: ThreadView) -> bool:
    """Says whether a conversation in which something was said has ended without the facilitator's closing words, as it does where
    no model gave any. `thread` has at least the facilitator's latest message."""
    return thread.thread.concluded and thread.thread.message_count > 0 and not has_closing(thread.messages)


def _recap(context: RequestContext, deps: ConversationDeps, deadline: Deadline) -> Turn | None:
    """Has the facilitator say goodbye, which ends the conversation; gives the turn, or None where nothing came of it, or it was
    said before."""
    if not context.begun.message_count or not request_context.is_active(context, deps):
        return None
    context = request_context.with_history(context, deps)
    if has_closing(context.history):
        return None
    taken = take_lease(context.begun, deps)
    if taken is None:
        return None
    try:
        return turn.reply(context, taken, context.history, deps, deadline, leaving=True)
    except (Unavailable, Conflict):
        return None


def rate(
    session_id: str, who: Participant, rating: int, comment: str, *, deps: ConversationDeps, stored: Feedback
) -> None:
    """Keep what this participant thinks of the conversation. Raises NotFound where none has begun, Invalid off the scale."""
    if not LOWEST <= rating <= HIGHEST:
        raise Invalid(f"rating must be a whole number from {LOWEST} to {HIGHEST}")
    if len(comment) > COMMENT_LIMIT:
        raise Invalid(f"comment must be at most {COMMENT_LIMIT:,} characters")
    context = request_context.find(session_id, who, deps)
    if context.thread is None or not stored.rate(context.thread, rating, comment, deps.clock.now()):
        raise NotFound("There is no conversation to rate")
