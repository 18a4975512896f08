"""One turn: what a participant says is stored before the model is asked, so that a failure loses nothing.

The reply is made under a lease on the thread, so two turns never interleave. Sending the same message again gives the same
turn: its reply where there is one, else another try.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.llm.interface import ModelUnavailable
from chalicelib.model import Message, Session, SessionView, Thread, ThreadView
from chalicelib.services.conversations import messages, request_context
from chalicelib.services.conversations.lease import IMPATIENT, PATIENT, take_lease, wait_for_lease
from chalicelib.services.conversations.messages import NewMessage, Turn, make_turn
from chalicelib.services.conversations.request_context import LEASE, ConversationDeps, RequestContext
from chalicelib.services.conversations.widget_answer import check_widget
from chalicelib.services.facilitation.condensed_history import condense, fingerprint
from chalicelib.services.facilitation.facilitator_reply import facilitate
from chalicelib.services.participants.form import FormUnanswered
from chalicelib.services.participants.identity import Participant
from chalicelib.services.sessions.participant_limit import admit
from chalicelib.services.usage.budget import BudgetSpent, SessionBudgetSpent, meter_for

_DOWN = "The facilitator is unavailable; send the same message again"
_SPENT_TODAY = "The facilitator has reached its limit for today; what you wrote is kept"
_SPENT_SESSION = "The facilitator has reached its limit for this session; what you wrote is kept"


class ConversationFull(Invalid):
    """The participant has said as much as one thread takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"This conversation is full: it has reached its limit of {limit:,} messages")
        self.limit = limit


def say(session_id: str, who: Participant, said: NewMessage, *, deps: ConversationDeps, deadline: Deadline) -> Turn:
    """Store what the participant said and give the facilitator's reply; the first words of somebody new begin a thread.

    The turn of a message id that was answered before is given again, also after the session has ended.
    """
    return take_turn(request_context.find(session_id, who, deps), who, said, deps=deps, deadline=deadline)


def take_turn(
    context: RequestContext,
    who: Participant,
    said: NewMessage,
    *,
    deps: ConversationDeps,
    deadline: Deadline,
    waits: bool = True,
) -> Turn:
    """Takes a turn as `say` does, for a door that has read already where this participant stands.

    While another request makes a reply, one that does not wait raises Conflict at once: each that waits holds a function.
    """
    if not request_context.is_active(context, deps) and (turn := _answered(context, said, deps)):
        return turn
    request_context.require_active(context, deps)
    if context.thread is None:
        if not context.is_test:
            request_context.require_invited(context.view.session, who, deps)
        if required := [question for question in context.view.questions if question.required]:
            raise FormUnanswered(required)
        check_widget([], said)
        request_context.count_join(context, who, deps)
        context = request_context.with_first_prompt(context, deps)
        thread = request_context.new_thread(context, who, deps)
        message = messages.make_message(thread, said, new_id=deps.new_id(), now=deps.clock.now())
        spoken = thread.with_said(message)
        account = request_context.listed_account(context)
        if admit(context.view.session, spoken, (), message, account, conversations=deps.conversations):
            return reply(context, spoken, [message], deps, deadline)
        context = request_context.after_lost_join(context.view.session.id, who, deps)
    return wait_for_lease(
        context, deps, lambda now: attempt(now, said, deps, deadline), patience=PATIENT if waits else IMPATIENT
    )


def turn_again(session: Session, thread_id: str, sequence: int, message_id: str, *, deps: ConversationDeps) -> Turn:
    """The turn that this reply was, read again. Raises NotFound where it is gone, another one in its place included."""
    found = deps.conversations.message(session.id, thread_id, sequence)
    if found is None or found[1].id != message_id:
        raise NotFound("This conversation was deleted")
    return make_turn(session, *found)


def _answered(context: RequestContext, said: NewMessage, deps: ConversationDeps) -> Turn | None:
    """The turn of a message that came before, by its id; None where it is new, or has no reply yet."""
    if said.message_id is None or context.thread is None:
        return None
    if turn := _condensed_turn(context, said, deps):
        return turn
    context = request_context.with_history(context, deps)
    known = _find_said(context, said)
    return _turn_of(known, context) if known else None


def attempt(context: RequestContext, said: NewMessage, deps: ConversationDeps, deadline: Deadline) -> Turn | None:
    """One attempt at a turn; None where another request holds the thread or came first."""
    thread = context.begun
    if turn := _condensed_turn(context, said, deps):
        return turn
    context = request_context.with_history(context, deps)
    history = context.history
    known = _find_said(context, said)
    if known and (turn := _turn_of(known, context)):
        return turn
    if known is None and thread.message_count >= deps.max_turns:
        raise ConversationFull(deps.max_turns)
    if thread.is_leased(deps.clock.now()):
        return None
    if known:
        taken = take_lease(thread, deps)
        return reply(context, taken, history, deps, deadline) if taken else None
    check_widget(history, said)
    message = messages.make_message(thread, said, new_id=deps.new_id(), now=deps.clock.now())
    spoken = deps.conversations.say(thread, message, deps.new_id(), message.created_at + LEASE)
    return reply(context, spoken, [*history, message], deps, deadline) if spoken else None


def reply(
    context: RequestContext,
    thread: Thread,
    history: Sequence[Message],
    deps: ConversationDeps,
    deadline: Deadline,
    request_id: str | None = None,
    *,
    leaving: bool = False,
) -> Turn:
    """Ask the model and store its reply, under the lease that `thread` holds. `history` is what nothing condensed covers.

    To a participant who is `leaving` the facilitator says goodbye, and the conversation is concluded.
    """
    meter = meter_for(context.view, deps.model, thread.models)
    with _lease_released_on_failure(thread, deps):
        condensed, shown = condense(context.condensed, history, thread.last_sequence + 1)
        given = facilitate(
            _with_prompt_of(thread, context.view, deps),
            thread,
            context.answers,
            shown,
            condensed=condensed,
            language=context.language,
            help_text=deps.help_text,
            contact=deps.contact,
            max_turns=deps.max_turns,
            leaving=leaving,
            model=meter,
            deadline=deadline,
        )
        given = replace(given, usage=meter.usage)
        message = messages.make_reply(thread, given, request_id, new_id=deps.new_id(), now=deps.clock.now())
        if not deps.conversations.reply(thread, message, None if condensed is context.condensed else condensed):
            raise Conflict("Another request is answering this message; send the same message again")
    conversation = ThreadView(thread.with_reply(message), context.answers, (*history, message))
    return make_turn(context.view.session, thread, message, conversation)


@contextmanager
def _lease_released_on_failure(thread: Thread, deps: ConversationDeps) -> Iterator[None]:
    """Gives the lease that `thread` holds back where no reply is stored. Raises Unavailable where the model gives none."""
    try:
        yield
    except Exception as error:
        deps.conversations.release_lease(thread, thread.turn_id or "")
        if not isinstance(error, ModelUnavailable):
            raise
        raise Unavailable(_explain(error), error.retry_after) from error


def _explain(error: ModelUnavailable) -> str:
    if isinstance(error, SessionBudgetSpent):
        return _SPENT_SESSION
    return _SPENT_TODAY if isinstance(error, BudgetSpent) else _DOWN


def is_stored(message_id: str, context: RequestContext) -> bool:
    """Says whether a message with this id of the channel's is in the thread, whose history has been read."""
    condensed = context.condensed is not None and fingerprint(message_id) in context.condensed.message_ids
    return condensed or any(message.message_id == message_id for message in context.history)


def _condensed_turn(context: RequestContext, said: NewMessage, deps: ConversationDeps) -> Turn | None:
    """The turn of a message that came before and is condensed since: same id, same turn, for ever."""
    if said.message_id is None or context.condensed is None:
        return None
    sequence = context.condensed.message_ids.get(fingerprint(said.message_id))
    found = deps.conversations.message(context.view.session.id, context.thread_id, sequence) if sequence else None
    return make_turn(context.view.session, *found) if found else None


def _turn_of(known: Message, context: RequestContext) -> Turn | None:
    """Returns the turn of a stored message; None while it has no reply."""
    replies = (
        message for message in context.history if message.role == "assistant" and message.sequence > known.sequence
    )
    reply = next(replies, None)
    conversation = ThreadView(context.begun, context.answers, context.history)
    return make_turn(context.view.session, context.begun, reply, conversation) if reply else None


def _find_said(context: RequestContext, said: NewMessage) -> Message | None:
    """The stored message that this one repeats: same id; or no id, the same words, and no reply to them when this request began."""
    users = (message for message in context.history if message.role == "user")
    if said.message_id is not None:
        return next((message for message in users if message.message_id == said.message_id), None)
    same = (None, said.content, said.widget_value)
    since = (message for message in users if message.sequence > context.answered_before)
    return next((it for it in since if (it.message_id, it.content, it.widget_value) == same), None)


def _with_prompt_of(thread: Thread, view: SessionView, deps: ConversationDeps) -> SessionView:
    """The view with the prompt that this thread began under: a thread keeps its prompt."""
    current = view.prompt.version if view.prompt else 0
    if thread.prompt_version == current:
        return view
    prompt = deps.sessions.prompt(view.session.id, thread.prompt_version) if thread.prompt_version else None
    return replace(view, prompt=prompt)
