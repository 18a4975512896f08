"""One participant's conversation: joining it, speaking in it, reading it.

A turn stores what was said before the model is asked, so a failure loses nothing, and holds a lease on the thread
while the reply is made, so two turns never interleave. Whatever ends half-way is completed by the same request sent again.
"""

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.clock import Deadline
from chalicelib.errors import Invalid, NotFound
from chalicelib.services import entries, places, turns
from chalicelib.services.channels import Participant
from chalicelib.services.entries import Said, Turn, turn_of
from chalicelib.services.forms import check_answers
from chalicelib.services.places import Desk, Place, Waiting
from chalicelib.store.records import Session, SessionView, ThreadView


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
    place = places.find(session_id, who, desk)
    places.require_active(place.view, desk)
    if place.thread is None:
        answers = check_answers(place.view.questions, given)
        place = places.with_first_prompt(place, desk)
        thread = places.new_thread(place, who, desk)
        capped = place.view.session.is_capped
        if desk.conversations.join(thread, answers, None, places.listed(place, who), capped=capped):
            return turns.reply(replace(place, answers=answers), thread, [], desk, deadline, request_id)
        place = places.after_lost_join(session_id, who, desk)
    waiting = Waiting(desk)
    while True:
        if not place.begun.is_empty:
            return _opening_of(place, request_id, desk)
        taken = places.take_lease(place.begun, desk)
        if taken:
            return turns.reply(place, taken, [], desk, deadline, request_id)
        place = waiting.again(place)


def say(session_id: str, who: Participant, said: Said, *, desk: Desk, deadline: Deadline) -> Turn:
    """Store what the participant said and give the facilitator's reply; the first words of somebody new begin a thread.

    The turn of a message id that was answered before is given again, also after the session has ended.
    """
    place = places.find(session_id, who, desk)
    if not places.is_active(place.view, desk) and (turn := turns.answered(place, said, desk)):
        return turn
    places.require_active(place.view, desk)
    if place.thread is None:
        turns.check_widget([], said)
        place = places.with_first_prompt(place, desk)
        thread = places.new_thread(place, who, desk)
        message = entries.said(thread, said, new_id=desk.new_id(), now=desk.clock.now())
        spoken = entries.begun_with(thread, message)
        capped = place.view.session.is_capped
        if desk.conversations.join(spoken, (), message, places.listed(place, who), capped=capped):
            return turns.reply(place, spoken, [message], desk, deadline)
        place = places.after_lost_join(session_id, who, desk)
    waiting = Waiting(desk)
    while True:
        turn = turns.attempt(place, said, desk, deadline)
        if turn:
            return turn
        place = waiting.again(place)


def turn_again(session: Session, thread_id: str, sequence: int, message_id: str, *, desk: Desk) -> Turn:
    """The turn that this reply was, read again. Raises NotFound where it is gone, another one in its place included."""
    reply = desk.conversations.message(session.id, thread_id, sequence)
    if reply is None or reply.id != message_id:
        raise NotFound("This conversation was deleted")
    return turn_of(session, thread_id, reply)


def read_thread(session_id: str, who: Participant, *, desk: Desk) -> tuple[SessionView, ThreadView | None]:
    """The session, and this participant's own conversation where it has begun."""
    place = places.find(session_id, who, desk)
    if place.thread is None:
        return place.view, None
    messages = tuple(desk.conversations.messages(place.thread))
    return place.view, ThreadView(place.thread, place.answers, messages)


def _opening_of(place: Place, request_id: str | None, desk: Desk) -> Turn:
    """The opening that an earlier try of this very request was given; for any other request the thread has begun."""
    thread = place.begun
    opening = desk.conversations.message(thread.session_id, thread.id, thread.starts_after + 1) if request_id else None
    if opening is None or opening.message_id != request_id:
        raise Invalid("participant_id has already joined this session")
    return turn_of(place.view.session, thread.id, opening)
