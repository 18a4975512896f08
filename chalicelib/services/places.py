"""Where a request stands: the session, the one thread that it is about, and patience with others who are there too."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.llm.interface import Model
from chalicelib.services.channels import WEB, Participant, thread_id
from chalicelib.services.forms import page_questions
from chalicelib.store.cards import participation
from chalicelib.store.conversations import Conversations, Scene
from chalicelib.store.prompts import WITH_PROMPT
from chalicelib.store.records import Answer, Condensed, SessionView, Thread
from chalicelib.store.sessions import Sessions

LEASE = timedelta(seconds=30)  # longer than any request lives
WAIT_SECONDS = 10.0  # for a reply that another request is making
PROMPT_SECONDS = 5.0  # for a prompt that is being written when somebody is the first
_POLL_SECONDS = 0.25
_PROMPT_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Desk:
    """What a chat turn works with. `help_text` is the operator's, `max_turns` the limit of a participant's messages."""

    sessions: Sessions
    conversations: Conversations
    model: Model
    clock: Clock
    secret: bytes
    new_id: Callable[[], str]
    max_turns: int
    help_text: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What `Scene` has, for the one thread that a participant's scope names."""

    view: SessionView
    scope: str
    thread_id: str
    thread: Thread | None
    answers: tuple[Answer, ...]
    condensed: Condensed | None
    answered_before: int  # what was answered when this request began: the thread's `answered_to` at the first look
    starts_after: int = 0
    language: str | None = None  # the participant's own, where the door knows it

    @property
    def begun(self) -> Thread:
        """The thread, where there is one."""
        assert self.thread is not None
        return self.thread


def find(session_id: str, who: Participant, desk: Desk) -> Place:
    """Where this participant stands. Raises NotFound without a session, Forbidden where a key may not chat there."""
    ids = {scope: thread_id(desk.secret, session_id, scope, who.external_id) for scope in who.scopes()}
    scene: Scene = desk.conversations.scene(session_id, list(ids.values()), who.user_id)
    scope = who.scope_in(scene.view)
    found = ids[scope]
    thread = scene.threads.get(found)
    return Place(
        view=replace(scene.view, questions=page_questions(scene.view)) if scope == WEB else scene.view,
        scope=scope,
        thread_id=found,
        thread=thread,
        answers=scene.answers.get(found, ()),
        condensed=scene.condensed.get(found),
        answered_before=thread.answered_to if thread else 0,
        starts_after=scene.erased.get(found, 0),
        language=who.language,
    )


def after_lost_join(session_id: str, who: Participant, desk: Desk) -> Place:
    """The thread that another request began first; without one, the session closed in between."""
    place = find(session_id, who, desk)
    if place.thread is None:
        require_active(place.view, desk)
        raise Conflict("An earlier conversation of this participant is being removed; try again")
    return replace(place, answered_before=0)


def is_active(view: SessionView, desk: Desk) -> bool:
    """Whether people may join and speak."""
    return view.session.status_at(desk.clock.now()) == "active"


def require_active(view: SessionView, desk: Desk) -> None:
    """Raise Invalid where nobody joins or speaks any more."""
    if not is_active(view, desk):
        raise Invalid("Session is not active")


def with_first_prompt(place: Place, desk: Desk) -> Place:
    """The place with the first prompt of its session, where that is just being written and comes in time; else as it is.

    Nobody waits longer than until writing it has failed. A thread keeps what it begins with, so this is for new ones only.
    """
    view = place.view
    if view.prompt is not None or not view.prompt_awaited:
        return place
    until = desk.clock.now() + timedelta(seconds=PROMPT_SECONDS)
    while desk.clock.now() < until:
        desk.clock.sleep(_PROMPT_POLL_SECONDS)
        now = desk.sessions.view(view.session.id, WITH_PROMPT)
        if now.prompt is not None:
            return replace(place, view=replace(view, prompt=now.prompt))
        if not now.prompt_awaited:
            break
    return place


def new_thread(place: Place, who: Participant, desk: Desk) -> Thread:
    """The head of this participant's thread before anything is said, its lease taken."""
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


def listed(place: Place, who: Participant) -> Any:
    """What puts this session into the list of an account that takes part; members of a session have it in theirs."""
    if who.user_id is None or place.view.role is not None:
        return None
    return participation(place.view.session, who.user_id)


def take_lease(thread: Thread, desk: Desk) -> Thread | None:
    """Take the lease for a reply to what is stored; None where somebody else moved on or holds it."""
    now = desk.clock.now()
    return desk.conversations.take_lease(thread, desk.new_id(), now, now + LEASE)


class Waiting:
    """Patience with another request that holds the thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._until = desk.clock.now() + timedelta(seconds=WAIT_SECONDS)

    def again(self, place: Place) -> Place:
        """Wait a little, then look at the thread again. Raises Conflict when the time is up."""
        if self._desk.clock.now() >= self._until:
            raise Conflict("Another message of this participant is being answered; try again", 3)
        self._desk.clock.sleep(_POLL_SECONDS)
        thread, condensed = self._desk.conversations.thread_now(place.view.session.id, place.thread_id)
        if thread is None:
            raise NotFound("This conversation was deleted")
        return replace(place, thread=thread, condensed=condensed)
