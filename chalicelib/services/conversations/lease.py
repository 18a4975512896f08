"""The lease on a thread: one request at a time makes its reply, others wait a while for it."""

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Thread
from chalicelib.retry import Retry
from chalicelib.services.conversations.request_context import LEASE, ConversationDeps, RequestContext

T = TypeVar("T")

PATIENT = Retry(seconds=10, pause=0.25)  # while another request makes a reply
SHORT = Retry(seconds=2, pause=0.25)  # of whoever comes again by a queue
IMPATIENT = Retry(tries=2)  # the first may have been beaten by a request that has ended by now


def take_lease(thread: Thread, deps: ConversationDeps) -> Thread | None:
    """Take the lease for a reply to what is stored; None where somebody else moved on or holds it."""
    now = deps.clock.now()
    return deps.conversations.take_lease(thread, deps.new_id(), now, now + LEASE)


def wait_for_lease(
    context: RequestContext,
    deps: ConversationDeps,
    attempt: Callable[[RequestContext], T | None],
    *,
    patience: Retry = PATIENT,
) -> T:
    """The outcome of `attempt`, which is nothing while another request holds the thread; it is then called with the thread as it is.

    Raises Conflict where that takes longer than their `patience`, NotFound where the thread is deleted meanwhile.
    """
    for failed in patience.attempts(deps.clock):
        context = _read_again(context, deps) if failed else context
        if outcome := attempt(context):
            return outcome
    raise Conflict("Another message of this participant is being answered; try again", 3)


def _read_again(context: RequestContext, deps: ConversationDeps) -> RequestContext:
    thread, condensed = deps.conversations.thread_now(context.view.session.id, context.thread_id)
    if thread is None:
        raise NotFound("This conversation was deleted")
    return replace(context, thread=thread, condensed=condensed)
