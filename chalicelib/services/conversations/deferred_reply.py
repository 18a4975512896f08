"""A turn in two steps, for a channel that answers later: words are stored as they come, and one reply follows for all that came.

Words that come while a reply is being made wait for its end: they are stored then, and get a reply of their own.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.errors import NotFound, WidgetValueRefused
from chalicelib.model import Message
from chalicelib.services.conversations import messages, request_context
from chalicelib.services.conversations.lease import SHORT, take_lease, wait_for_lease
from chalicelib.services.conversations.messages import NewMessage, Turn
from chalicelib.services.conversations.request_context import ConversationDeps, RequestContext
from chalicelib.services.conversations.turn import ConversationFull, reply
from chalicelib.services.conversations.widget_answer import check_widget
from chalicelib.services.facilitation.condensed_history import fingerprint
from chalicelib.services.participants.identity import Participant

_BY_ITSELF = timedelta(seconds=20)  # within which a reply begins, as a rule: a moment of silence, then a queue


class StoredMessage(Struct, frozen=True):
    """Words that are in the thread at `sequence`. `context` is as it was read with them.

    Of words that the thread has condensed by now, `sequence` is that of the reply to them.
    """

    context: RequestContext
    sequence: int
    outcome: Literal["added", "replaced", "unchanged"] = "added"


def is_reply_coming(message: Message, now: datetime) -> bool:
    """Says whether the reply to a participant's message has yet to begin by itself: its channel waits whether more follows."""
    return message.is_replied_to_later and now < message.created_at + _BY_ITSELF


class _Replied(Struct, frozen=True):
    turn: Turn | None


def store_message(
    session_id: str, who: Participant, said: NewMessage, *, deps: ConversationDeps, widget: int | None = None
) -> StoredMessage:
    """Store what the participant said as the next message of their thread, without a reply. A message id that is known is stored
    already.

    `widget` is the sequence number of the message whose widget this answers. Raises WidgetValueRefused where that is not open any
    more, ConversationFull, Invalid where the session takes nothing more, NotFound without a conversation, Conflict while a reply
    is being made.
    """

    def attempt(context: RequestContext) -> StoredMessage | None:
        context = request_context.with_history(context, deps)
        known = _find_known(context, said.message_id or "")
        return known or _store(context, said, deps, widget)

    return wait_for_lease(_find_begun(session_id, who, deps), deps, attempt, patience=SHORT)


def change_message(
    session_id: str, who: Participant, changed: NewMessage, added_as: str, *, deps: ConversationDeps
) -> StoredMessage | None:
    """Take over other words of the message of this id: in its place while nobody has read it, else as a further message with the id
    `added_as`, which begins with that of the message and a point. None where the thread has no such message.

    Raises what `store_message` raises.
    """
    message_id = changed.message_id or ""

    def attempt(context: RequestContext) -> StoredMessage | None:
        context = request_context.with_history(context, deps)
        if known := _find_known(context, added_as):
            return known
        last = _latest_version(context, message_id, deps)
        if last and last.content == changed.content:
            return StoredMessage(context, last.sequence, "unchanged")
        if last and _is_unread(context, last):
            return _replace(context, last, changed.content, deps)
        return _store(context, replace(changed, message_id=added_as), deps)

    context = request_context.with_history(_find_begun(session_id, who, deps), deps)
    is_here = _latest_version(context, message_id, deps) is not None
    return wait_for_lease(context, deps, attempt, patience=SHORT) if is_here else None


def reply_to_stored(
    session_id: str,
    who: Participant,
    is_due: Callable[[Sequence[Message]], bool],
    *,
    deps: ConversationDeps,
    deadline: Deadline,
) -> Turn | None:
    """Have the facilitator reply to everything that it has not replied to, in one turn; None where there is nothing.

    Of the messages that wait, `is_due` says whether the reply is due. Raises Invalid where the session takes nothing more, Conflict
    while another reply is being made, Unavailable where the model gives none.
    """

    def attempt(context: RequestContext) -> _Replied | None:
        thread = context.begun
        if thread.last_said <= thread.answered_to:
            return _Replied(None)
        context = request_context.with_history(context, deps)
        if not is_due([it for it in context.history if it.role == "user" and it.sequence > thread.answered_to]):
            return _Replied(None)
        request_context.require_active(context, deps)
        if thread.is_leased(deps.clock.now()):
            return None
        taken = take_lease(thread, deps)
        return _Replied(reply(context, taken, context.history, deps, deadline)) if taken else None

    return wait_for_lease(_find_begun(session_id, who, deps), deps, attempt, patience=SHORT).turn


def _find_begun(session_id: str, who: Participant, deps: ConversationDeps) -> RequestContext:
    context = request_context.find(session_id, who, deps)
    if context.thread is None:
        raise NotFound("This participant has no conversation here")
    return context


def _find_known(context: RequestContext, message_id: str) -> StoredMessage | None:
    """Returns the message of this id of the channel's, where the thread has it."""
    found = next((it.sequence for it in context.history if it.role == "user" and it.message_id == message_id), None)
    if found is None and context.condensed:
        found = context.condensed.message_ids.get(fingerprint(message_id))
    return StoredMessage(context, found) if found is not None else None


def _store(
    context: RequestContext, said: NewMessage, deps: ConversationDeps, widget: int | None = None
) -> StoredMessage | None:
    request_context.require_active(context, deps)
    thread, history = context.begun, context.history
    if thread.message_count >= deps.max_turns:
        raise ConversationFull(deps.max_turns)
    if thread.is_leased(deps.clock.now()):
        return None
    if widget is not None and thread.last_sequence != widget:
        raise WidgetValueRefused("The widget is not open any more")
    check_widget(history, said)
    message = messages.make_message(thread, said, new_id=deps.new_id(), now=deps.clock.now())
    message = replace(message, is_replied_to_later=True)
    spoken = deps.conversations.say(thread, message, None, None)
    if spoken is None:
        return None
    return StoredMessage(replace(context, thread=spoken, history=(*history, message)), message.sequence)


def _replace(context: RequestContext, message: Message, content: str, deps: ConversationDeps) -> StoredMessage | None:
    request_context.require_active(context, deps)
    now = deps.clock.now()
    if context.begun.is_leased(now) or not deps.conversations.edit(context.begun, message, content, now):
        return None
    history = tuple(replace(it, content=content) if it.id == message.id else it for it in context.history)
    return StoredMessage(replace(context, history=history), message.sequence, "replaced")


def _latest_version(context: RequestContext, message_id: str, deps: ConversationDeps) -> Message | None:
    """Returns the message of this id as its author changed it last, also where it is condensed; None where the thread has none."""
    found = next((it for it in reversed(context.history) if _is_version(it, message_id)), None)
    if found is None and _find_known(context, message_id):
        found = max(
            (it for it in deps.conversations.messages(context.begun) if _is_version(it, message_id)),
            key=lambda it: it.sequence,
            default=None,
        )
    return found


def _is_version(message: Message, message_id: str) -> bool:
    """Says whether it is the message of this id, or a later version of that."""
    own = message.message_id or ""
    return message.role == "user" and (own == message_id or own.startswith(f"{message_id}."))


def _is_unread(context: RequestContext, message: Message) -> bool:
    """Says whether neither a reply nor a digest has read a message."""
    return message.sequence > max(context.begun.answered_to, context.begun.digested_to)
