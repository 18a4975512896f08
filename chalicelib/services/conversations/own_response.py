"""The host's own response: what a member of a session says in it, without a facilitator."""

from collections.abc import Callable

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import Message, Thread
from chalicelib.retry import Retry
from chalicelib.services.conversations import messages
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import ConversationDeps, require_invited, require_open
from chalicelib.services.participants.identity import Participant, stored_id
from chalicelib.services.sessions.participant_limit import admit
from chalicelib.store.conversations import TurnView

_RETRY = Retry(seconds=10, pause=0.1, jitter=True)  # while others speak for the same person
_LOOK_BACK = 200  # messages among which one that comes again is looked for


def find_own(session_id: str, who: Participant, *, deps: ConversationDeps) -> TurnView:
    """The session as this respondent has it, and their own thread in it, in one read. Raises NotFound without a session."""
    own = who.thread_ids(session_id, deps.secret)
    return deps.conversations.turn_view(session_id, list(own.values()), who.user_id)


def respond(
    turn_view: TurnView, who: Participant, said: NewMessage, *, deps: ConversationDeps, new_id: Callable[[], str]
) -> Message:
    """Store what the respondent says; of several at once all are stored, one after the other.

    A message whose `message_id` is there already is not stored again. Raises Invalid where the session is not active.
    """
    session_id, identifier = turn_view.view.session.id, new_id()
    for failed in _RETRY.attempts(deps.clock):
        turn_view = find_own(session_id, who, deps=deps) if failed else turn_view
        require_open(turn_view.view.session, deps.clock.now())
        thread = next(iter(turn_view.threads.values()), None)
        if thread and (known := _known(thread, said, deps)):
            return known
        stored = _go_on(thread, identifier, said, deps) if thread else _begin(turn_view, who, identifier, said, deps)
        if stored:
            return stored
    raise Conflict("Other responses of yours are being stored; try again")


def find_response(turn_view: TurnView, sequence: int, message_id: str, *, deps: ConversationDeps) -> Message:
    """A response that was stored before. Raises NotFound where it was deleted since, another one in its place included."""
    for thread in turn_view.threads.values():
        found = deps.conversations.message(thread.session_id, thread.id, sequence)
        if found and found[1].id == message_id:
            return found[1]
    raise NotFound("This response was deleted")


def _known(thread: Thread, said: NewMessage, deps: ConversationDeps) -> Message | None:
    if said.message_id is None:
        return None
    history = deps.conversations.history(thread, _LOOK_BACK)
    return next((message for message in history if message.message_id == said.message_id), None)


def _begin(
    turn_view: TurnView, who: Participant, identifier: str, said: NewMessage, deps: ConversationDeps
) -> Message | None:
    session, of = turn_view.view.session, who.reference_in(turn_view.view)
    require_invited(session, who, deps)
    own = who.thread_ids(session.id, deps.secret)[of]
    erased = turn_view.erased.get(own, 0)
    prompt = turn_view.view.prompt.version if turn_view.view.prompt else 0
    now = deps.clock.now()
    kept = stored_id(session, of, deps.secret)
    empty = Thread(session.id, own, of.scope, kept, None, now, prompt, starts_after=erased, last_sequence=erased)
    message = _message(empty, identifier, said, deps)
    begun = empty.with_said(message)
    return message if admit(session, begun, (), message, conversations=deps.conversations) else None


def _go_on(thread: Thread, identifier: str, said: NewMessage, deps: ConversationDeps) -> Message | None:
    message = _message(thread, identifier, said, deps)
    return message if deps.conversations.say(thread, message, None, None) else None


def _message(thread: Thread, identifier: str, said: NewMessage, deps: ConversationDeps) -> Message:
    return messages.make_message(thread, said, new_id=identifier, now=deps.clock.now())
