"""How a participant joins a session: their thread begins with the form, and the facilitator opens it.

A join that ends half-way is completed by the same request sent again.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.errors import Invalid
from chalicelib.model import Answer, Session
from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.lease import take_lease, wait_for_lease
from chalicelib.services.conversations.messages import Turn, make_turn
from chalicelib.services.conversations.request_context import ConversationDeps, RequestContext
from chalicelib.services.conversations.turn import reply
from chalicelib.services.participants.form import (
    Given,
    check_answers,
    check_size,
    find_name,
    match_answers,
    name_among,
)
from chalicelib.services.participants.identity import Participant
from chalicelib.services.sessions.participant_limit import admit
from chalicelib.services.usage.model_choice import choose_model


def join(
    session_id: str,
    who: Participant,
    given: Sequence[tuple[str, Given]],
    *,
    deps: ConversationDeps,
    deadline: Deadline,
    request_id: str | None = None,
) -> Turn:
    """Begin this participant's thread with the answers to the form, and give the facilitator's opening message.

    Each answer comes with what names its question: an id, a text or a position.

    A thread that has no opening yet (its first request died) is completed; on any other it is Invalid to join again,
    but for another try of the request that did: `request_id` is the same for all of its tries.
    """
    context = request_context.find(session_id, who, deps)
    request_context.require_active(context, deps)
    answers = {} if context.thread else match_answers(context.view.questions, given)
    return begin(context, who, answers, deps=deps, deadline=deadline, request_id=request_id)


def begin(
    context: RequestContext,
    who: Participant,
    given: Mapping[str, Given],
    kept: Sequence[Answer] = (),
    *,
    deps: ConversationDeps,
    deadline: Deadline,
    request_id: str | None = None,
) -> Turn:
    """Joins as `join` does, for a door that has read already where this participant stands; answers are by their question's id.

    Whom the door does not name, the form names. `kept` are answers to questions that were asked before the form changed.
    """
    request_context.require_active(context, deps)
    if context.thread is None:
        if not context.is_test:
            request_context.require_invited(context.view.session, who, deps)
        answers = (*check_answers(context.view.questions, given), *kept)
        check_size(answers)
        who = replace(who, name=who.name or find_name(context.view.questions, given) or name_among(kept))
        may_ask_model = request_context.count_join(context, who, deps)
        context = request_context.with_first_prompt(context, deps)
        thread = request_context.new_thread(context, who, deps)
        account = request_context.listed_account(context)
        if admit(context.view.session, thread, answers, None, account, conversations=deps.conversations):
            deps = deps if may_ask_model else _with_prepared_opening(deps, context.view.session)
            return reply(replace(context, answers=answers), thread, [], deps, deadline, request_id)
        context = request_context.after_lost_join(context.view.session.id, who, deps)

    def open_thread(context: RequestContext) -> Turn | None:
        if not context.begun.is_empty:
            return _opening_of(context, request_id, deps)
        taken = take_lease(context.begun, deps)
        return reply(context, taken, [], deps, deadline, request_id) if taken else None

    return wait_for_lease(context, deps, open_thread)


def _with_prepared_opening(deps: ConversationDeps, session: Session) -> ConversationDeps:
    """The same, for an opening that no model is asked for: a script writes it, and says so."""
    has_model = choose_model(deps.model, session).understands
    return replace(deps, model=deps.opening_script()) if has_model else deps


def _opening_of(context: RequestContext, request_id: str | None, deps: ConversationDeps) -> Turn:
    """The opening that an earlier try of this very request was given; for any other request the thread has begun."""
    thread = context.begun
    found = deps.conversations.message(thread.session_id, thread.id, thread.starts_after + 1) if request_id else None
    if found is None or found[1].message_id != request_id:
        raise Invalid("participant_id has already joined this session")
    return make_turn(context.view.session, *found)
