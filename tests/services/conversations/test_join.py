"""One chat turn: stored once, answered once, never interleaved with another."""

from datetime import timedelta

import pytest

from chalicelib import container
from chalicelib.errors import Conflict, Unavailable
from chalicelib.model import Message
from tests.clock import own_time
from tests.faults import own_model
from tests.room import Room, participant

LEASE = 30


@pytest.fixture
def room(aws: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A new session with a clock and a model of the test's own."""
    return Room(own_time(monkeypatch), own_model(monkeypatch))


# Sent again


def test_a_known_message_gives_its_reply_without_the_model(room: Room) -> None:
    room.join()
    first = room.say("Soup", "m1")
    room.say("More", "m2")
    assert room.say("Soup", "m1") == first
    assert room.model.count("turn") == 3
    assert [content for _, content in room.said()] == ["Reply 1", "Soup", "Reply 2", "More", "Reply 3"]


def test_words_without_an_id_that_come_again_while_they_are_answered_are_one_turn(room: Room) -> None:
    room.join()
    desk, thread = container.conversation_deps(), room.thread().thread
    message = Message("id-1", 2, "user", "Soup", room.clock.now())
    leased = desk.conversations.say(thread, message, "turn-1", room.clock.now() + timedelta(seconds=LEASE))
    assert leased is not None
    reply = Message("id-2", 3, "assistant", "The other request's answer", room.clock.now(), usage={})
    room.clock.after(4, lambda: desk.conversations.reply(leased, reply))
    assert room.say("Soup").content == "The other request's answer"
    assert [content for _, content in room.said()] == ["Reply 1", "Soup", "The other request's answer"]


def test_the_same_words_later_are_a_turn_of_their_own(room: Room) -> None:
    room.join()
    room.say("Yes")
    room.say("Yes")
    assert [content for _, content in room.said()] == ["Reply 1", "Yes", "Reply 2", "Yes", "Reply 3"]


@pytest.mark.parametrize(("message_id", "again"), [("m1", "m1"), (None, None)])
def test_an_unanswered_message_sent_again_is_answered_and_stored_once(
    room: Room, message_id: str | None, again: str | None
) -> None:
    room.join()
    room.model.failing.add("turn")
    with pytest.raises(Unavailable, match="send the same message again"):
        room.say("Soup", message_id)
    room.model.failing.clear()
    assert room.say("Soup", again).content == "Reply 3"
    assert room.said() == [("assistant", "Reply 1"), ("user", "Soup"), ("assistant", "Reply 3")]
    assert room.thread().thread.message_count == 1


def test_first_words_that_were_not_answered_can_be_sent_again(room: Room) -> None:
    room.model.failing.add("turn")
    with pytest.raises(Unavailable):
        room.say("Soup", "m1")
    room.model.failing.clear()
    assert room.say("Soup", "m1").content == "Reply 2"
    assert room.said() == [("user", "Soup"), ("assistant", "Reply 2")]
    assert room.view().tally.participants == 1


def test_another_message_after_an_unanswered_one_is_stored_behind_it_and_both_are_answered(room: Room) -> None:
    room.model.failing.add("turn")
    with pytest.raises(Unavailable):
        room.say("Soup", "m1")
    room.model.failing.clear()
    answered = room.say("And bread", "m2")
    assert room.said() == [("user", "Soup"), ("user", "And bread"), ("assistant", "Reply 2")]
    shown = repr(room.model.requests[-1].messages)
    assert shown.index("Soup") < shown.index("And bread")
    assert room.say("Soup", "m1") == answered
    assert room.model.count("turn") == 2


def test_the_same_words_with_two_ids_are_two_messages(room: Room) -> None:
    room.say("Yes", "m1")
    room.say("Yes", "m2")
    assert room.thread().thread.message_count == 2


# Two at once


def test_a_second_turn_waits_for_the_first_and_is_answered_after_it(room: Room) -> None:
    """The first request is still with the model when the second arrives; it ends while the second one waits."""
    room.join()
    desk = container.conversation_deps()
    thread = room.thread().thread
    message = Message("id-1", 2, "user", "First", room.clock.now(), message_id="m1")
    leased = desk.conversations.say(thread, message, "turn-1", room.clock.now() + timedelta(seconds=LEASE))
    assert leased is not None
    reply = Message("id-2", 3, "assistant", "Answer to first", room.clock.now(), usage={})
    room.clock.after(4, lambda: desk.conversations.reply(leased, reply))
    room.say("Second", "m2")
    assert [content for _, content in room.said()] == ["Reply 1", "First", "Answer to first", "Second", "Reply 2"]
    assert 4 <= room.clock.slept <= 5


def test_after_ten_seconds_of_waiting_the_caller_is_told_to_come_back(room: Room) -> None:
    room.join()
    outcomes: list[Conflict] = []

    def second() -> None:
        with pytest.raises(Conflict) as caught:
            room.say("Second", "m2")
        outcomes.append(caught.value)

    room.during_next_call(second)
    room.say("First", "m1")
    assert [content for _, content in room.said()] == ["Reply 1", "First", "Reply 2"]
    assert (outcomes[0].retry_after, outcomes[0].status) == (3, 409)
    assert 10 <= room.clock.slept <= 11
    assert room.say("Second", "m2").content == "Reply 3"


def test_a_double_click_is_one_model_call(room: Room) -> None:
    room.join()

    def second() -> None:
        with pytest.raises(Conflict):
            room.say("Soup", "m1")

    room.during_next_call(second)
    first = room.say("Soup", "m1")
    assert room.say("Soup", "m1") == first
    assert room.model.count("turn") == 2


def test_two_first_messages_at_once_are_one_thread_counted_once(room: Room) -> None:
    def second() -> None:
        with pytest.raises(Conflict):
            room.say("Hello", "m2")

    room.during_next_call(second)
    room.say("Hello", "m1")
    assert room.say("Hello", "m2").content == "Reply 2"
    assert room.view().tally.participants == 1


def test_two_joins_at_once_are_one_thread_with_one_opening(room: Room) -> None:
    def second() -> None:
        with pytest.raises(Conflict):
            room.join()

    room.during_next_call(second)
    room.join()
    assert room.said() == [("assistant", "Reply 1")]
    assert room.view().tally.participants == 1


def test_a_reply_whose_lease_was_lost_is_not_stored(room: Room) -> None:
    """The model takes longer than the lease holds; meanwhile the message is sent again and answered."""

    def late() -> None:
        room.clock.advance(LEASE + 1)
        room.say("Soup", "m1")

    room.join()
    room.during_next_call(late)
    with pytest.raises(Conflict):
        room.say("Soup", "m1")
    assert room.said() == [("assistant", "Reply 1"), ("user", "Soup"), ("assistant", "Reply 3")]
    assert room.view().tally.turns == 2


def test_a_lease_of_a_request_that_died_is_free_after_its_time(room: Room) -> None:
    room.join()
    thread = room.thread().thread
    now = room.clock.now()
    assert container.conversations().take_lease(thread, "dead", now, now + timedelta(seconds=LEASE))
    with pytest.raises(Conflict):
        room.say("Soup", "m1")
    room.clock.advance(LEASE - 9)
    assert room.say("Soup", "m1").content == "Reply 2"


def test_a_failing_model_gives_the_lease_back_at_once(room: Room) -> None:
    room.join()
    room.model.failing.add("turn")
    with pytest.raises(Unavailable) as caught:
        room.say("Soup")
    assert caught.value.retry_after == 7
    assert room.thread().thread.turn_id is None
    room.model.failing.clear()
    room.say("Soup")
    assert room.clock.slept == 0


def test_a_defect_in_a_turn_gives_the_lease_back_too(room: Room) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    room.join()
    room.during_next_call(fail)
    with pytest.raises(ZeroDivisionError):
        room.say("Soup")
    assert room.say("Soup").content == "Reply 3"
    assert room.clock.slept == 0


# Counting


def test_a_conclusion_counts_once_however_many_turns_follow(room: Room) -> None:
    room.join()
    room.model.concludes = True
    assert [room.say("Bye", f"m{number}").is_final for number in range(3)] == [True] * 3
    room.model.concludes = False
    assert room.say("One more", "m9").is_final
    tally = room.view().tally
    assert (tally.participants, tally.completed, tally.turns) == (1, 1, 5)


def test_the_tally_is_exact_over_all_shards(room: Room) -> None:
    for number in range(20):
        room.who = participant(f"p{number}")
        room.model.concludes = number % 4 == 0
        room.join()
        room.say("Soup")
    tally = room.view().tally
    assert (tally.participants, tally.completed, tally.turns) == (20, 5, 40)
    assert (tally.input_tokens, tally.cached_tokens, tally.output_tokens) == (400, 800, 120)


def test_a_failed_turn_counts_nothing(room: Room) -> None:
    room.join()
    before = room.view().tally
    room.model.failing.add("turn")
    with pytest.raises(Unavailable):
        room.say("Soup")
    assert room.view().tally == before
