"""One participant's conversation: joining, and one chat turn.

A turn stores what was said before the model is asked, so a failure loses nothing, and holds a lease on the thread
while the reply is made, so two turns never interleave. Sending the same message again gives the same turn: its reply
where there is one, else another try.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Conflict, Invalid, Unavailable
from chalicelib.llm.interface import Model, ModelUnavailable
from chalicelib.services.channels import WEB, Participant, thread_id
from chalicelib.services.facilitation.turn import FacilitatorReply, facilitate
from chalicelib.services.forms import check_answers, page_questions
from chalicelib.store.conversations import Conversations, Scene
from chalicelib.store.records import Answer, Message, SessionView, Thread, ThreadView
from chalicelib.store.sessions import Sessions

HISTORY_MESSAGES = 200  # the last hundred turns
LEASE = timedelta(seconds=30)  # longer than any request lives
WAIT_SECONDS = 10.0  # for a reply that another request is making
_POLL_SECONDS = 0.25
_NOT_ACTIVE = "Session is not active"
_UNAVAILABLE = "The facilitator is unavailable; send the same message again"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a chat turn works with."""

    sessions: Sessions
    conversations: Conversations
    model: Model
    clock: Clock
    secret: bytes
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it came in; `message_id` is the channel's own id of it, where it has one."""

    content: str
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The facilitator's reply."""

    thread_id: str
    content: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a request stands in a session: what `Scene` has, for the one thread that this participant's scope names."""

    view: SessionView
    scope: str
    thread_id: str
    thread: Thread | None
    answers: tuple[Answer, ...]
    answered_before: int  # what was answered when this request began: the thread's `answered_to` at the first look


def join(session_id: str, who: Participant, given: Mapping[str, str], *, desk: Desk, deadline: Deadline) -> Turn:
    """Begin this participant's thread with the answers to the form, and give the facilitator's opening message.

    A thread that has no opening yet (its first request died) is completed; on any other it is Invalid to join again.
    """
    place = _find(session_id, who, desk)
    _require_active(place.view, desk)
    if place.thread is None:
        answers = check_answers(place.view.questions, given)
        thread = _new_thread(place, who, desk)
        if desk.conversations.join(thread, answers, None):
            return _facilitate(replace(place, answers=answers), thread, [], desk, deadline)
        place = _after_lost_join(session_id, who, desk)
    waiting = _Waiting(desk)
    while True:
        thread = _thread_of(place)
        if thread.last_sequence > 0:
            raise Invalid("participant_id has already joined this session")
        taken = _take_lease(thread, desk)
        if taken:
            return _facilitate(place, taken, [], desk, deadline)
        place = waiting.again(place)


def say(session_id: str, who: Participant, said: Said, *, desk: Desk, deadline: Deadline) -> Turn:
    """Store what the participant said and give the facilitator's reply; the first words of somebody new begin a thread."""
    place = _find(session_id, who, desk)
    _require_active(place.view, desk)
    if place.thread is None:
        thread = _new_thread(place, who, desk)
        message = _message(thread, said, desk)
        spoken = _with_first(thread, message)
        if desk.conversations.join(spoken, (), message):
            return _facilitate(place, spoken, [message], desk, deadline)
        place = _after_lost_join(session_id, who, desk)
    waiting = _Waiting(desk)
    while True:
        turn = _try_turn(place, said, desk, deadline)
        if turn:
            return turn
        place = waiting.again(place)


def read_thread(session_id: str, who: Participant, *, desk: Desk) -> tuple[SessionView, ThreadView | None]:
    """The session, and this participant's own conversation where it has begun."""
    place = _find(session_id, who, desk)
    if place.thread is None:
        return place.view, None
    messages = tuple(desk.conversations.messages(session_id, place.thread.id))
    return place.view, ThreadView(place.thread, place.answers, messages)


def _try_turn(place: _Place, said: Said, desk: Desk, deadline: Deadline) -> Turn | None:
    """One attempt at a turn in an existing thread; None where another request holds the thread or came first."""
    thread = _thread_of(place)
    history = desk.conversations.history(thread.session_id, thread.id, HISTORY_MESSAGES) if thread.last_sequence else []
    known = _find_said(place, history, said, desk)
    if known and (answer := next((m for m in history if m.role == "assistant" and m.sequence > known.sequence), None)):
        return Turn(thread.id, answer.content, answer.is_final)
    if thread.is_leased(desk.clock.now()):
        return None
    if known:
        taken = _take_lease(thread, desk)
        return _facilitate(place, taken, history, desk, deadline) if taken else None
    message = _message(thread, said, desk)
    spoken = desk.conversations.say(thread, message, desk.new_id(), message.created_at + LEASE)
    return _facilitate(place, spoken, [*history, message], desk, deadline) if spoken else None


def _find_said(place: _Place, history: list[Message], said: Said, desk: Desk) -> Message | None:
    """The stored message that this one repeats: same id; or no id, the same text, and no reply to it when this request began."""
    thread = _thread_of(place)
    if said.message_id is None:
        since = [message for message in history if message.sequence > place.answered_before and message.role == "user"]
        return next((it for it in since if it.message_id is None and it.content == said.content), None)
    known = [message for message in history if message.message_id == said.message_id]
    if not known and history and history[0].sequence > 1:
        # Same id, same turn, for ever: look behind the history that the model is shown.
        history[:] = list(desk.conversations.messages(thread.session_id, thread.id))
        known = [message for message in history if message.message_id == said.message_id]
    return known[0] if known else None


def _facilitate(place: _Place, thread: Thread, history: Sequence[Message], desk: Desk, deadline: Deadline) -> Turn:
    """Ask the model and store its reply, under the lease that `thread` holds."""
    turn_id = thread.turn_id or ""
    try:
        reply = facilitate(
            _with_prompt_of(thread, place.view, desk),
            thread,
            place.answers,
            history[-HISTORY_MESSAGES:],
            model=desk.model,
            deadline=deadline,
        )
        message = _reply(thread, reply, desk)
        stored = desk.conversations.reply(thread, message)
    except ModelUnavailable as error:
        desk.conversations.release_lease(thread, turn_id)
        raise Unavailable(_UNAVAILABLE, error.retry_after) from error
    except Exception:
        desk.conversations.release_lease(thread, turn_id)
        raise
    if not stored:
        raise Conflict("Another request is answering this message; send the same message again")
    return Turn(thread.id, message.content, message.is_final)


def _with_prompt_of(thread: Thread, view: SessionView, desk: Desk) -> SessionView:
    """The view with the prompt that this thread began under: a thread keeps its prompt."""
    current = view.prompt.version if view.prompt else 0
    if thread.prompt_version == current:
        return view
    prompt = desk.sessions.prompt(view.session.id, thread.prompt_version) if thread.prompt_version else None
    return replace(view, prompt=prompt)


def _find(session_id: str, who: Participant, desk: Desk) -> _Place:
    ids = {scope: thread_id(desk.secret, session_id, scope, who.external_id) for scope in who.scopes()}
    scene: Scene = desk.conversations.scene(session_id, list(ids.values()), who.user_id)
    scope = who.scope_in(scene.view)
    found = ids[scope]
    view = replace(scene.view, questions=page_questions(scene.view)) if scope == WEB else scene.view
    thread = scene.threads.get(found)
    return _Place(view, scope, found, thread, scene.answers.get(found, ()), thread.answered_to if thread else 0)


def _after_lost_join(session_id: str, who: Participant, desk: Desk) -> _Place:
    """The thread that another request began first; without one, the session closed in between."""
    place = _find(session_id, who, desk)
    if place.thread is None:
        raise Invalid(_NOT_ACTIVE)
    return replace(place, answered_before=0)


def _require_active(view: SessionView, desk: Desk) -> None:
    if view.session.status_at(desk.clock.now()) != "active":
        raise Invalid(_NOT_ACTIVE)


def _new_thread(place: _Place, who: Participant, desk: Desk) -> Thread:
    now = desk.clock.now()
    session = place.view.session
    return Thread(
        session_id=session.id,
        id=place.thread_id,
        scope=place.scope,
        external_id=who.external_id,
        name=None if session.anonymous else who.name or None,
        created_at=now,
        prompt_version=place.view.prompt.version if place.view.prompt else 0,
        turn_id=desk.new_id(),
        leased_until=now + LEASE,
    )


def _with_first(thread: Thread, message: Message) -> Thread:
    """The head of a thread that begins with this message."""
    return replace(
        thread,
        last_sequence=1,
        last_said=1,
        message_count=1,
        first_message_at=message.created_at,
        last_message_at=message.created_at,
    )


def _message(thread: Thread, said: Said, desk: Desk) -> Message:
    return Message(
        id=desk.new_id(),
        sequence=thread.last_sequence + 1,
        role="user",
        content=said.content,
        created_at=desk.clock.now(),
        message_id=said.message_id,
    )


def _reply(thread: Thread, reply: FacilitatorReply, desk: Desk) -> Message:
    return Message(
        id=desk.new_id(),
        sequence=thread.last_sequence + 1,
        role="assistant",
        content=reply.content,
        created_at=desk.clock.now(),
        is_final=reply.is_final,
        model=reply.model,
        usage=asdict(reply.usage),
    )


def _take_lease(thread: Thread, desk: Desk) -> Thread | None:
    now = desk.clock.now()
    return desk.conversations.take_lease(thread, desk.new_id(), now, now + LEASE)


def _thread_of(place: _Place) -> Thread:
    assert place.thread is not None
    return place.thread


class _Waiting:
    """Patience with another request that holds the thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._until = desk.clock.now() + timedelta(seconds=WAIT_SECONDS)

    def again(self, place: _Place) -> _Place:
        """Wait a little, then look at the thread again. Raises Conflict when the time is up."""
        if self._desk.clock.now() >= self._until:
            raise Conflict("Another message of this participant is being answered; try again", 3)
        self._desk.clock.sleep(_POLL_SECONDS)
        fresh = self._desk.conversations.thread(place.view.session.id, place.thread_id)
        return replace(place, thread=fresh or place.thread)
