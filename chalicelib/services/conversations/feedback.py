"""How a participant ends a conversation: says that it is enough, and how it was."""

from chalicelib.errors import Invalid, NotFound
from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.lease import wait_for_lease
from chalicelib.services.conversations.request_context import ConversationDeps, RequestContext
from chalicelib.services.participants.identity import Participant
from chalicelib.store.feedback import Feedback

LOWEST, HIGHEST = 1, 5
COMMENT_LIMIT = 2_000  # characters


def conclude(session_id: str, who: Participant, *, deps: ConversationDeps, stored: Feedback) -> None:
    """End this participant's conversation, without another word; one that has ended stays so.

    Raises NotFound where none has begun, Conflict where a reply is being made for too long.
    """
    context = request_context.find(session_id, who, deps)
    if context.thread is None:
        raise NotFound("There is no conversation to end")

    def end_thread(context: RequestContext) -> bool:
        now = deps.clock.now()
        return context.begun.concluded or (not context.begun.is_leased(now) and stored.conclude(context.begun, now))

    wait_for_lease(context, deps, end_thread)


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
