"""One participant's conversation: joining, and one chat turn.

A turn stores what was said before the model is asked, so a failure loses nothing, and holds a lease on the thread
while the reply is made, so two turns never interleave. Sending the same message again gives the same turn: its reply
where there is one, else another try.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.llm.interface import Model, ModelUnavailable
from chalicelib.services import entries
from chalicelib.services.channels import WEB, Participant, thread_id
from chalicelib.services.facilitation.turn import facilitate
from chalicelib.services.forms import check_answers, page_questions
from chalicelib.store.cards import participation
from chalicelib.store.conversations import Conversations, Scene
from chalicelib.store.records import Answer, Message, SessionView, Thread, ThreadView
from chalicelib.store.sessions import Sessions

HISTORY_MESSAGES = 200  # the last hundred turns
LEASE = timedelta(seconds=30)  # longer than any request lives
WAIT_SECONDS = 10.0  # for a reply that another request is making
_POLL_SECONDS = 0.25


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
    sequence: int  # of its message in the thread
    message_id: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a request stands in a session: what `Scene` has, for the one thread that this participant's scope names."""

    view: SessionView
    scope: str
    thread_id: str
    thread: Thread | None
    answers: tuple[Answer, ...]
    answered_before: int  # what was answered when this request began: the thread's `answered_to` at the first look
    starts_after: int = 0


def join(
    session_id: str,
    who: Participant,
    given: Mapping[str, str],
    *,
    desk: Desk,
    deadline: Deadline,
    request_id: str | None = None,
) -> Turn:
    """Begin this participant's thread with the answers to the form, and give the facilitator's opening message.

    A thread that has no opening yet (its first request died) is completed; on any other it is Invalid to join again,
    but for another try of the request that did: `request_id` is the same for all of its tries.
    """
    place = _find(session_id, who, desk)
    _require_active(place.view, desk)
    if place.thread is None:
        answers = check_answers(place.view.questions, given)
        thread = _new_thread(place, who, desk)
        if desk.conversations.join(thread, answers, None, _listed(place, who)):
            return _facilitate(replace(place, answers=answers), thread, [], desk, deadline, request_id)
        place = _after_lost_join(session_id, who, desk)
    waiting = _Waiting(desk)
    while True:
        thread = _thread_of(place)
        if not thread.is_empty:
            return _opening_of(thread, request_id, desk)
        taken = _take_lease(thread, desk)
        if taken:
            return _facilitate(place, taken, [], desk, deadline, request_id)
        place = waiting.again(place)


def say(session_id: str, who: Participant, said: Said, *, desk: Desk, deadline: Deadline) -> Turn:
    """Store what the participant said and give the facilitator's reply; the first words of somebody new begin a thread."""
    place = _find(session_id, who, desk)
    _require_active(place.view, desk)
    if place.thread is None:
        thread = _new_thread(place, who, desk)
        message = _message(thread, said, desk)
        spoken = entries.begun_with(thread, message)
        if desk.conversations.join(spoken, (), message, _listed(place, who)):
            return _facilitate(place, spoken, [message], desk, deadline)
        place = _after_lost_join(session_id, who, desk)
    waiting = _Waiting(desk)
    while True:
        turn = _try_turn(place, said, desk, deadline)
        if turn:
            return turn
        place = waiting.again(place)


def turn_again(session_id: str, thread_id: str, sequence: int, message_id: str, *, desk: Desk) -> Turn:
    """The turn that this reply was, read again. Raises NotFound where it is gone, another one in its place included."""
    reply = desk.conversations.message(session_id, thread_id, sequence)
    if reply is None or reply.id != message_id:
        raise NotFound("This conversation was deleted")
    return _turn(thread_id, reply)


def read_thread(session_id: str, who: Participant, *, desk: Desk) -> tuple[SessionView, ThreadView | None]:
    """The session, and this participant's own conversation where it has begun."""
    place = _find(session_id, who, desk)
    if place.thread is None:
        return place.view, None
    messages = tuple(desk.conversations.messages(place.thread))
    return place.view, ThreadView(place.thread, place.answers, messages)


def _try_turn(place: _Place, said: Said, desk: Desk, deadline: Deadline) -> Turn | None:
    """One attempt at a turn in an existing thread; None where another request holds the thread or came first."""
    thread = _thread_of(place)
    history = [] if thread.is_empty else desk.conversations.history(thread, HISTORY_MESSAGES)
    known = _find_said(place, history, said, desk)
    if known and (answer := next((m for m in history if m.role == "assistant" and m.sequence > known.sequence), None)):
        return _turn(thread.id, answer)
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
    if not known and history and history[0].sequence > thread.starts_after + 1:
        # Same id, same turn, for ever: look behind the history that the model is shown.
        history[:] = list(desk.conversations.messages(thread))
        known = [message for message in history if message.message_id == said.message_id]
    return known[0] if known else None


def _facilitate(
    place: _Place,
    thread: Thread,
    history: Sequence[Message],
    desk: Desk,
    deadline: Deadline,
    request_id: str | None = None,
) -> Turn:
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
        message = entries.replied(thread, reply, request_id, new_id=desk.new_id(), now=desk.clock.now())
        stored = desk.conversations.reply(thread, message)
    except ModelUnavailable as error:
        desk.conversations.release_lease(thread, turn_id)
        raise Unavailable("The facilitator is unavailable; send the same message again", error.retry_after) from error
    except Exception:
        desk.conversations.release_lease(thread, turn_id)
        raise
    if not stored:
        raise Conflict("Another request is answering this message; send the same message again")
    return _turn(thread.id, message)


def _opening_of(thread: Thread, request_id: str | None, desk: Desk) -> Turn:
    """The opening that an earlier try of this very request was given; for any other request the thread has begun."""
    opening = desk.conversations.message(thread.session_id, thread.id, thread.starts_after + 1) if request_id else None
    if opening is None or opening.message_id != request_id:
        raise Invalid("participant_id has already joined this session")
    return _turn(thread.id, opening)


def _turn(thread_id: str, reply: Message) -> Turn:
    return Turn(thread_id, reply.content, reply.is_final, reply.sequence, reply.id)


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
    thread, answers = scene.threads.get(found), scene.answers.get(found, ())
    answered = thread.answered_to if thread else 0
    return _Place(view, scope, found, thread, answers, answered, scene.erased.get(found, 0))


def _after_lost_join(session_id: str, who: Participant, desk: Desk) -> _Place:
    """The thread that another request began first; without one, the session closed in between."""
    place = _find(session_id, who, desk)
    if place.thread is None:
        _require_active(place.view, desk)
        raise Conflict("An earlier conversation of this participant is being removed; try again")
    return replace(place, answered_before=0)


def _require_active(view: SessionView, desk: Desk) -> None:
    if view.session.status_at(desk.clock.now()) != "active":
        raise Invalid("Session is not active")


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
        starts_after=place.starts_after,
        last_sequence=place.starts_after,
        turn_id=desk.new_id(),
        leased_until=now + LEASE,
    )


def _listed(place: _Place, who: Participant) -> Any:
    """What puts this session into the list of an account that takes part; members of a session have it in theirs."""
    if who.user_id is None or place.view.role is not None:
        return None
    return participation(place.view.session, who.user_id)


def _message(thread: Thread, said: Said, desk: Desk) -> Message:
    return entries.said(thread, said.content, said.message_id, new_id=desk.new_id(), now=desk.clock.now())


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
        if fresh is None:
            raise NotFound("This conversation was deleted")
        return replace(place, thread=fresh)
