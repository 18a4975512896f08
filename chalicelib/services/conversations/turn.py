"""One turn in a thread that there is: the words are stored, and answered under a lease.

Sending the same message again gives the same turn: its reply where there is one, else another try.
"""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.clock import Deadline
from chalicelib.errors import Conflict, Invalid, Unavailable
from chalicelib.llm.interface import ModelUnavailable
from chalicelib.model import Message, SessionView, Thread
from chalicelib.services.conversations import messages
from chalicelib.services.conversations.lease import LEASE, take_lease
from chalicelib.services.conversations.messages import NewMessage, Turn, turn_of
from chalicelib.services.conversations.request_context import ConversationDeps, RequestContext
from chalicelib.services.facilitation.condensing import condense, fingerprint
from chalicelib.services.facilitation.turn import facilitate
from chalicelib.services.facilitation.widgets import check_value
from chalicelib.services.usage.budget import BudgetSpent, Meter

_DOWN = "The facilitator is unavailable; send the same message again"


class ConversationFull(Invalid):
    """The participant has said as much as one thread takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"This conversation is full: it has reached its limit of {limit:,} messages")
        self.limit = limit


def answered(context: RequestContext, said: NewMessage, deps: ConversationDeps) -> Turn | None:
    """The turn of a message that came before, by its id; None where it is new, or has no reply yet."""
    if said.message_id is None or context.thread is None:
        return None
    if turn := _condensed_turn(context, said, deps):
        return turn
    history = _history(context, deps)
    known = _find_said(context, history, said)
    return _turn_of(known, history, context) if known else None


def attempt(context: RequestContext, said: NewMessage, deps: ConversationDeps, deadline: Deadline) -> Turn | None:
    """One attempt at a turn; None where another request holds the thread or came first."""
    thread = context.begun
    if turn := _condensed_turn(context, said, deps):
        return turn
    history = _history(context, deps)
    known = _find_said(context, history, said)
    if known and (turn := _turn_of(known, history, context)):
        return turn
    if known is None and thread.message_count >= deps.max_turns:
        raise ConversationFull(deps.max_turns)
    if thread.is_leased(deps.clock.now()):
        return None
    if known:
        taken = take_lease(thread, deps)
        return reply(context, taken, history, deps, deadline) if taken else None
    check_widget(history, said)
    message = messages.said(thread, said, new_id=deps.new_id(), now=deps.clock.now())
    spoken = deps.conversations.say(thread, message, deps.new_id(), message.created_at + LEASE)
    return reply(context, spoken, [*history, message], deps, deadline) if spoken else None


def reply(
    context: RequestContext,
    thread: Thread,
    history: Sequence[Message],
    deps: ConversationDeps,
    deadline: Deadline,
    request_id: str | None = None,
) -> Turn:
    """Ask the model and store its reply, under the lease that `thread` holds. `history` is what nothing condensed covers."""
    turn_id, meter = thread.turn_id or "", Meter(deps.model)
    try:
        condensed, shown = condense(context.condensed, history, thread.last_sequence + 1)
        given = facilitate(
            _with_prompt_of(thread, context.view, deps),
            thread,
            context.answers,
            shown,
            condensed=condensed,
            language=context.language,
            help_text=deps.help_text,
            max_turns=deps.max_turns,
            model=meter,
            deadline=deadline,
        )
        given = replace(given, usage=meter.usage)
        message = messages.replied(thread, given, request_id, new_id=deps.new_id(), now=deps.clock.now())
        stored = deps.conversations.reply(thread, message, None if condensed is context.condensed else condensed)
    except ModelUnavailable as error:
        deps.conversations.release_lease(thread, turn_id, meter.usage.total)
        raise Unavailable(error.message if isinstance(error, BudgetSpent) else _DOWN, error.retry_after) from error
    except Exception:
        deps.conversations.release_lease(thread, turn_id, meter.usage.total)
        raise
    if not stored:
        deps.conversations.release_lease(thread, turn_id, meter.usage.total)
        raise Conflict("Another request is answering this message; send the same message again")
    return turn_of(context.view.session, thread.id, message)


def check_widget(history: Sequence[Message], said: NewMessage) -> None:
    """Raise Invalid for a value that the open widget does not allow: that of the facilitator's last message."""
    if said.widget_value is None:
        return
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    if last is None or last.widget_spec is None:
        raise Invalid(
            "widget_value must be left out: there is no open widget in this conversation. An answer that is sent again "
            "needs the message_id of its first try"
        )
    check_value(last.widget_spec, said.widget_value)


def _history(context: RequestContext, deps: ConversationDeps) -> list[Message]:
    """The messages that nothing condensed covers, oldest first."""
    if context.begun.is_empty:
        return []
    return list(deps.conversations.messages(context.begun, context.condensed.to_sequence if context.condensed else 0))


def _condensed_turn(context: RequestContext, said: NewMessage, deps: ConversationDeps) -> Turn | None:
    """The turn of a message that came before and is condensed since: same id, same turn, for ever."""
    if said.message_id is None or context.condensed is None:
        return None
    sequence = context.condensed.message_ids.get(fingerprint(said.message_id))
    answer = deps.conversations.message(context.view.session.id, context.thread_id, sequence) if sequence else None
    return turn_of(context.view.session, context.thread_id, answer) if answer else None


def _turn_of(known: Message, history: Sequence[Message], context: RequestContext) -> Turn | None:
    """The turn that a stored message has come to, if it has."""
    replies = (message for message in history if message.role == "assistant" and message.sequence > known.sequence)
    reply = next(replies, None)
    return turn_of(context.view.session, context.thread_id, reply) if reply else None


def _find_said(context: RequestContext, history: Sequence[Message], said: NewMessage) -> Message | None:
    """The stored message that this one repeats: same id; or no id, the same words, and no reply to them when this request began."""
    users = (message for message in history if message.role == "user")
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
