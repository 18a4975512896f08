"""The host's own response: what a member of a session says in it, without a facilitator."""

import random
from collections.abc import Callable
from datetime import timedelta

from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.services import entries
from chalicelib.services.channels import HOST, thread_id
from chalicelib.services.entries import Said
from chalicelib.services.places import Desk
from chalicelib.store.conversations import Scene
from chalicelib.store.records import Message, Thread

PATIENCE = timedelta(seconds=10)  # with others who speak for the same person right now
_SHORT_WAIT = 0.1
_LOOK_BACK = 200  # messages among which one that comes again is looked for


def find_own(session_id: str, user_id: str, *, desk: Desk) -> Scene:
    """The session as this user has it, and their own thread in it, in one read. Raises NotFound without a session."""
    own = thread_id(desk.secret, session_id, f"{HOST}:{user_id}", user_id)
    return desk.conversations.scene(session_id, [own], user_id)


def respond(scene: Scene, user_id: str, said: Said, *, desk: Desk, new_id: Callable[[], str]) -> Message:
    """Store what the user says; of several at once all are stored, one after the other.

    A message whose `message_id` is there already is not stored again. Raises Invalid where the session is not active.
    """
    session_id, identifier = scene.view.session.id, new_id()
    until = desk.clock.now() + PATIENCE
    while True:
        if scene.view.session.status_at(desk.clock.now()) != "active":
            raise Invalid("Session is not active")
        thread = next(iter(scene.threads.values()), None)
        if thread and (known := _known(thread, said, desk)):
            return known
        stored = _go_on(thread, identifier, said, desk) if thread else _begin(scene, user_id, identifier, said, desk)
        if stored:
            return stored
        if desk.clock.now() >= until:
            raise Conflict("Other responses of yours are being stored; try again")
        desk.clock.sleep(random.uniform(0, _SHORT_WAIT))
        scene = find_own(session_id, user_id, desk=desk)


def find_response(scene: Scene, sequence: int, message_id: str, *, desk: Desk) -> Message:
    """A response that was stored before. Raises NotFound where it was deleted since, another one in its place included."""
    for thread in scene.threads.values():
        message = desk.conversations.message(thread.session_id, thread.id, sequence)
        if message and message.id == message_id:
            return message
    raise NotFound("This response was deleted")


def _known(thread: Thread, said: Said, desk: Desk) -> Message | None:
    if said.message_id is None:
        return None
    history = desk.conversations.history(thread, _LOOK_BACK)
    return next((message for message in history if message.message_id == said.message_id), None)


def _begin(scene: Scene, user_id: str, identifier: str, said: Said, desk: Desk) -> Message | None:
    session, scope = scene.view.session, f"{HOST}:{user_id}"
    own = thread_id(desk.secret, session.id, scope, user_id)
    erased = scene.erased.get(own, 0)
    prompt = scene.view.prompt.version if scene.view.prompt else 0
    now = desk.clock.now()
    empty = Thread(session.id, own, scope, user_id, None, now, prompt, starts_after=erased, last_sequence=erased)
    message = _message(empty, identifier, said, desk)
    begun = entries.begun_with(empty, message)
    return message if desk.conversations.join(begun, (), message, capped=session.is_capped) else None


def _go_on(thread: Thread, identifier: str, said: Said, desk: Desk) -> Message | None:
    message = _message(thread, identifier, said, desk)
    return message if desk.conversations.say(thread, message, None, None) else None


def _message(thread: Thread, identifier: str, said: Said, desk: Desk) -> Message:
    return entries.said(thread, said, new_id=identifier, now=desk.clock.now())
