"""The first people of a session get its tailored prompt too, where that comes in time."""

import pytest

from chalicelib import container
from chalicelib.model import Prompt
from chalicelib.services.conversations import request_context
from chalicelib.services.sessions.editing import edit_session
from tests.clock import own_time
from tests.conversation import HOST, Conversation
from tests.faults import Wire, own_model, tap

SOUP = Prompt(1, "Ask about soup.", "tailored")


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A new session whose prompt is being written."""
    conversation = Conversation(own_time(monkeypatch), own_model(monkeypatch))
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 5.0)
    return conversation


@pytest.fixture
def wire(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What is asked of the tables."""
    return tap(monkeypatch)


def is_shown(conversation: Conversation) -> bool:
    return "Ask about soup." in repr(conversation.model.requests[-1].system)


@pytest.mark.parametrize("way", ["join", "say"])
def test_a_new_thread_waits_for_the_prompt_that_is_being_written(
    conversation: Conversation, wire: Wire, way: str
) -> None:
    conversation.clock.after(1.7, lambda: container.sessions().add_prompt(conversation.session.id, SOUP))
    conversation.join() if way == "join" else conversation.say("Hello")
    assert is_shown(conversation)
    assert conversation.clock.slept == 2.0
    assert wire.calls.count("BatchGetItem") == 1 + 4
    assert "GetItem" not in wire.calls
    assert conversation.thread().thread.prompt_version == 1


def test_after_five_seconds_it_begins_with_the_basic_one_and_keeps_that(conversation: Conversation, wire: Wire) -> None:
    conversation.join()
    assert not is_shown(conversation)
    assert (conversation.clock.slept, wire.calls.count("BatchGetItem")) == (5.0, 1 + 10)
    assert container.sessions().add_prompt(conversation.session.id, SOUP)
    conversation.say("Hello")
    assert not is_shown(conversation)
    assert (conversation.clock.slept, conversation.thread().thread.prompt_version) == (5.0, 0)


def test_nobody_waits_for_a_prompt_that_is_there(conversation: Conversation, wire: Wire) -> None:
    assert container.sessions().add_prompt(conversation.session.id, SOUP)
    conversation.join()
    assert is_shown(conversation)
    assert (conversation.clock.slept, wire.calls.count("BatchGetItem")) == (0, 1)


def test_nobody_waits_for_a_prompt_whose_writing_has_failed(conversation: Conversation) -> None:
    due = conversation.view().prompt_due_at
    assert due is not None
    container.sessions().fail_prompt(conversation.session.id, due)
    conversation.join()
    assert conversation.clock.slept == 0


@pytest.mark.parametrize("for_good", [False, True])
def test_nobody_waits_longer_than_until_writing_it_fails(conversation: Conversation, for_good: bool) -> None:
    due = conversation.view().prompt_due_at
    assert due is not None
    conversation.clock.after(
        1.2, lambda: container.sessions().fail_prompt(conversation.session.id, due, for_good=for_good)
    )
    conversation.join()
    assert (conversation.clock.slept, conversation.thread().thread.prompt_version) == (1.5, 0)


def test_nobody_waits_where_an_older_prompt_of_ours_serves_until_the_new_one_is_there(
    conversation: Conversation,
) -> None:
    assert container.sessions().add_prompt(conversation.session.id, SOUP)
    edit_session(
        conversation.view,
        HOST,
        {"goal": "x"},
        groups=container.telegram_groups(),
        clock=conversation.clock,
        new_id=container.new_id,
    )
    assert conversation.view().prompt_awaited
    conversation.join()
    assert (is_shown(conversation), conversation.clock.slept) == (True, 0)


def test_whoever_has_a_thread_already_does_not_wait(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 0)
    conversation.join()
    monkeypatch.setattr(request_context, "PROMPT_SECONDS", 5.0)
    conversation.say("Hello")
    assert conversation.clock.slept == 0


def test_a_twin_that_waits_too_is_one_thread(conversation: Conversation) -> None:
    """Both wait for the prompt; the second one finds the thread that the first one began, and its opening."""
    conversation.clock.after(1, lambda: container.sessions().add_prompt(conversation.session.id, SOUP))
    conversation.clock.after(0.5, lambda: conversation.join())
    with pytest.raises(Exception, match="already joined"):
        conversation.join()
    assert conversation.said() == [("assistant", "Reply 1")]
