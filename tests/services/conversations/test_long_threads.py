"""Long threads: what is shown stays bounded and steady, a message sent again is the same turn for ever, and there is an end."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.llm.interface import Request
from chalicelib.model import CondensedHistory
from chalicelib.services.conversations import request_context, turn
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import LEASE
from chalicelib.services.conversations.turn import ConversationFull
from chalicelib.services.facilitation import condensed_history
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.services.synthesis import state
from chalicelib.settings import settings
from tests.api.jobs import parts
from tests.clock import own_time
from tests.conversation import Conversation
from tests.faults import own_model

MOST, KEPT = 8, 4


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A session in which a thread is long soon."""
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", MOST)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", KEPT)
    return Conversation(own_time(monkeypatch), own_model(monkeypatch))


def condensed(conversation: Conversation) -> CondensedHistory | None:
    """What is stored of the participant's thread."""
    thread = conversation.thread().thread
    return container.conversations().thread_now(thread.session_id, thread.id)[1]


def shown(request: Request) -> str:
    return "\n".join(block.text for message in request.messages for block in message.blocks)


def cached(request: Request) -> str:
    """What stands in front of the last breakpoint."""
    blocks = [block for message in request.messages for block in message.blocks]
    last = max((position for position, block in enumerate(blocks) if block.cached), default=-1)
    return "\n".join(block.text for block in blocks[: last + 1])


def talk(conversation: Conversation, turns: int, first: int = 0) -> None:
    for number in range(first, first + turns):
        conversation.say(f"Word {number}", f"m{number}")


def test_the_oldest_messages_are_condensed_and_all_are_still_shown(conversation: Conversation) -> None:
    conversation.join()
    talk(conversation, 4)
    assert condensed(conversation) is None
    talk(conversation, 1, 4)
    part = condensed(conversation)
    assert part is not None
    assert part.text.split("\n") == [
        "Facilitator: Reply 1",
        "Participant: Word 0",
        "Facilitator: Reply 2",
        "Participant: Word 1",
        "Facilitator: Reply 3",
        "Participant: Word 2",
    ]
    talk(conversation, 7, 5)
    prompt = shown(conversation.model.requests[-1])
    assert all(f"Word {number}" in prompt for number in range(12))
    assert prompt.count("<said>") <= MOST // 2
    assert [content for role, content in conversation.said() if role == "user"] == [f"Word {n}" for n in range(12)]


def test_between_two_steps_nothing_before_the_breakpoint_changes(conversation: Conversation) -> None:
    conversation.join()
    talk(conversation, 30)
    requests = conversation.model.requests[1:]
    prefixes = [cached(request) for request in requests]
    steps = sum(not later.startswith(before) for before, later in pairwise(prefixes))
    assert 1 <= steps <= len(requests) // ((MOST - KEPT) // 2)
    assert max(map(len, map(shown, requests))) < 3_000


def test_the_turn_that_condenses_shows_what_the_next_ones_show(conversation: Conversation) -> None:
    """So a step costs the cache once, not twice."""
    conversation.join()
    talk(conversation, 5)
    step = cached(conversation.model.requests[-1])
    assert "Facilitator: Reply 1" in step
    talk(conversation, 1, 5)
    assert cached(conversation.model.requests[-1]).startswith(step)


def test_a_message_that_is_condensed_is_the_same_turn_for_ever(conversation: Conversation) -> None:
    conversation.join()
    given = [conversation.say(f"Word {number}", f"m{number}") for number in range(20)]
    asked = conversation.model.count("turn")
    assert [conversation.say("Other words", f"m{number}") for number in range(20)] == given
    assert conversation.model.count("turn") == asked
    assert conversation.thread().thread.message_count == 20


def test_unanswered_messages_that_are_condensed_lead_to_the_reply_to_all_of_them(conversation: Conversation) -> None:
    conversation.join()
    conversation.model.failing.add("turn")
    for number in range(MOST):
        with pytest.raises(Exception, match="send the same message again"):
            conversation.say(f"Word {number}", f"m{number}")
    assert condensed(conversation) is None  # half a turn leaves nothing
    conversation.model.failing.clear()
    answer = conversation.say("Last words", "last")
    assert [conversation.say("", f"m{number}") for number in range(MOST)] == [answer] * MOST
    part = condensed(conversation)
    assert part is not None
    assert "Participant: Word 0" in part.text


def test_a_thread_from_before_there_was_condensing_is_condensed_at_its_next_turn(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 1_000)
    conversation.join()
    talk(conversation, 20)
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", MOST)
    talk(conversation, 1, 20)
    part = condensed(conversation)
    assert part is not None
    assert part.to_sequence == 38
    assert conversation.say("x", "m0").content == "Reply 2"


def test_a_request_that_waited_goes_on_from_what_the_other_one_condensed(conversation: Conversation) -> None:
    conversation.join()
    talk(conversation, 3)
    deps, thread = container.conversation_deps(), conversation.thread().thread
    held = deps.conversations.take_lease(thread, "turn-1", conversation.clock.now(), conversation.clock.now() + LEASE)
    assert held is not None
    reply = replace(conversation.thread().messages[-1], id="other", sequence=8, content="Of the other")
    part = CondensedHistory(5, "Facilitator: as the other one condensed it", {})
    conversation.clock.after(3, lambda: deps.conversations.reply(held, reply, part))
    conversation.say("Word 3", "m3")
    prompt = shown(conversation.model.requests[-1])
    assert "as the other one condensed it" in prompt
    assert "Word 0" not in prompt


def test_who_was_removed_comes_back_to_a_thread_without_an_earlier_part(conversation: Conversation) -> None:
    conversation.join()
    talk(conversation, 12)
    thread = conversation.thread()
    assert condensed(conversation) is not None
    remove_participant(conversation.session, thread, deps=container.participant_deps())
    assert not [part for part in parts(conversation.session.id) if "condensed" in part]
    conversation.join()
    talk(conversation, 4)
    assert condensed(conversation) is None
    assert "Reply 3" not in shown(conversation.model.requests[-1])
    talk(conversation, 1, 4)
    part = condensed(conversation)
    assert part is not None
    assert part.to_sequence > thread.thread.last_sequence
    assert part.text.startswith("Facilitator: Reply 14")


def test_a_removal_during_the_turn_that_condenses_leaves_nothing(conversation: Conversation) -> None:
    conversation.join()
    talk(conversation, 4)
    view = conversation.thread()

    def remove() -> None:
        fresh = replace(view, thread=conversation.thread().thread)
        remove_participant(conversation.session, fresh, deps=container.participant_deps())

    conversation.during_next_call(remove)
    with pytest.raises(Exception, match="send the same message again"):
        conversation.say("Word 4", "m4")
    assert not [part for part in parts(conversation.session.id) if "condensed" in part]


def test_a_request_that_began_before_a_removal_brings_nothing_of_it_into_the_thread_after_it(
    conversation: Conversation,
) -> None:
    """The new thread is still empty, as its model failed, and so ends where the removed one did."""
    conversation.join()
    talk(conversation, 4)
    deps, thread = container.conversation_deps(), conversation.thread().thread
    place = request_context.find(conversation.session.id, conversation.who, deps)
    remove_participant(conversation.session, conversation.thread(), deps=container.participant_deps())
    conversation.clock.advance(1)
    conversation.model.failing.add("turn")
    with pytest.raises(Exception, match="send the same message again"):
        conversation.join()
    conversation.model.failing.clear()
    assert conversation.thread().thread.last_sequence == thread.last_sequence
    assert turn.attempt(place, NewMessage("Word 4", "m4"), deps, conversation.clock.deadline(24)) is None
    assert conversation.said() == []


def test_an_excluded_person_goes_on_with_all_that_was_said(conversation: Conversation) -> None:
    conversation.join()
    talk(conversation, 6)
    assert container.participants().exclude(conversation.thread().thread, state.exclude(conversation.clock.now()))
    talk(conversation, 6, 6)
    assert all(f"Word {number}" in shown(conversation.model.requests[-1]) for number in range(12))


# The end


@pytest.fixture
def short(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A session whose threads take three messages of the participant's."""
    monkeypatch.setenv("MAX_TURNS", "3")
    settings.cache_clear()
    return conversation


def test_past_its_limit_a_conversation_is_full(short: Conversation) -> None:
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


def test_the_last_message_is_answered_with_the_end_whatever_the_model_does(short: Conversation) -> None:
    short.join()
    given = [short.say("Soup", f"m{number}") for number in range(3)]
    assert [turn.is_final for turn in given] == [False, False, True]
    assert "takes nothing more" in shown(short.model.requests[-1])
    assert (short.thread().thread.concluded, short.view().tally.completed) == (True, 1)
    assert short.say("Soup", "m2") == given[-1]


def test_the_last_message_is_answered_even_when_its_first_try_failed(short: Conversation) -> None:
    for number in range(2):
        short.say("Soup", f"m{number}")
    short.model.failing.add("turn")
    with pytest.raises(Exception, match="send the same message again"):
        short.say("Last words", "m2")
    short.model.failing.clear()
    assert short.say("Last words", "m2").content == "Reply 4"


def test_a_thread_that_begins_after_a_removal_has_its_whole_limit(short: Conversation) -> None:
    for number in range(3):
        short.say("Soup", f"m{number}")
    remove_participant(short.session, short.thread(), deps=container.participant_deps())
    short.clock.advance(1)
    for number in range(3):
        short.say("Bread", f"n{number}")
    assert short.thread().thread.message_count == 3
