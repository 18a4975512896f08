"""Long threads: what is shown stays bounded and steady, a message sent again is the same turn for ever, and there is an end."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.llm.interface import Request
from chalicelib.model import Condensed
from chalicelib.services.conversations import request_context, turn
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import LEASE
from chalicelib.services.conversations.turn import ConversationFull
from chalicelib.services.facilitation import condensed_history
from chalicelib.services.participants.inclusion import remove_participant
from chalicelib.settings import settings
from tests.api.work import parts
from tests.clock import own_time
from tests.faults import own_model
from tests.room import Room

MOST, KEPT = 8, 4


@pytest.fixture
def room(aws: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A session in which a thread is long soon."""
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", MOST)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", KEPT)
    return Room(own_time(monkeypatch), own_model(monkeypatch))


def condensed(room: Room) -> Condensed | None:
    """What is stored of the participant's thread."""
    thread = room.thread().thread
    return container.conversations().thread_now(thread.session_id, thread.id)[1]


def shown(request: Request) -> str:
    return "\n".join(block.text for message in request.messages for block in message.blocks)


def cached(request: Request) -> str:
    """What stands in front of the last breakpoint."""
    blocks = [block for message in request.messages for block in message.blocks]
    last = max((position for position, block in enumerate(blocks) if block.cached), default=-1)
    return "\n".join(block.text for block in blocks[: last + 1])


def talk(room: Room, turns: int, first: int = 0) -> None:
    for number in range(first, first + turns):
        room.say(f"Word {number}", f"m{number}")


def test_the_oldest_messages_are_condensed_and_all_are_still_shown(room: Room) -> None:
    room.join()
    talk(room, 4)
    assert condensed(room) is None
    talk(room, 1, 4)
    part = condensed(room)
    assert part is not None
    assert part.text.split("\n") == [
        "Facilitator: Reply 1",
        "Participant: Word 0",
        "Facilitator: Reply 2",
        "Participant: Word 1",
        "Facilitator: Reply 3",
        "Participant: Word 2",
    ]
    talk(room, 7, 5)
    prompt = shown(room.model.requests[-1])
    assert all(f"Word {number}" in prompt for number in range(12))
    assert prompt.count("<said>") <= MOST // 2
    assert [content for role, content in room.said() if role == "user"] == [f"Word {n}" for n in range(12)]


def test_between_two_steps_nothing_before_the_breakpoint_changes(room: Room) -> None:
    room.join()
    talk(room, 30)
    requests = room.model.requests[1:]
    prefixes = [cached(request) for request in requests]
    steps = sum(not later.startswith(before) for before, later in pairwise(prefixes))
    assert 1 <= steps <= len(requests) // ((MOST - KEPT) // 2)
    assert max(map(len, map(shown, requests))) < 3_000


def test_the_turn_that_condenses_shows_what_the_next_ones_show(room: Room) -> None:
    """So a step costs the cache once, not twice."""
    room.join()
    talk(room, 5)
    step = cached(room.model.requests[-1])
    assert "Facilitator: Reply 1" in step
    talk(room, 1, 5)
    assert cached(room.model.requests[-1]).startswith(step)


def test_a_message_that_is_condensed_is_the_same_turn_for_ever(room: Room) -> None:
    room.join()
    given = [room.say(f"Word {number}", f"m{number}") for number in range(20)]
    asked = room.model.count("turn")
    assert [room.say("Other words", f"m{number}") for number in range(20)] == given
    assert room.model.count("turn") == asked
    assert room.thread().thread.message_count == 20


def test_unanswered_messages_that_are_condensed_lead_to_the_reply_to_all_of_them(room: Room) -> None:
    room.join()
    room.model.failing.add("turn")
    for number in range(MOST):
        with pytest.raises(Exception, match="send the same message again"):
            room.say(f"Word {number}", f"m{number}")
    assert condensed(room) is None  # half a turn leaves nothing
    room.model.failing.clear()
    answer = room.say("Last words", "last")
    assert [room.say("", f"m{number}") for number in range(MOST)] == [answer] * MOST
    part = condensed(room)
    assert part is not None
    assert "Participant: Word 0" in part.text


def test_a_thread_from_before_there_was_condensing_is_condensed_at_its_next_turn(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 1_000)
    room.join()
    talk(room, 20)
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", MOST)
    talk(room, 1, 20)
    part = condensed(room)
    assert part is not None
    assert part.to_sequence == 38
    assert room.say("x", "m0").content == "Reply 2"


def test_a_request_that_waited_goes_on_from_what_the_other_one_condensed(room: Room) -> None:
    room.join()
    talk(room, 3)
    desk, thread = container.conversation_deps(), room.thread().thread
    held = desk.conversations.take_lease(thread, "turn-1", room.clock.now(), room.clock.now() + LEASE)
    assert held is not None
    reply = replace(room.thread().messages[-1], id="other", sequence=8, content="Of the other")
    part = Condensed(5, "Facilitator: as the other one condensed it", {})
    room.clock.after(3, lambda: desk.conversations.reply(held, reply, part))
    room.say("Word 3", "m3")
    prompt = shown(room.model.requests[-1])
    assert "as the other one condensed it" in prompt
    assert "Word 0" not in prompt


def test_who_was_removed_comes_back_to_a_thread_without_an_earlier_part(room: Room) -> None:
    room.join()
    talk(room, 12)
    thread = room.thread()
    assert condensed(room) is not None
    remove_participant(room.session.id, thread, deps=container.participant_deps())
    assert not [part for part in parts(room.session.id) if "condensed" in part]
    room.join()
    talk(room, 4)
    assert condensed(room) is None
    assert "Reply 3" not in shown(room.model.requests[-1])
    talk(room, 1, 4)
    part = condensed(room)
    assert part is not None
    assert part.to_sequence > thread.thread.last_sequence
    assert part.text.startswith("Facilitator: Reply 14")


def test_a_removal_during_the_turn_that_condenses_leaves_nothing(room: Room) -> None:
    room.join()
    talk(room, 4)
    view = room.thread()

    def remove() -> None:
        fresh = replace(view, thread=room.thread().thread)
        remove_participant(room.session.id, fresh, deps=container.participant_deps())

    room.during_next_call(remove)
    with pytest.raises(Exception, match="send the same message again"):
        room.say("Word 4", "m4")
    assert not [part for part in parts(room.session.id) if "condensed" in part]


def test_a_request_that_began_before_a_removal_brings_nothing_of_it_into_the_thread_after_it(room: Room) -> None:
    """The new thread is still empty, as its model failed, and so ends where the removed one did."""
    room.join()
    talk(room, 4)
    desk, thread = container.conversation_deps(), room.thread().thread
    place = request_context.find(room.session.id, room.who, desk)
    remove_participant(room.session.id, room.thread(), deps=container.participant_deps())
    room.clock.advance(1)
    room.model.failing.add("turn")
    with pytest.raises(Exception, match="send the same message again"):
        room.join()
    room.model.failing.clear()
    assert room.thread().thread.last_sequence == thread.last_sequence
    assert turn.attempt(place, NewMessage("Word 4", "m4"), desk, room.clock.deadline(24)) is None
    assert room.said() == []


def test_an_excluded_person_goes_on_with_all_that_was_said(room: Room) -> None:
    room.join()
    talk(room, 6)
    assert container.participants().exclude(room.thread().thread, room.clock.now())
    talk(room, 6, 6)
    assert all(f"Word {number}" in shown(room.model.requests[-1]) for number in range(12))


# The end


@pytest.fixture
def short(room: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A session whose threads take three messages of the participant's."""
    monkeypatch.setenv("MAX_TURNS", "3")
    settings.cache_clear()
    return room


def test_past_its_limit_a_conversation_is_full(short: Room) -> None:
    short.join()
    given = [short.say("Soup", f"m{number}") for number in range(3)]
    before, asked = short.thread(), short.model.count("turn")
    for message_id in ("m3", None):
        with pytest.raises(ConversationFull) as caught:
            short.say("More", message_id)
    assert caught.value.message == "This conversation is full: it has reached its limit of 3 messages"
    assert caught.value.status == 400
    assert (short.thread(), short.model.count("turn")) == (before, asked)
    assert [short.say("Soup", f"m{number}") for number in range(3)] == given


def test_the_last_message_is_answered_with_the_end_whatever_the_model_does(short: Room) -> None:
    short.join()
    given = [short.say("Soup", f"m{number}") for number in range(3)]
    assert [turn.is_final for turn in given] == [False, False, True]
    assert "takes nothing more" in shown(short.model.requests[-1])
    assert (short.thread().thread.concluded, short.view().tally.completed) == (True, 1)
    assert short.say("Soup", "m2") == given[-1]


def test_the_last_message_is_answered_even_when_its_first_try_failed(short: Room) -> None:
    for number in range(2):
        short.say("Soup", f"m{number}")
    short.model.failing.add("turn")
    with pytest.raises(Exception, match="send the same message again"):
        short.say("Last words", "m2")
    short.model.failing.clear()
    assert short.say("Last words", "m2").content == "Reply 4"


def test_a_thread_that_begins_after_a_removal_has_its_whole_limit(short: Room) -> None:
    for number in range(3):
        short.say("Soup", f"m{number}")
    remove_participant(short.session.id, short.thread(), deps=container.participant_deps())
    short.clock.advance(1)
    for number in range(3):
        short.say("Bread", f"n{number}")
    assert short.thread().thread.message_count == 3
