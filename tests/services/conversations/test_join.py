"""One chat turn: stored once, answered once, never interleaved with another."""

from datetime import timedelta

import pytest

from chalicelib import container
from chalicelib.errors import Conflict, Unavailable
from chalicelib.model import Message
from chalicelib.services.participants.identity import Participant
from tests.clock import own_time
from tests.conversation import HOST, Conversation
from tests.faults import own_model

LEASE = 30


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A new session with a clock and a model of the test's own."""
    return Conversation(own_time(monkeypatch), own_model(monkeypatch))


# Sent again


def test_a_known_message_gives_its_reply_without_the_model(conversation: Conversation) -> None:
    conversation.join()
    first = conversation.say("Soup", "m1")
    conversation.say("More", "m2")
    assert conversation.say("Soup", "m1") == first
    assert conversation.model.count("turn") == 3
    assert [content for _, content in conversation.said()] == ["Reply 1", "Soup", "Reply 2", "More", "Reply 3"]


def test_words_without_an_id_that_come_again_while_they_are_answered_are_one_turn(conversation: Conversation) -> None:
    conversation.join()
    deps, thread = container.conversation_deps(), conversation.thread().thread
    message = Message("id-1", 2, "user", "Soup", conversation.clock.now())
    leased = deps.conversations.say(thread, message, "turn-1", conversation.clock.now() + timedelta(seconds=LEASE))
    assert leased is not None
    reply = Message("id-2", 3, "assistant", "The other request's answer", conversation.clock.now(), usage={})
    conversation.clock.after(4, lambda: deps.conversations.reply(leased, reply))
    assert conversation.say("Soup").content == "The other request's answer"
    assert [content for _, content in conversation.said()] == ["Reply 1", "Soup", "The other request's answer"]


def test_the_same_words_later_are_a_turn_of_their_own(conversation: Conversation) -> None:
    conversation.join()
    conversation.say("Yes")
    conversation.say("Yes")
    assert [content for _, content in conversation.said()] == ["Reply 1", "Yes", "Reply 2", "Yes", "Reply 3"]


@pytest.mark.parametrize(("message_id", "again"), [("m1", "m1"), (None, None)])
def test_an_unanswered_message_sent_again_is_answered_and_stored_once(
    conversation: Conversation, message_id: str | None, again: str | None
) -> None:
    conversation.join()
    conversation.model.failing.add("turn")
    with pytest.raises(Unavailable, match="send the same message again"):
        conversation.say("Soup", message_id)
    conversation.model.failing.clear()
    assert conversation.say("Soup", again).content == "Reply 3"
    assert conversation.said() == [("assistant", "Reply 1"), ("user", "Soup"), ("assistant", "Reply 3")]
    assert conversation.thread().thread.message_count == 1


def test_first_words_that_were_not_answered_can_be_sent_again(conversation: Conversation) -> None:
    conversation.model.failing.add("turn")
    with pytest.raises(Unavailable):
        conversation.say("Soup", "m1")
    conversation.model.failing.clear()
    assert conversation.say("Soup", "m1").content == "Reply 2"
    assert conversation.said() == [("user", "Soup"), ("assistant", "Reply 2")]
    assert conversation.view().tally.participants == 1


def test_another_message_after_an_unanswered_one_is_stored_behind_it_and_both_are_answered(
    conversation: Conversation,
) -> None:
    conversation.model.failing.add("turn")
    with pytest.raises(Unavailable):
        conversation.say("Soup", "m1")
    conversation.model.failing.clear()
    answered = conversation.say("And bread", "m2")
    assert conversation.said() == [("user", "Soup"), ("user", "And bread"), ("assistant", "Reply 2")]
    shown = repr(conversation.model.requests[-1].messages)
    assert shown.index("Soup") < shown.index("And bread")
    assert conversation.say("Soup", "m1") == answered
    assert conversation.model.count("turn") == 2


def test_the_same_words_with_two_ids_are_two_messages(conversation: Conversation) -> None:
    conversation.say("Yes", "m1")
    conversation.say("Yes", "m2")
    assert conversation.thread().thread.message_count == 2


# Two at once


def test_a_second_turn_waits_for_the_first_and_is_answered_after_it(conversation: Conversation) -> None:
    """The first request is still with the model when the second arrives; it ends while the second one waits."""
    conversation.join()
    deps = container.conversation_deps()
    thread = conversation.thread().thread
    message = Message("id-1", 2, "user", "First", conversation.clock.now(), message_id="m1")
    leased = deps.conversations.say(thread, message, "turn-1", conversation.clock.now() + timedelta(seconds=LEASE))
    assert leased is not None
    reply = Message("id-2", 3, "assistant", "Answer to first", conversation.clock.now(), usage={})
    conversation.clock.after(4, lambda: deps.conversations.reply(leased, reply))
    conversation.say("Second", "m2")
    assert [content for _, content in conversation.said()] == [
        "Reply 1",
        "First",
        "Answer to first",
        "Second",
        "Reply 2",
    ]
    assert 4 <= conversation.clock.slept <= 5


def test_after_ten_seconds_of_waiting_the_caller_is_told_to_come_back(conversation: Conversation) -> None:
    conversation.join()
    outcomes: list[Conflict] = []

    def second() -> None:
        with pytest.raises(Conflict) as caught:
            conversation.say("Second", "m2")
        outcomes.append(caught.value)

    conversation.during_next_call(second)
    conversation.say("First", "m1")
    assert [content for _, content in conversation.said()] == ["Reply 1", "First", "Reply 2"]
    assert (outcomes[0].retry_after, outcomes[0].status) == (3, 409)
    assert 10 <= conversation.clock.slept <= 11
    assert conversation.say("Second", "m2").content == "Reply 3"


def test_a_double_click_is_one_model_call(conversation: Conversation) -> None:
    conversation.join()

    def second() -> None:
        with pytest.raises(Conflict):
            conversation.say("Soup", "m1")

    conversation.during_next_call(second)
    first = conversation.say("Soup", "m1")
    assert conversation.say("Soup", "m1") == first
    assert conversation.model.count("turn") == 2


def test_two_first_messages_at_once_are_one_thread_counted_once(conversation: Conversation) -> None:
    def second() -> None:
        with pytest.raises(Conflict):
            conversation.say("Hello", "m2")

    conversation.during_next_call(second)
    conversation.say("Hello", "m1")
    assert conversation.say("Hello", "m2").content == "Reply 2"
    assert conversation.view().tally.participants == 1


def test_two_joins_at_once_are_one_thread_with_one_opening(conversation: Conversation) -> None:
    def second() -> None:
        with pytest.raises(Conflict):
            conversation.join()

    conversation.during_next_call(second)
    conversation.join()
    assert conversation.said() == [("assistant", "Reply 1")]
    assert conversation.view().tally.participants == 1


def test_a_reply_whose_lease_was_lost_is_not_stored(conversation: Conversation) -> None:
    """The model takes longer than the lease holds; meanwhile the message is sent again and answered."""

    def late() -> None:
        conversation.clock.advance(LEASE + 1)
        conversation.say("Soup", "m1")

    conversation.join()
    conversation.during_next_call(late)
    with pytest.raises(Conflict):
        conversation.say("Soup", "m1")
    assert conversation.said() == [("assistant", "Reply 1"), ("user", "Soup"), ("assistant", "Reply 3")]
    assert conversation.view().tally.turns == 2


def test_a_lease_of_a_request_that_died_is_free_after_its_time(conversation: Conversation) -> None:
    conversation.join()
    thread = conversation.thread().thread
    now = conversation.clock.now()
    assert container.conversations().take_lease(thread, "dead", now, now + timedelta(seconds=LEASE))
    with pytest.raises(Conflict):
        conversation.say("Soup", "m1")
    conversation.clock.advance(LEASE - 9)
    assert conversation.say("Soup", "m1").content == "Reply 2"


def test_a_failing_model_gives_the_lease_back_at_once(conversation: Conversation) -> None:
    conversation.join()
    conversation.model.failing.add("turn")
    with pytest.raises(Unavailable) as caught:
        conversation.say("Soup")
    assert caught.value.retry_after == 7
    assert conversation.thread().thread.turn_id is None
    conversation.model.failing.clear()
    conversation.say("Soup")
    assert conversation.clock.slept == 0


def test_a_defect_in_a_turn_gives_the_lease_back_too(conversation: Conversation) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    conversation.join()
    conversation.during_next_call(fail)
    with pytest.raises(ZeroDivisionError):
        conversation.say("Soup")
    assert conversation.say("Soup").content == "Reply 3"
    assert conversation.clock.slept == 0


# Counting


def test_a_conclusion_counts_once_however_many_turns_follow(conversation: Conversation) -> None:
    conversation.join()
    conversation.model.concludes = True
    assert [conversation.say("Bye", f"m{number}").is_final for number in range(3)] == [True] * 3
    conversation.model.concludes = False
    assert conversation.say("One more", "m9").is_final
    tally = conversation.view().tally
    assert (tally.participants, tally.completed, tally.turns) == (1, 1, 5)


def test_the_tally_is_exact_over_all_shards(conversation: Conversation) -> None:
    for number in range(20):
        conversation.who = Participant(f"p{number}", None, HOST)
        conversation.model.concludes = number % 4 == 0
        conversation.join()
        conversation.say("Soup")
    tally = conversation.view().tally
    assert (tally.participants, tally.completed, tally.turns) == (20, 5, 40)
    assert (tally.input_tokens, tally.cached_tokens, tally.output_tokens) == (400, 800, 120)


def test_a_failed_turn_counts_nothing(conversation: Conversation) -> None:
    conversation.join()
    before = conversation.view().tally
    conversation.model.failing.add("turn")
    with pytest.raises(Unavailable):
        conversation.say("Soup")
    assert conversation.view().tally == before
