"""The lease on a thread: one request at a time makes its reply, others wait a while for it."""

from datetime import timedelta

from msgspec.structs import replace

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Thread
from chalicelib.services.conversations.request_context import LEASE, ConversationDeps, RequestContext

WAIT_SECONDS = 10.0  # for a reply that another request is making
_POLL_SECONDS = 0.25


def take_lease(thread: Thread, deps: ConversationDeps) -> Thread | None:
    """Take the lease for a reply to what is stored; None where somebody else moved on or holds it."""
    now = deps.clock.now()
    return deps.conversations.take_lease(thread, deps.new_id(), now, now + LEASE)


class LeaseWait:
    """Patience with another request that holds the thread."""

    def __init__(self, deps: ConversationDeps) -> None:
        self._deps = deps
        self._until = deps.clock.now() + timedelta(seconds=WAIT_SECONDS)

    def again(self, context: RequestContext) -> RequestContext:
        """Wait a little, then look at the thread again. Raises Conflict when the time is up."""
        if self._deps.clock.now() >= self._until:
            raise Conflict("Another message of this participant is being answered; try again", 3)
        self._deps.clock.sleep(_POLL_SECONDS)
        thread, condensed = self._deps.conversations.thread_now(context.view.session.id, context.thread_id)
        if thread is None:
            raise NotFound("This conversation was deleted")
        return replace(context, thread=thread, condensed=condensed)
