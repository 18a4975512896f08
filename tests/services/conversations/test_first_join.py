"""Joining a session, and what a thread keeps from then on."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Forbidden, Invalid, NotFound, Unavailable
from chalicelib.model import Prompt
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.turn import say
from chalicelib.services.participants.identity import Participant
from chalicelib.services.sessions.creation import NewQuestion
from tests.clock import own_time
from tests.conversation import HOST, Conversation
from tests.faults import own_model
from tests.llm.queued import prompt_of


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A new session with a clock and a model of the test's own."""
    return Conversation(own_time(monkeypatch), own_model(monkeypatch))


def test_a_thread_without_an_opening_is_completed_with_the_answers_it_began_with(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation(own_time(monkeypatch), own_model(monkeypatch), questions=(NewQuestion("Diet"),))
    (question,) = conversation.view().questions
    conversation.model.failing.add("turn")
    with pytest.raises(Unavailable):
        conversation.join(**{question.id: "vegan"})
    conversation.model.failing.clear()
    assert conversation.join(**{question.id: "any"}).content == "Reply 2"
    assert [answer.answer for answer in conversation.thread().answers] == ["vegan"]
    assert "vegan" in repr(conversation.model.requests[-1].messages)


def test_joining_a_thread_that_has_begun_is_refused(conversation: Conversation) -> None:
    conversation.join()
    with pytest.raises(Invalid, match="already joined"):
        conversation.join()
    assert conversation.model.count("turn") == 1


def test_a_participant_who_only_spoke_has_joined_already(conversation: Conversation) -> None:
    conversation.say("Hello")
    with pytest.raises(Invalid, match="already joined"):
        conversation.join()


def test_nobody_joins_or_speaks_after_closing(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = own_time(monkeypatch)
    conversation = Conversation(clock, own_model(monkeypatch), closes_at=clock.now() + timedelta(seconds=10))
    conversation.join()
    clock.advance(10)
    with pytest.raises(Invalid, match="Session is not active"):
        conversation.say("Soup")
    conversation.who = Participant("p2", None, HOST)
    with pytest.raises(Invalid, match="Session is not active"):
        conversation.join()
    assert conversation.view().tally.participants == 1


def test_there_is_no_joining_where_there_is_no_session_or_no_right(conversation: Conversation) -> None:
    with pytest.raises(NotFound):
        say(
            "00000000-0000-4000-8000-000000000000",
            conversation.who,
            NewMessage("Hello"),
            deps=container.conversation_deps(),
            deadline=conversation.clock.deadline(24),
        )
    conversation.who = Participant("p1", None, "somebody-else")
    with pytest.raises(Forbidden):
        conversation.join()


def test_a_page_needs_no_account_and_has_threads_of_its_own(conversation: Conversation) -> None:
    conversation.say("Over the API")
    conversation.who = Participant("p1", "Bo")
    conversation.say("On the page")
    assert conversation.said() == [("user", "On the page"), ("assistant", "Reply 2")]
    assert conversation.thread().thread.scope == "web"


# Prompts


def test_a_thread_keeps_the_prompt_it_began_under(conversation: Conversation) -> None:
    conversation.join()
    sessions = container.sessions()
    assert sessions.add_prompt(conversation.session.id, Prompt(1, "Ask about soup.", "tailored"))
    conversation.say("Hello")
    assert "Ask about soup." not in repr(conversation.model.requests[-1])
    conversation.who = Participant("p2", None, HOST)
    conversation.join()
    assert "Ask about soup." in repr(conversation.model.requests[-1])
    assert sessions.add_prompt(conversation.session.id, Prompt(2, "Ask about bread.", "tailored"))
    conversation.say("Hello")
    assert "Ask about soup." in repr(conversation.model.requests[-1])
    assert "Ask about bread." not in repr(conversation.model.requests[-1])


def test_whoever_comes_back_in_another_language_has_the_same_thread(conversation: Conversation) -> None:
    begun = conversation.join()
    conversation.who = replace(conversation.who, language="de")
    assert conversation.say("Brot").thread_id == begun.thread_id
    assert 'language="de"' in prompt_of(conversation.model.requests[-1])
