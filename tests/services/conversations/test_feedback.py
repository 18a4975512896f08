"""How participants end conversations: concluded once, whatever happens at the same moment; rated."""

from contextlib import suppress

import pytest

from chalicelib import container
from chalicelib.errors import Conflict, HarmonicaError, Invalid, NotFound, Unavailable
from chalicelib.services.conversations import feedback, messages
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.store.sessions import FOR_COUNT
from tests.clock import FakeClock, own_retries
from tests.conversation import HOST, Conversation, participant
from tests.faults import FAULTS, Died, Fault, Interviewer, tap
from tests.llm.queued import steering_of


@pytest.fixture
def conversation(clock: FakeClock, model: Interviewer) -> Conversation:
    """A session whose participant has joined."""
    found = Conversation(clock, model)
    found.join()
    return found


def conclude(conversation: Conversation) -> None:
    feedback.conclude(
        conversation.session.id,
        conversation.who,
        deps=container.conversation_deps(),
        stored=container.feedback(),
        deadline=conversation.clock.deadline(24),
    )


def rate(conversation: Conversation, rating: int, comment: str = "") -> None:
    feedback.rate(
        conversation.session.id,
        conversation.who,
        rating,
        comment,
        deps=container.conversation_deps(),
        stored=container.feedback(),
    )


def completed(conversation: Conversation) -> int:
    return container.sessions().view(conversation.session.id, FOR_COUNT, HOST).tally.completed


def test_somebody_who_is_done_is_counted_once(conversation: Conversation, model: Interviewer) -> None:
    conversation.say("Soup")
    conclude(conversation)
    conclude(conversation)
    assert conversation.thread().thread.concluded
    assert completed(conversation) == 1
    assert model.count("turn") == 3


def test_somebody_who_is_done_is_told_what_was_heard(conversation: Conversation, model: Interviewer) -> None:
    conversation.say("Soup")
    conclude(conversation)
    assert "pressed “I’m done”" in steering_of(model.requests[-1])[0]
    last = conversation.thread().messages[-1]
    assert (last.role, last.is_final, conversation.thread().thread.turn_id) == ("assistant", True, None)
    assert [message.content for message in conversation.thread().messages if message.role == "user"] == ["Soup"]


def test_somebody_who_is_done_while_the_model_is_down_is_done_all_the_same(
    conversation: Conversation, model: Interviewer
) -> None:
    conversation.say("Soup")
    before = conversation.thread().messages
    model.failing = {"turn"}
    conclude(conversation)
    assert conversation.thread().messages == before
    assert conversation.thread().thread.concluded
    assert completed(conversation) == 1


def test_words_that_had_no_reply_are_in_the_recap(conversation: Conversation, model: Interviewer) -> None:
    model.failing = {"turn"}
    with pytest.raises(Unavailable):
        conversation.say("Soup", "m1")
    model.failing = set()
    conclude(conversation)
    assert "Soup" in model.requests[-1].messages[-1].blocks[-1].text
    assert conversation.say("Soup", "m1").is_final
    assert [message.role for message in conversation.thread().messages] == ["assistant", "user", "assistant"]


def test_who_ends_without_a_word_counts_with_their_first_words_and_once(conversation: Conversation) -> None:
    conclude(conversation)
    assert conversation.thread().thread.concluded
    assert completed(conversation) == 0
    conversation.say("Soup after all", "m1")
    conversation.say("Soup after all", "m1")
    assert completed(conversation) == 1
    conversation.say("And bread")
    conclude(conversation)
    assert completed(conversation) == 1


def test_a_response_without_a_reply_counts_like_words(conversation: Conversation) -> None:
    conclude(conversation)
    thread = conversation.thread().thread
    message = messages.make_message(thread, NewMessage("Soup"), new_id=container.new_id(), now=conversation.clock.now())
    assert container.conversations().say(thread, message, None, None)
    assert completed(conversation) == 1


@pytest.mark.parametrize(("words", "counted"), [([], 0), (["Soup"], 1)])
def test_a_removal_takes_back_what_was_counted(words: list[str], counted: int, conversation: Conversation) -> None:
    conclude(conversation)
    for said in words:
        conversation.say(said)
    assert completed(conversation) == counted
    remove_participant(conversation.session, conversation.thread(), deps=container.participant_deps())
    assert completed(conversation) == 0


def test_an_end_that_comes_late_ends_no_conversation_begun_since(conversation: Conversation, clock: FakeClock) -> None:
    conversation.say("Soup")
    old = conversation.thread().thread
    remove_participant(conversation.session, conversation.thread(), deps=container.participant_deps())
    clock.advance(1)
    conversation.join()
    assert not container.feedback().conclude(old, clock.now())
    assert completed(conversation) == 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_count_is_exact_whatever_breaks(
    fault: Fault, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_retries(monkeypatch)
    wire = tap(monkeypatch)
    conclude(conversation)
    for at in range(1, 9):
        with wire.broken(fault, at), suppress(HarmonicaError, Died):
            conversation.say("Soup", "m1")
        assert completed(conversation) == int(conversation.thread().thread.message_count > 0)
    conversation.clock.advance(31)  # the lease of whoever died
    conversation.say("Soup", "m1")
    assert completed(conversation) == 1


def test_words_into_a_session_that_is_gone_count_nowhere(conversation: Conversation) -> None:
    conclude(conversation)
    thread = conversation.thread().thread
    message = messages.make_message(thread, NewMessage("Soup"), new_id=container.new_id(), now=conversation.clock.now())
    deletions, owner, now = container.deletions(), conversation.session.owner_id, conversation.clock.now()
    delete_session(conversation.session.id, owner, deletions=deletions, jobs=container.jobs(), now=now)
    with pytest.raises(NotFound):
        container.conversations().say(thread, message, None, None)


def test_a_facilitator_who_concludes_afterwards_counts_nobody_again(
    conversation: Conversation, model: Interviewer
) -> None:
    conclude(conversation)
    model.concludes = True
    assert conversation.say("One more thing").is_final
    assert conversation.say("And another").is_final
    assert completed(conversation) == 1


def test_done_in_one_tab_while_another_is_answered_waits_for_the_answer(
    conversation: Conversation, model: Interviewer
) -> None:
    refused: list[str] = []

    def be_done() -> None:
        with pytest.raises(Conflict) as caught:
            conclude(conversation)
        refused.append(caught.value.message)

    model.concludes = True
    conversation.during_next_call(be_done)
    conversation.say("That is all")
    assert refused
    assert completed(conversation) == 1


def test_an_answer_that_comes_after_the_end_is_not_stored_over_it(
    conversation: Conversation, clock: FakeClock, model: Interviewer
) -> None:
    model.concludes = True

    def be_done_late() -> None:
        clock.advance(31)  # the lease of the request that is being answered is over
        conclude(conversation)

    conversation.during_next_call(be_done_late)
    with pytest.raises(Conflict):
        conversation.say("That is all", "m1")
    assert completed(conversation) == 1
    model.concludes = False
    assert conversation.say("That is all", "m1").is_final
    assert completed(conversation) == 1


def test_nobody_ends_what_has_not_begun(conversation: Conversation) -> None:
    stranger = participant("somebody else")
    deps, stored = container.conversation_deps(), container.feedback()
    with pytest.raises(NotFound):
        feedback.conclude(
            conversation.session.id, stranger, deps=deps, stored=stored, deadline=conversation.clock.deadline(24)
        )
    with pytest.raises(NotFound):
        feedback.rate(conversation.session.id, stranger, 3, "", deps=deps, stored=stored)


def test_the_last_rating_counts_and_takes_its_comment_along(conversation: Conversation) -> None:
    rate(conversation, 2, "Too long")
    thread = conversation.thread().thread
    assert (thread.rating, container.feedback().comment(thread)) == (2, "Too long")
    rate(conversation, 5)
    thread = conversation.thread().thread
    assert (thread.rating, container.feedback().comment(thread)) == (5, "")


@pytest.mark.parametrize(("rating", "comment"), [(0, ""), (6, ""), (3, "x" * 2001)])
def test_a_rating_keeps_to_its_scale(rating: int, comment: str, conversation: Conversation) -> None:
    with pytest.raises(Invalid):
        rate(conversation, rating, comment)
    assert conversation.thread().thread.rating is None


def test_a_removed_participant_leaves_no_comment(conversation: Conversation) -> None:
    rate(conversation, 1, "Ada says")
    thread = conversation.thread().thread
    remove_participant(conversation.session, conversation.thread(), deps=container.participant_deps())
    assert container.feedback().comment(thread) == ""
