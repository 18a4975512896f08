"""One participant's conversation: joining it, speaking in it, reading it.

A turn stores what was said before the model is asked, so a failure loses nothing, and holds a lease on the thread
while the reply is made, so two turns never interleave. Whatever ends half-way is completed by the same request sent again.
"""

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.clock import Deadline
from chalicelib.errors import Invalid, NotFound
from chalicelib.model import Session, SessionView, ThreadView
from chalicelib.services.conversations import messages, request_context
from chalicelib.services.conversations.lease import LeaseWait, take_lease
from chalicelib.services.conversations.messages import NewMessage, Turn, turn_of
from chalicelib.services.conversations.request_context import ConversationDeps, RequestContext
from chalicelib.services.conversations.turn import answered, attempt, check_widget, reply
from chalicelib.services.participants.form import check_answers
from chalicelib.services.participants.identity import Participant


def join(
    session_id: str,
    who: Participant,
    given: Mapping[str, str],
    *,
    deps: ConversationDeps,
    deadline: Deadline,
    request_id: str | None = None,
) -> Turn:
    """Begin this participant's thread with the answers to the form, and give the facilitator's opening message.

    A thread that has no opening yet (its first request died) is completed; on any other it is Invalid to join again,
    but for another try of the request that did: `request_id` is the same for all of its tries.
    """
    context = request_context.find(session_id, who, deps)
    request_context.require_active(context.view, deps)
    if context.thread is None:
        answers = check_answers(context.view.questions, given)
        context = request_context.with_first_prompt(context, deps)
        thread = request_context.new_thread(context, who, deps)
        capped = context.view.session.is_capped
        if deps.conversations.join(thread, answers, None, request_context.listed(context, who), capped=capped):
            return reply(replace(context, answers=answers), thread, [], deps, deadline, request_id)
        context = request_context.after_lost_join(session_id, who, deps)
    waiting = LeaseWait(deps)
    while True:
        if not context.begun.is_empty:
            return _opening_of(context, request_id, deps)
        taken = take_lease(context.begun, deps)
        if taken:
            return reply(context, taken, [], deps, deadline, request_id)
        context = waiting.again(context)


def say(session_id: str, who: Participant, said: NewMessage, *, deps: ConversationDeps, deadline: Deadline) -> Turn:
    """Store what the participant said and give the facilitator's reply; the first words of somebody new begin a thread.

    The turn of a message id that was answered before is given again, also after the session has ended.
    """
    context = request_context.find(session_id, who, deps)
    if not request_context.is_active(context.view, deps) and (turn := answered(context, said, deps)):
        return turn
    request_context.require_active(context.view, deps)
    if context.thread is None:
        check_widget([], said)
        context = request_context.with_first_prompt(context, deps)
        thread = request_context.new_thread(context, who, deps)
        message = messages.said(thread, said, new_id=deps.new_id(), now=deps.clock.now())
        spoken = messages.begun_with(thread, message)
        capped = context.view.session.is_capped
        if deps.conversations.join(spoken, (), message, request_context.listed(context, who), capped=capped):
            return reply(context, spoken, [message], deps, deadline)
        context = request_context.after_lost_join(session_id, who, deps)
    waiting = LeaseWait(deps)
    while True:
        turn = attempt(context, said, deps, deadline)
        if turn:
            return turn
        context = waiting.again(context)


def turn_again(session: Session, thread_id: str, sequence: int, message_id: str, *, deps: ConversationDeps) -> Turn:
    """The turn that this reply was, read again. Raises NotFound where it is gone, another one in its place included."""
    reply = deps.conversations.message(session.id, thread_id, sequence)
    if reply is None or reply.id != message_id:
        raise NotFound("This conversation was deleted")
    return turn_of(session, thread_id, reply)


def read_thread(session_id: str, who: Participant, *, deps: ConversationDeps) -> tuple[SessionView, ThreadView | None]:
    """The session, and this participant's own conversation where it has begun."""
    context = request_context.find(session_id, who, deps)
    if context.thread is None:
        return context.view, None
    messages = tuple(deps.conversations.messages(context.thread))
    return context.view, ThreadView(context.thread, context.answers, messages)


def _opening_of(context: RequestContext, request_id: str | None, deps: ConversationDeps) -> Turn:
    """The opening that an earlier try of this very request was given; for any other request the thread has begun."""
    thread = context.begun
    opening = deps.conversations.message(thread.session_id, thread.id, thread.starts_after + 1) if request_id else None
    if opening is None or opening.message_id != request_id:
        raise Invalid("participant_id has already joined this session")
    return turn_of(context.view.session, thread.id, opening)
